/** Packets as people think of them: that open a connection, whole, unmarked, from where such packets come. */
import { addressesOfType } from '../host/addrType.ts';
import type { IntervalSet } from '../lib/intervals.ts';
import type { Address } from '../packet/address.ts';
import { familyOf, parsePrefix } from '../packet/address.ts';
import { TCP_FLAGS } from '../packet/fields.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { equal } from '../symbolic/diagrams/vector.ts';
import type { Space } from '../symbolic/space/space.ts';
import { inPrefix } from '../symbolic/walk/routes.ts';

/** `iif` undefined: sent by a process here from an address of this host; else from elsewhere to an address of this host, or through it. */
export function ordinaryPackets(space: Space, iif: string | undefined): Bdd {
  const { manager, start, host, family } = space;
  const own: readonly Address[] = host.interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => address));
  const fromHere = manager.any(own.filter((address) => familyOf(address) === family).map((address) => equal(manager, start.src, address)));
  const loopback = parsePrefix(family === 4 ? '127.0.0.0/8' : '::1/128');
  const odd = ['0.0.0.0/8', '224.0.0.0/3', '::/128', 'ff00::/8']
    .map(parsePrefix)
    .flatMap((prefix) => (prefix !== undefined && familyOf(prefix.address) === family ? [prefix] : []));
  const isOdd = (bits: typeof start.src): Bdd => manager.any(odd.map((prefix) => inPrefix(space, bits, prefix)));
  const isLoopback = (bits: typeof start.src): Bdd => (loopback === undefined ? 0 : inPrefix(space, bits, loopback));
  return manager.all([
    equal(manager, start.fragOffset, 0),
    equal(manager, start.mark, 0),
    manager.or(manager.not(equal(manager, start.proto, PROTO.tcp)), equal(manager, start.flags, TCP_FLAGS.S)),
    manager.not(isOdd(start.dst)),
    ...(iif === undefined
      ? [space.socket, space.process, manager.minus(fromHere, isLoopback(start.src))]
      : [manager.not(manager.any([fromHere, isLoopback(start.src), isOdd(start.src), isBroadcast(space), isLoopback(start.dst)]))]),
  ]);
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
