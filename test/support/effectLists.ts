/** Rulesets whose rules do several things, as rules of nftables may: lists, switches within switches, tuples, sockets that may be missing.
 *  Made of rulesets of iptables: what a rule of a chain does, another rule of the chain may do as well. */
import { ADDRESSES, MARKS, PORTS } from '../../src/api/arbitraries/pools.ts';
import type { IntervalSet } from '../../src/lib/intervals.ts';
import { normalize, point } from '../../src/lib/intervals.ts';
import type { Conntrack, Effect, SwitchBranch } from '../../src/netfilter/effect.ts';
import { callsIn, does } from '../../src/netfilter/everyEffect.ts';
import { ALWAYS, and, equals, inSet, type MatchExpr, masked, not, present } from '../../src/netfilter/matchExpr.ts';
import { type Address, type Family, parseAddress, parsePrefix, prefixRange } from '../../src/packet/address.ts';
import type { Field } from '../../src/packet/fields.ts';
import { rulesOfTable } from '../../src/ruleset/everyRule.ts';
import type { BaseChain, Chain, Rule, Ruleset, Table } from '../../src/ruleset/ruleset.ts';
import { basesOf, isBeforeLookup } from '../../src/ruleset/stages.ts';
import type { Random } from '../kernel/generate/random.ts';

export function withEffectLists(random: Random, ruleset: Ruleset): Ruleset {
  const tables = [...ruleset.tables].map(([name, table]): [string, Table] => [name, withLists(random, ruleset, table)]);
  const rules = tables.flatMap(([, table]) => rulesOfTable(table));
  // as the kernel does when such a rule is loaded
  const usesConntrack = ruleset.usesConntrack || rules.some((rule) => does(rule, 'conntrack', 'nat'));
  return { ...ruleset, tables: new Map(tables), usesConntrack, usesDefrag: usesConntrack || rules.some((rule) => does(rule, 'divert')) };
}

/** What may stand in the rules of a chain. */
interface Pool {
  readonly random: Random;
  readonly family: Family;
  readonly effects: readonly Effect[];
  readonly matches: readonly MatchExpr[];
  readonly next: () => number;
}

function withLists(random: Random, { family, tables }: Ruleset, table: Table): Table {
  const matches = [...tables.values()].flatMap(({ chains }) =>
    [...chains.values()].flatMap(({ rules }) => rules.map(({ match }) => match)),
  );
  let switches = 0;
  const chains = [...table.chains].map(([name, chain]): [string, Chain] => {
    const own = chain.rules.flatMap(({ effects }) => effects);
    const pool: Pool = { random, family, matches, effects: [...own, ...own, ...fitting(random, table, name)], next: () => switches++ };
    const rules = chain.rules.map((rule): Rule => (random.chance(0.6) ? rewritten(rule, pool) : rule));
    return [name, { ...chain, rules }];
  });
  return { ...table, chains: new Map(chains) };
}

function rewritten({ number, chain, table, match, clauses, text, line, span }: Rule, pool: Pool): Rule {
  const { random } = pool;
  const asks = random.chance(0.5) ? { match, clauses } : { match: ALWAYS, clauses: [] };
  return { number, chain, table, text, line, span, ...asks, effects: listOf(pool, 0) };
}

const WRITTEN = [0, 1, 2, 0x111, 1337];

/** Effects that every chain of the table may have, whatever its rules do. */
function fitting(random: Random, table: Table, chain: string): readonly Effect[] {
  const bases = basesOf(table).filter(({ name }) => leadsTo(table, name, chain));
  const mark = (on: 'packet' | 'connection'): Effect => ({
    kind: 'setMark',
    on,
    keep: random.chance(0.7) ? 0 : 0xffff_fff0,
    xor: random.pick(WRITTEN),
    ...(random.chance(0.3) && { sparesTemplate: true }),
  });
  const copy: Effect = {
    kind: 'copyMark',
    from: random.pick(['packet', 'connection'] as const),
    fromMask: 0xffff_ffff,
    toMask: 0xffff_ffff,
  };
  const always: readonly Effect[] = [
    ...[mark('packet'), mark('packet'), mark('connection'), copy],
    { kind: 'setField', field: 'ttl', change: { add: 1 } },
    { kind: 'setField', field: 'tos', change: { keep: 0xf0, xor: 4 } },
    { kind: 'continue' },
    { kind: 'accept' },
    { kind: 'return' },
    ...(random.chance(0.5) ? [{ kind: 'drop' } as const] : []),
  ];
  const divert = (): Effect => ({
    kind: 'divert',
    port: random.pick([0, 15001, 15006, 80]),
    keep: 0xffff_ffff,
    xor: 0,
    final: random.chance(0.2),
    onMiss: random.chance(0.8) ? 'break' : 'drop',
  });
  const isOf = (ok: (base: BaseChain) => boolean): boolean => bases.length > 0 && bases.every(ok);
  const diverts = isOf(({ base }) => base.hook === 'PREROUTING' && base.kind === 'filter') ? [divert(), divert(), divert()] : [];
  const early = isOf((base) => isBeforeLookup(base))
    ? [
        zone(random),
        zone(random),
        zone(random),
        zone(random),
        { kind: 'conntrack', track: false, ...(random.chance(0.5) && { afterNotrack: true as const }) } as const,
      ]
    : [];
  // nft sets a zone behind the lookup too, where a packet has no connection
  const late: readonly Effect[] =
    isOf((base) => !isBeforeLookup(base)) && random.chance(0.3) ? [{ ...zone(random), afterNotrack: true }] : [];
  return [...always, ...diverts, ...early, ...late];
}

function zone(random: Random): Conntrack {
  const dir = random.pick([undefined, 'original', 'reply'] as const);
  return {
    kind: 'conntrack',
    track: true,
    zone: { id: 1 + random.below(2), ...(dir !== undefined && { dir }) },
    ...(random.chance(0.5) && { afterNotrack: true }),
  };
}

function leadsTo({ chains }: Table, from: string, to: string): boolean {
  const seen = new Set([from]);
  // a Set grows while it is walked
  for (const name of seen) for (const rule of chains.get(name)?.rules ?? []) for (const call of callsIn(rule)) seen.add(call.chain);
  return seen.has(to);
}

function listOf(pool: Pool, depth: number): readonly Effect[] {
  const { random } = pool;
  return Array.from({ length: random.below(4) + (depth === 0 ? 1 : 0) }, () =>
    random.chance(depth === 0 ? 0.45 : depth === 1 ? 0.25 : 0) ? switchOf(pool, depth) : random.pick(pool.effects),
  );
}

function switchOf(pool: Pool, depth: number): Effect {
  const { random } = pool;
  const number = pool.next();
  const map = random.chance(0.3) ? FIELDS_OF_MAPS[random.below(FIELDS_OF_MAPS.length)] : undefined;
  const size = map === undefined ? 1 + random.below(3) : 8 + random.below(20);
  const branches = Array.from({ length: size }, (_, at): SwitchBranch => {
    const match = map !== undefined && random.chance(0.95) ? tupleOf(pool, map, 1) : matchOf(pool, `${number} ${at}`);
    return { match, text: `branch ${number} ${at}`, effects: listOf(pool, depth + 1) };
  });
  return { kind: 'switch', text: `switch ${number}`, branches };
}

const FIELDS_OF_MAPS: readonly (readonly Field[])[] = [
  ['dst', 'proto', 'dport'],
  ['dport'],
  ['dst'],
  ['src', 'dst'],
  ['mark', 'proto'],
  ['iif', 'dport'],
  ['oif'],
  ['connmark', 'dport'],
  ['ctstate'],
];

function matchOf(pool: Pool, id: string): MatchExpr {
  const { random } = pool;
  const zoned = pool.effects.some(({ kind }) => kind === 'conntrack') ? 6 : 1;
  return random.weighted<() => MatchExpr>([
    [3, () => random.pick([...pool.matches, ALWAYS])],
    [4, () => tupleOf(pool, random.some(Object.keys(VALUES) as Field[], 0.25), 1 + random.below(random.chance(0.2) ? 20 : 3))],
    [3, () => equals('mark', random.pick(WRITTEN))],
    [1, () => masked('mark', 1, 1)],
    [2, () => equals('connmark', random.pick(WRITTEN))],
    [zoned, () => equals(random.pick(['ctzone', 'ctorigzone', 'ctreplzone'] as const), random.below(3))],
    [zoned, () => not(equals('ctzone', 1))],
    [1, () => present('ctzone')],
    [1, () => equals('ttl', random.pick([64, 65, 63]))],
    [1, () => equals('sk', random.below(4))],
    [1, () => ALWAYS],
    [1, () => ({ kind: 'chance', id, probability: 0.5 })],
    [1, () => and(random.pick([...pool.matches, ALWAYS]), equals('dport', random.pick(PORTS)))],
  ])();
}

function tupleOf(pool: Pool, fields: readonly Field[], rows: number): MatchExpr {
  if (fields.length === 0) return ALWAYS;
  const row = (): readonly IntervalSet[] => fields.map((field) => VALUES[field as keyof typeof VALUES](pool));
  if (fields.length === 1 && pool.random.chance(0.5)) return inSet(fields[0] as Field, row()[0] as IntervalSet);
  return { kind: 'tuple', fields, rows: Array.from({ length: rows }, row) };
}

const VALUES = {
  src: addresses,
  dst: addresses,
  proto: ({ random }: Pool) => normalize([point(random.pick([6, 17, 1, 58]))]),
  sport: ports,
  dport: ports,
  mark: ({ random }: Pool) => normalize([point(random.pick([...WRITTEN, ...MARKS.map(Number)]))]),
  connmark: ({ random }: Pool) => normalize([point(random.pick(WRITTEN))]),
  ctstate: ({ random }: Pool) => normalize([point(random.below(5))]),
  iif: ({ random }: Pool) => normalize(random.some(['eth0', 'lo', 'net1'], 0.5).map((name) => point(name))),
  oif: ({ random }: Pool) => normalize(random.some(['eth0', 'lo', 'net1'], 0.5).map((name) => point(name))),
  ttl: ({ random }: Pool) => normalize([{ lo: 0, hi: random.pick([63, 64, 255]) }]),
} satisfies Partial<Record<Field, (pool: Pool) => IntervalSet>>;

function addresses({ random, family }: Pool): IntervalSet {
  const { own, foreign, prefixes } = ADDRESSES[family];
  if (random.chance(0.3)) {
    const prefix = parsePrefix(random.pick(prefixes));
    if (prefix !== undefined) return [prefixRange(prefix)];
  }
  return normalize(random.some([...own, ...foreign], 0.2).map((text) => point(parseAddress(text) as Address)));
}

function ports({ random }: Pool): IntervalSet {
  const port = random.pick(PORTS);
  return random.chance(0.3) ? [{ lo: port, hi: Math.min(65535, port + 1000) }] : [point(port)];
}
