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
import { type PacketPools, poolsOf } from './pools.ts';
import { type Random, randomFrom } from './random.ts';
import { type Case, poolsFor, randomCases } from './randomCase.ts';
import { NOT_SENT, parsed } from './randomPacket.ts';

export interface FamilyCase extends ConnectionCase {
  readonly family: Family;
}

const FIRST_PORT = 42_000;

/** Fixtures with edits and random rules with edits, in turn, without end. */
export function* connectionCases(seed: number, each: number): Generator<FamilyCase> {
  const random = randomFrom(seed);
  const fixtures = [...fixtureCases(0, seed)];
  const others = randomCases(Number.POSITIVE_INFINITY, seed);
  for (;;) {
    const onFixture = random.chance(0.6);
    const one = onFixture ? random.pick(fixtures) : (others.next().value as Case);
    const text = (one.family === 4 ? one.rules.v4 : one.rules.v6) ?? '';
    const pools = onFixture ? poolsOf([text], one.family, one.host) : poolsFor(one.family, one.host);
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
    const edited = edits.reduce(inserted, text);
    const host = hostOf(one.host);
    const openings = Array.from({ length: each }, (_, at) => opening(random, { pools, host, sport: FIRST_PORT + at }));
    yield {
      name: `${one.name} with ${edits.map(({ table, rule }) => `${table} ${rule}`).join('; ') || 'no edit'}`,
      host: one.host,
      family: one.family,
      rules: one.family === 4 ? { v4: edited } : { v6: edited },
      openings: openings.flatMap((packet) => packet ?? []),
    };
  }
}

export interface Edit {
  readonly table: 'raw' | 'mangle' | 'nat' | 'filter';
  readonly rule: string;
  /** before the others of its chain */
  readonly first: boolean;
}

const HOOKS: Readonly<Record<'raw' | 'mangle' | 'filter', readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};

/** A rule about what the first packet of a connection is not, or what the whole connection remembers. */
export function edit(random: Random, pools: PacketPools): Edit {
  const { pick, chance, weighted } = random;
  const table = weighted([
    [5, 'filter'],
    [3, 'mangle'],
    [2, 'raw'],
  ] as const);
  const chain = pick(HOOKS[table]);
  const matches = random.some(places(random, chain, pools), 0.25);
  const about = Array.from({ length: chance(0.75) ? 1 : 2 }, () => condition(random, table, pools));
  // iptables takes an option of a match once
  const option = (text: string): string => (/--(?:tcp-flags|syn)/.test(text) ? 'flags' : (/--[\w-]+/.exec(text)?.[0] ?? text));
  const once = about.filter((text, at) => !about.slice(0, at).some((other) => option(other) === option(text)));
  const proto = [...matches, ...about].some((text) => /--(?:[sd]port|tcp-flags|syn)/.test(text)) ? ['-p tcp'] : [];
  return { table, rule: ['-A', chain, ...proto, ...matches, ...new Set(once), target(random, table, chain)].join(' '), first: chance(0.6) };
}

function places({ pick, chance }: Random, chain: string, { interfaces }: PacketPools): readonly string[] {
  const name = pick([...interfaces.map((one) => one.name), 'lo']);
  const not = chance(0.2) ? '! ' : '';
  return chain === 'PREROUTING' || chain === 'INPUT'
    ? [`${not}-i ${name}`]
    : chain === 'FORWARD'
      ? [`${not}-o ${name}`]
      : [`${not}-o ${name}`];
}

function condition({ pick, chance }: Random, table: Edit['table'], pools: PacketPools): string {
  const port = pick(pools.ports);
  const not = chance(0.3) ? '! ' : '';
  const plain = [
    `--sport ${port}`,
    `--dport ${port}`,
    '--tcp-flags SYN,ACK SYN,ACK',
    '--tcp-flags SYN,ACK ACK',
    '--tcp-flags PSH PSH',
    `${not}--syn`,
  ];
  const tracked = [
    `-m conntrack ${not}--ctstate NEW`,
    `-m conntrack ${not}--ctstate ESTABLISHED`,
    '-m conntrack --ctstate INVALID',
    `-m conntrack ${not}--ctstate DNAT`,
    `-m conntrack ${not}--ctstate SNAT`,
    '-m conntrack --ctdir REPLY',
    '-m conntrack --ctdir ORIGINAL',
    `-m conntrack --ctorigdstport ${port}`,
    `-m conntrack ${not}--ctreplsrcport ${port}`,
    `-m conntrack ${not}--ctstatus SEEN_REPLY`,
    `-m conntrack ${not}--ctstatus ASSURED`,
    `-m connmark --mark ${pick(pools.marks)}`,
    `-m mark ${not}--mark ${pick(pools.marks)}`,
  ];
  return pick(table === 'raw' ? plain : [...plain, ...tracked, ...tracked]);
}

function target({ pick, weighted }: Random, table: Edit['table'], chain: string): string {
  if (table === 'raw')
    return weighted([
      [3, '-j DROP'],
      [3, '-j CT --notrack'],
      [2, '-j CT --zone 3'],
      [1, '-j CT --zone-orig 3'],
      [1, '-j CT --zone-reply 3'],
    ]);
  if (table === 'filter')
    return weighted([
      [6, '-j DROP'],
      [1, '-j ACCEPT'],
      [1, '-j REJECT'],
    ]);
  const marks = [
    '-j MARK --set-mark 7',
    '-j MARK --set-mark 0x539',
    '-j CONNMARK --set-mark 7',
    '-j CONNMARK --save-mark',
    '-j CONNMARK --restore-mark',
  ];
  return chain === 'POSTROUTING' || chain === 'INPUT'
    ? '-j DROP'
    : weighted([
        [2, '-j DROP'],
        [3, pick(marks)],
      ]);
}

const EMPTY: Readonly<Record<Edit['table'], readonly string[]>> = { ...HOOKS, nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'] };

/** The text with the rule in its table, which is made where there is none. */
export function inserted(text: string, { table, rule, first }: Edit): string {
  const block = new RegExp(`^\\*${table}\\n[\\s\\S]*?^COMMIT$`, 'm').exec(text)?.[0];
  if (block === undefined)
    return `${text}*${table}\n${EMPTY[table].map((chain) => `:${chain} ACCEPT [0:0]`).join('\n')}\n${rule}\nCOMMIT\n`;
  const lines = block.split('\n');
  const at = first ? lines.findLastIndex((line) => line.startsWith(':') || line.startsWith('*')) + 1 : lines.length - 1;
  return text.replace(block, () => lines.toSpliced(at, 0, rule).join('\n'));
}

interface Place {
  readonly pools: PacketPools;
  readonly host: Host;
  readonly sport: number;
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
      }
    : { ...common, ...flags, dir: 'in' as const, src: parsed(pick(others)), iif: pick(pools.interfaces).name };
  return completePacket(given, host).packet;
}
