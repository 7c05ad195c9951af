/** Random connections: hosts and rules as for packets, with a rule or two that only answers and later packets meet, and first packets that
 *  real sockets can send. */
import { completePacket } from '../../../src/host/completePacket.ts';
import type { Host } from '../../../src/host/host.ts';
import type { Family } from '../../../src/packet/address.ts';
import { TCP_FLAGS } from '../../../src/packet/fields.ts';
import type { Packet } from '../../../src/packet/packet.ts';
import { PROTO } from '../../../src/packet/protocol.ts';
import { hostOf } from '../../support/host.ts';
import type { ConnectionCase } from '../sockets.ts';
import { fixtureCases } from './fixtureCases.ts';
import { poolsOf, SENDER_MAC } from './pools.ts';
import { type Random, randomFrom } from './random.ts';
import { type Case, poolsFor, randomCases } from './randomCase.ts';
import { type EditPools, edit, FIRST_PORT, inserted } from './randomEdit.ts';
import { NOT_SENT, parsed } from './randomPacket.ts';
import { varied } from './variedHost.ts';

export interface FamilyCase extends ConnectionCase {
  readonly family: Family;
}

/** Fixtures with edits and random rules with edits, in turn, without end. */
export function* connectionCases(seed: number, each: number): Generator<FamilyCase> {
  const fixtures = [...fixtureCases(0, seed)];
  const others = randomCases(Number.POSITIVE_INFINITY, seed, 'connections');
  for (let index = 0; ; index++) {
    const random = randomFrom(seed, 'connections', 'edits', index);
    const onFixture = random.chance(0.6);
    const one = onFixture ? random.pick(fixtures) : (others.next().value as Case);
    const text = (one.family === 4 ? one.rules.v4 : one.rules.v6) ?? '';
    const given = random.chance(0.5) ? one.host : varied(random, one.host);
    const plain = onFixture ? poolsOf([text], one.family, given) : poolsFor(one.family, given);
    const pools: EditPools = { ...plain, family: one.family };
    const edits = Array.from(
      {
        length: random.weighted([
          [1, 0],
          [5, 1],
          [3, 2],
          [1, 3],
        ]),
      },
      () => edit(random, pools),
    );
    const edited = withPolicy(random, edits.reduce(inserted, text));
    const host = hostOf(given);
    const openings = openingsOf(random, { pools, host }, each);
    yield {
      name: `${one.name} with ${edits.map(({ table, rule }) => `${table} ${rule}`).join('; ') || 'no edit'}`,
      host: given,
      family: one.family,
      rules: one.family === 4 ? { v4: edited } : { v6: edited },
      openings,
    };
  }
}

/** Marks of sockets; one that leads to lo is refused by connect(2). */
const SENT_MARKS = [1, 7, 1338, 0x4000] as const;

/** Sometimes what no rule takes is dropped, often with the usual rule before it. */
function withPolicy({ pick, chance }: Random, text: string): string {
  if (!chance(0.12)) return text;
  const chain = pick(['INPUT', 'FORWARD', 'OUTPUT']);
  const rules = [
    [`-A ${chain} -m conntrack --ctstate NEW -j ACCEPT`],
    [`-A ${chain} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`, `-A ${chain} -m conntrack --ctstate NEW -j ACCEPT`],
    [`-A ${chain} -m conntrack --ctstate ESTABLISHED -j ACCEPT`],
    [`-A ${chain} -m conntrack --ctdir ORIGINAL -j ACCEPT`],
  ];
  const added = pick(rules).reduce((before, rule) => inserted(before, { table: 'filter', rule, first: false }), text);
  return added.replace(/^\*filter\n[\s\S]*?^COMMIT$/m, (block) => block.replace(new RegExp(`^:${chain} \\S+`, 'm'), `:${chain} DROP`));
}

interface Place {
  readonly pools: EditPools;
  readonly host: Host;
  readonly sport: number;
}

/** So many at most. */
export function openingsOf(random: Random, { pools, host }: Omit<Place, 'sport'>, each: number): readonly Packet[] {
  return Array.from({ length: each }, (_, at) => opening(random, { pools, host, sport: FIRST_PORT + at }) ?? []).flat();
}

/** Undefined: no socket sends such a packet. */
function opening({ pick, chance }: Random, { pools, host, sport }: Place): Packet | undefined {
  const { own, foreign } = pools.addresses;
  const usable = (from: readonly string[]): readonly string[] => from.filter((one) => !NOT_SENT.test(one));
  const local = chance(0.6);
  const [owns, others] = [usable(own), usable(foreign)];
  if (owns.length === 0 || others.length === 0) return undefined;
  const dst = pick(chance(local ? 0.4 : 0.7) ? owns : others);
  const proto = chance(0.8) ? PROTO.tcp : PROTO.udp;
  const common = { proto, dst: parsed(dst), sport, dport: pick(pools.ports.filter((port) => port > 0 && port < 0xffff)) };
  const flags = proto === PROTO.tcp ? { flags: TCP_FLAGS.S } : {};
  if (!local && pools.interfaces.length === 0) return undefined;
  const given = local
    ? {
        ...common,
        ...flags,
        dir: 'out' as const,
        uid: pick(pools.ids.filter((id) => id < 0xffff_ffff)),
        gid: pick(pools.ids.filter((id) => id < 0xffff_ffff)),
        ...(chance(0.1) && { mark: pick(SENT_MARKS) }),
      }
    : { ...common, ...flags, dir: 'in' as const, src: parsed(pick(others)), iif: pick(pools.interfaces).name, mac: SENDER_MAC };
  // what a host sends to itself stays there
  if (given.dir === 'in' && given.src === given.dst) return undefined;
  return completePacket(given, host).packet;
}
