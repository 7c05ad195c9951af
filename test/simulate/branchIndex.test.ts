/** Maps of thousands of elements are looked up, not tried: the same branch, for few steps. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Budget } from '../../src/lib/budget.ts';
import { type IntervalSet, includes, normalize, point } from '../../src/lib/intervals.ts';
import type { Effect, SwitchBranch } from '../../src/netfilter/effect.ts';
import { ALWAYS, and, inSet, type MatchExpr, type TupleExpr } from '../../src/netfilter/matchExpr.ts';
import type { Field } from '../../src/packet/fields.ts';
import type { Chain, Rule, Ruleset } from '../../src/ruleset/ruleset.ts';
import { branchIndex } from '../../src/simulate/branchIndex.ts';
import { compile, YES } from '../../src/simulate/evaluate.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { Skb } from '../../src/simulate/skb.ts';
import { assignmentOf, setContains } from '../../src/symbolic/space/member.ts';
import { makeSpace } from '../../src/symbolic/space/space.ts';
import { traverseIn } from '../../src/symbolic/walk/traverse.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';

const HOST = hostOf({ interfaces: [{ name: 'eth0', addresses: ['10.244.0.5/24'] }], routes: ['default via 10.244.0.1 dev eth0'] });

const SMALL = fc.nat({ max: 12 });
const VALUES: fc.Arbitrary<IntervalSet> = fc
  .array(fc.tuple(SMALL, fc.nat({ max: 3 }), fc.boolean()), { minLength: 1, maxLength: 3 })
  .map((all) => normalize(all.map(([lo, more, isPoint]) => (isPoint ? point(lo) : { lo, hi: lo + more }))));
const rowOf = (fields: readonly Field[]): fc.Arbitrary<readonly IntervalSet[]> => fc.tuple(...fields.map(() => VALUES));
const FIELDS: fc.Arbitrary<readonly Field[]> = fc.constantFrom<readonly Field[]>(['dport'], ['dport', 'sport'], ['mark', 'dport', 'sport']);
const tuples = (most: number): fc.Arbitrary<TupleExpr> =>
  FIELDS.chain((fields) =>
    fc.array(rowOf(fields), { minLength: 1, maxLength: most }).map((rows): TupleExpr => ({ kind: 'tuple', fields, rows })),
  );
const MATCHES: fc.Arbitrary<MatchExpr> = fc.oneof(
  { weight: 8, arbitrary: tuples(3) },
  { weight: 3, arbitrary: VALUES.map((intervals) => inSet('dport', intervals)) },
  { weight: 2, arbitrary: fc.tuple(VALUES, VALUES).map(([one, other]) => and(inSet('sport', one), inSet('dport', other))) },
  { weight: 1, arbitrary: VALUES.map((intervals): MatchExpr => ({ kind: 'not', of: inSet('mark', intervals) })) },
);

const skbOf = (dport: number, sport: number, mark: number): Skb =>
  new Skb({ ...packetOf('in tcp 10.0.0.9:1 -> 10.244.0.5:2 iif=eth0', HOST), dport, sport, mark }, HOST);

describe('the index of a switch', () => {
  it('finds the first branch that holds', () => {
    const holds = { some: 0, none: 0 };
    fc.assert(
      fc.property(fc.array(MATCHES, { minLength: 8, maxLength: 24 }), SMALL, SMALL, SMALL, (matches, dport, sport, mark) => {
        const skb = skbOf(dport, sport, mark);
        const find = branchIndex(matches, (match) => match);
        const tried = matches.findIndex((match) => compile(match)(skb) === YES);
        const found = find(skb).find((match) => compile(match)(skb) === YES);
        expect(found).toBe(matches[tried]);
        holds[tried < 0 ? 'none' : 'some']++;
      }),
      { numRuns: 1200, seed: 1 },
    );
    expect(holds.some).toBeGreaterThan(200);
    expect(holds.none).toBeGreaterThan(40);
  });

  it('of a tuple finds what its rows say', () => {
    fc.assert(
      fc.property(tuples(30), SMALL, SMALL, SMALL, (tuple, dport, sport, mark) => {
        const skb = skbOf(dport, sport, mark);
        const value: Readonly<Record<string, number>> = { dport, sport, mark };
        const isIn = (intervals: IntervalSet, field = ''): boolean => includes(intervals, value[field] ?? -1);
        const inRow = (row: readonly IntervalSet[]): boolean => row.every((intervals, at) => isIn(intervals, tuple.fields[at]));
        expect(compile(tuple)(skb) === YES).toBe(tuple.rows.some(inRow));
      }),
      { numRuns: 1200, seed: 1 },
    );
  });
});

/** `ip daddr . tcp dport vmap`, each element to a chain of its own. */
function mapOf(size: number): Ruleset {
  const plain = rulesetOf('*filter\n-A INPUT -j RETURN\nCOMMIT\n', { family: 4 });
  const table = plain.tables.get('filter');
  const input = table?.chains.get('INPUT');
  const rule = input?.rules[0];
  if (table === undefined || input === undefined || rule === undefined) throw new Error('no rule');
  const { line, span } = rule;
  const made = (chain: string, effects: readonly Effect[]): Rule => ({
    ...{ number: 1, chain, table: 'filter', match: ALWAYS, clauses: [], text: chain, line, span },
    effects,
  });
  const chains = Array.from(
    { length: size },
    (_, at): Chain => ({ table: 'filter', name: `svc ${at}`, rules: [made(`svc ${at}`, [{ kind: 'drop' }])] }),
  );
  const branches = chains.map(
    ({ name }, at): SwitchBranch => ({
      match: { kind: 'tuple', fields: ['dst', 'dport'], rows: [[[point(0x0a60_0000 + at)], [point(80)]]] },
      effects: [{ kind: 'goto', chain: name }],
    }),
  );
  const base: Chain = { ...input, rules: [made('INPUT', [{ kind: 'switch', branches }])] };
  const all = new Map([...table.chains, ...chains.map((chain) => [chain.name, chain] as const), ['INPUT', base] as const]);
  return { ...plain, tables: new Map([['filter', { ...table, chains: all }]]) };
}

describe('a verdict map of 5,000 elements', () => {
  const SIZE = 5000;
  const ruleset = mapOf(SIZE);
  const host = hostOf({
    interfaces: [{ name: 'eth0', addresses: ['10.96.0.5/12'] }],
    sysctls: { 'net.ipv4.ip_nonlocal_bind': '1' },
    routes: [],
  });
  const packet = packetOf('in tcp 10.0.0.9:40000 -> 10.96.0.5:80 iif=eth0', host);

  it('costs a packet a few steps', () => {
    const budget = new Budget();
    const [walk] = simulate({ ruleset, packet, host }, { budget }).walks;
    expect(walk?.fate).toMatchObject({ kind: 'dropped', by: { chain: 'svc 5' } });
    expect(budget.steps).toBeLessThan(20);
  });

  it('and the proof no more than the sets of its elements', () => {
    const budget = new Budget();
    const space = makeSpace(4, host, budget);
    const found = traverseIn({ space, ruleset }, 'eth0').filter(({ set }) => setContains(space, set, assignmentOf(space, packet)));
    expect(found.map(({ decided }) => decided?.chain)).toEqual(['svc 5']);
    expect(budget.steps).toBeLessThan(SIZE * 400);
  });
});
