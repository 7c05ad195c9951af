/** Packets as people think of them: that open a connection, whole, unmarked, from where such packets come. */
import { addressesOfType } from '../host/addrType.ts';
import type { Interval, IntervalSet } from '../lib/intervals.ts';
import { memoize } from '../lib/memo.ts';
import type { Address } from '../packet/address.ts';
import { familyOf, parsePrefix } from '../packet/address.ts';
import { TCP_FLAGS } from '../packet/fields.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { between, equal, vectorIn } from '../symbolic/diagrams/vector.ts';
import type { Space } from '../symbolic/space/space.ts';
import { inPrefix } from '../symbolic/walk/routes.ts';

export interface UsualCondition {
  /** it is that of a first packet: without it a connection does not begin */
  readonly opens: boolean;
  readonly set: Bdd;
}

/** What goes without saying, each for itself. `iif` undefined: of packets that are sent here. */
const usualConditions = memoize((space: Space, iif: string | undefined): readonly UsualCondition[] => {
  const { manager, start, host, family } = space;
  const own: readonly Address[] = host.interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => address));
  const fromHere = manager.any(own.filter((address) => familyOf(address) === family).map((address) => equal(manager, start.src, address)));
  const loopback = parsePrefix(family === 4 ? '127.0.0.0/8' : '::1/128');
  const odd = ['0.0.0.0/8', '224.0.0.0/3', '::/128', 'ff00::/8']
    .map(parsePrefix)
    .flatMap((prefix) => (prefix !== undefined && familyOf(prefix.address) === family ? [prefix] : []));
  const isOdd = (bits: typeof start.src): Bdd => manager.any(odd.map((prefix) => inPrefix(space, bits, prefix)));
  const isLoopback = (bits: typeof start.src): Bdd => (loopback === undefined ? 0 : inPrefix(space, bits, loopback));
  const opening = manager.or(manager.not(equal(manager, start.proto, PROTO.tcp)), equal(manager, start.flags, TCP_FLAGS.S));
  return [
    { opens: true, set: manager.and(equal(manager, start.fragOffset, 0), opening) },
    { opens: false, set: equal(manager, start.mark, 0) },
    { opens: false, set: manager.not(isOdd(start.dst)) },
    ...(iif === undefined
      ? [
          { opens: false, set: manager.and(space.socket, space.process) },
          { opens: false, set: manager.minus(fromHere, isLoopback(start.src)) },
        ]
      : [
          {
            opens: false,
            set: manager.not(manager.any([fromHere, isLoopback(start.src), isOdd(start.src), isBroadcast(space)])),
          },
          { opens: false, set: manager.not(isLoopback(start.dst)) },
        ]),
  ];
});

/** What words take for granted beside it: packets that go on, are not for a whole network, and are of this family;
 *  of applications those from a port that the kernel chose. */
export function conditionsOfWords(space: Space, iif: string | undefined): readonly UsualCondition[] {
  const { manager, start, has, host, family } = space;
  const chosen = manager.or(manager.not(has.ports), between(manager, start.sport, CHOSEN_PORTS));
  const toAll = vectorIn(
    manager,
    start.dst,
    addressesOfType(host, family, 'BROADCAST').filter(({ lo }) => !isLoopback4(lo)),
  );
  const otherFamily = equal(manager, start.proto, family === 4 ? PROTO.icmpv6 : PROTO.icmp);
  return [
    ...usualConditions(space, iif),
    { opens: false, set: manager.not(between(manager, start.ttl, { lo: 0, hi: iif === undefined ? 0 : 1 })) },
    { opens: false, set: manager.not(toAll) },
    { opens: false, set: manager.not(otherFamily) },
    ...(iif === undefined ? [{ opens: false, set: chosen }] : []),
  ];
}

/** The ends of 127.0.0.0/8 are broadcast addresses to the kernel, and of this host to people. */
function isLoopback4(address: Interval['lo']): boolean {
  return typeof address === 'number' && address >>> 24 === 127;
}

/** net.ipv4.ip_local_port_range */
const CHOSEN_PORTS = { lo: 32768, hi: 60999 };

/** `iif` undefined: sent by a process here from an address of this host; else from elsewhere to an address of this host, or through it. */
export function ordinaryPackets(space: Space, iif: string | undefined): Bdd {
  return space.manager.all(usualConditions(space, iif).map(({ set }) => set));
}

/** The source is the last address of a network here. */
function isBroadcast({ manager, start, host, family }: Space): Bdd {
  const addresses = addressesOfType(host, family, 'BROADCAST') as IntervalSet<number>;
  return manager.any(addresses.flatMap(({ lo, hi }) => (lo === hi ? [equal(manager, start.src, lo)] : [])));
}

/** Those of them that do not go through this host. */
export function packetsForHere(space: Space, iif: string | undefined): Bdd {
  const { manager, start, host, family } = space;
  const ordinary = ordinaryPackets(space, iif);
  if (iif === undefined) return ordinary;
  const own = host.interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => address));
  return manager.and(ordinary, manager.any(own.filter((one) => familyOf(one) === family).map((one) => equal(manager, start.dst, one))));
}

/** Of packets to other hosts: they have come to their last router, as traceroute has it, or may be too long for a link here, as their sender
 *  then learns. */
export function stopsHere({ manager, start, host }: Space): Bdd {
  const spent = [0, 1].map((ttl) => equal(manager, start.ttl, ttl));
  const mtus = host.interfaces.flatMap(({ name, mtu }) => (name === 'lo' || mtu === undefined ? [] : [mtu]));
  const least = Math.min(...mtus);
  return manager.any(least < Math.max(...mtus) ? [...spent, between(manager, start.length, { lo: least + 1, hi: 0xffff })] : spent);
}
