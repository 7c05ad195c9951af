/** Branches that ask for one value of each field are taken as if they were asked one after the other, and no more are made than are asked for. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SwitchBranch } from '../../src/netfilter/effect.ts';
import { and, equals, type MatchExpr } from '../../src/netfilter/matchExpr.ts';
import type { BaseChain, Rule } from '../../src/ruleset/ruleset.ts';
import { type Bdd, EMPTY } from '../../src/symbolic/diagrams/bdd.ts';
import { makeSpace } from '../../src/symbolic/space/space.ts';
import { anyStates } from '../../src/symbolic/walk/anyState.ts';
import { takeBranches } from '../../src/symbolic/walk/dispatch.ts';
import { encode } from '../../src/symbolic/walk/encode.ts';
import { pointBranches } from '../../src/symbolic/walk/pointRows.ts';
import { hostOf } from '../support/host.ts';
import { rulesetOf } from '../support/rulesets.ts';

const HOST = hostOf({ interfaces: [{ name: 'eth0', addresses: ['10.244.0.5/24'] }], routes: ['default via 10.244.0.1 dev eth0'] });
const TABLE = rulesetOf('*filter\n-A INPUT -s 10.0.0.0/9 -p tcp -m tcp --dport 2 -j DROP\n-A INPUT -j RETURN\nCOMMIT\n', {
  family: 4,
}).tables.get('filter') as NonNullable<ReturnType<ReturnType<typeof rulesetOf>['tables']['get']>>;
const [NARROW, RULE] = (TABLE.chains.get('INPUT') as BaseChain).rules as [Rule, Rule];

const ADDRESS = fc.nat({ max: 3 }).map((at) => 0x0a00_0000 + at);
const PORT = fc.nat({ max: 3 });
const PROTO = fc.constantFrom(1, 6, 17);
const FORMS: fc.Arbitrary<readonly MatchExpr[]> = fc.oneof(
  many(fc.tuple(ADDRESS, PROTO, PORT).map(([dst, proto, port]) => tuple(['dst', dst], ['proto', proto], ['dport', port]))),
  many(fc.tuple(PORT, ADDRESS).map(([port, src]) => and(equals('sport', port), equals('src', src)))),
  many(ADDRESS.map((dst) => equals('dst', dst))),
  // a field twice, and one whose meaning is not its bits: asked one after the other
  many(fc.tuple(PORT, PORT).map(([one, other]) => and(equals('dport', one), equals('dport', other)))),
  many(fc.tuple(ADDRESS, PORT).map(([dst, type]) => tuple(['dst', dst], ['icmpType', type]))),
);

function many(match: fc.Arbitrary<MatchExpr>): fc.Arbitrary<readonly MatchExpr[]> {
  return fc.array(match, { minLength: 5, maxLength: 40 });
}

function tuple(...cells: readonly (readonly ['dst' | 'proto' | 'dport' | 'icmpType', number])[]): MatchExpr {
  return { kind: 'tuple', fields: cells.map(([field]) => field), rows: [cells.map(([, value]) => [{ lo: value, hi: value }])] };
}

it('each branch gets what those before it have left', () => {
  const seen = { joined: 0, single: 0 };
  fc.assert(
    fc.property(FORMS, fc.boolean(), fc.nat(), (matches, isNarrow, needless) => {
      const space = makeSpace(4, HOST);
      const { manager } = space;
      const [any] = anyStates(space, TABLE)('INPUT');
      if (any === undefined) throw new Error('no packets');
      const set = isNarrow ? manager.minus(any.set, encode(space, any.env, NARROW.match).may) : any.set;
      const branches = matches.map((match): SwitchBranch => ({ match, effects: [{ kind: 'drop' }] }));
      const effect = { kind: 'switch', branches } as const;
      seen[pointBranches(space, any.env, branches) === undefined ? 'single' : 'joined']++;
      const isNeedless = (branch: SwitchBranch): boolean => branches.indexOf(branch) === needless;
      const taking = takeBranches(space, { ...any, set }, { rule: RULE, effect, sureOnly: false, isSilent: false, isNeedless });
      const found = new Map<SwitchBranch, Bdd>();
      let next = taking.next();
      for (; next.done !== true; next = taking.next()) {
        const { branch, hit } = next.value;
        if (!isNeedless(branch)) found.set(branch, manager.or(found.get(branch) ?? EMPTY, hit.set));
      }
      let left = set;
      const expected = new Map<SwitchBranch, Bdd>();
      for (const branch of branches) {
        const { must, may } = encode(space, any.env, branch.match);
        expect(must).toBe(may);
        const taken = manager.and(left, may);
        left = manager.minus(left, taken);
        if (taken !== EMPTY && !isNeedless(branch)) expected.set(branch, taken);
      }
      expect([...found].sort(inOrder)).toEqual([...expected].sort(inOrder));
      expect(manager.any(next.value.map((one) => one.set))).toBe(left);

      function inOrder([one]: readonly [SwitchBranch, Bdd], [other]: readonly [SwitchBranch, Bdd]): number {
        return branches.indexOf(one) - branches.indexOf(other);
      }
    }),
    { numRuns: 800, seed: 1 },
  );
  expect(seen.joined).toBeGreaterThan(200);
  expect(seen.single).toBeGreaterThan(200);
});

it('10,000 elements of which nobody asks are not made one by one', () => {
  const space = makeSpace(4, HOST);
  const [any] = anyStates(space, TABLE)('INPUT');
  if (any === undefined) throw new Error('no packets');
  const branches = Array.from(
    { length: 10_000 },
    (_, at): SwitchBranch => ({ match: tuple(['dst', 0x0a00_0000 + 977 * at], ['dport', 7 * at]), effects: [{ kind: 'drop' }] }),
  );
  const taking = takeBranches(space, any, {
    ...{ rule: RULE, effect: { kind: 'switch', branches }, sureOnly: false, isSilent: true },
    isNeedless: () => true,
  });
  expect(taking.next().done).toBe(true);
  expect(space.manager.nodeCount).toBeLessThan(1_000_000);
});
