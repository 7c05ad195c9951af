/** Which rules are dead does not depend on how their chains are walked: once for all callers where nothing runs after them, as a summary
 *  or call by call where something does. A rule that does nothing at the end of each chain makes of the first case the second, and one that
 *  is not modelled at the end of a base chain has each hook, and packets with and without a connection, walked by themselves. Nor does it
 *  depend on which sets are laid aside on the way. */
import { expect, it } from 'vitest';
import { Budget, BudgetError } from '../../src/lib/budget.ts';
import type { Effect } from '../../src/netfilter/effect.ts';
import { ALWAYS } from '../../src/netfilter/matchExpr.ts';
import type { Rule, Table } from '../../src/ruleset/ruleset.ts';
import { diagramUses, type TableQuestion } from '../../src/symbolic/walk/usedRules.ts';
import { randomFrom } from '../kernel/generate/random.ts';
import { randomCases } from '../kernel/generate/randomCase.ts';
import { withEffectLists } from '../support/effectLists.ts';
import { hostOf } from '../support/host.ts';
import { rulesetOf } from '../support/rulesets.ts';

const SEED = Number(process.env.CHAINWALK_SEED ?? 1);
const PAIRS = 1500;

function withLastRules({ name, chains }: Table): Table {
  const longer = [...chains].map(([at, chain]) => {
    const effect: Effect = chain.base === undefined ? { kind: 'continue' } : { kind: 'unmodelled', reason: 'it is the last' };
    const last: Omit<Rule, 'number'> = {
      ...{ table: name, chain: chain.name, line: 1, span: { start: 0, end: 0 }, text: effect.kind },
      ...{ match: ALWAYS, clauses: [], effects: [effect] },
    };
    return [at, { ...chain, rules: [...chain.rules, { ...last, number: chain.rules.length + 1 }] }] as const;
  });
  return { name, chains: new Map(longer) };
}

/** Every set is laid aside at once. */
const ALL = { steps: 0, nodes: 1, nodesAStep: Number.POSITIVE_INFINITY };

/** A few random tables are too hard. */
const LIMITS = { steps: 300_000, nodes: 100_000 };

function answered<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof BudgetError) return undefined;
    throw error;
  }
}

it('rules are dead however their chains are walked, in random rulesets with lists of effects', { timeout: 300_000 }, () => {
  const random = randomFrom(SEED);
  const seen = { used: 0, dead: 0, unclear: 0, aside: 0 };
  for (const { family, host: given, rules, name } of randomCases(PAIRS, SEED)) {
    const host = hostOf(given);
    const { tables } = withEffectLists(random, rulesetOf(rules.v4 ?? rules.v6 ?? '', { family, sets: host.sets }));
    for (const table of tables.values()) {
      const ask = (one: Table, large?: TableQuestion['large']) =>
        answered(() => diagramUses({ family, host, table: one, budget: new Budget(LIMITS), large }));
      const [short, long] = [ask(table), ask(withLastRules(table))];
      if (short === undefined || long === undefined) continue;
      const aside = ask(table, ALL);
      for (const [rule, { matched }] of short) {
        seen[matched === true ? 'used' : matched === false ? 'dead' : 'unclear']++;
        expect(long.get(rule)?.matched, `${name}: ${rule.text}`).toBe(matched);
        if (aside === undefined) continue;
        seen.aside++;
        expect(aside.get(rule)?.matched, `sets laid aside, ${name}: ${rule.text}`).toBe(matched);
      }
    }
  }
  expect(seen.used).toBeGreaterThan(300);
  expect(seen.aside).toBeGreaterThan(300);
  expect(seen.dead).toBeGreaterThan(20);
  expect(seen.unclear).toBeGreaterThan(5);
});
