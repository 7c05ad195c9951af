/** Which rules take the packets that a rule without effect is for: those of its chain that come before it and do something else with them. */

import { BudgetError } from '../../lib/budget.ts';
import { groupBy } from '../../lib/groupBy.ts';
import { isIdleRule } from '../../netfilter/everyEffect.ts';
import type { Rule, Ruleset, Table } from '../../ruleset/ruleset.ts';
import { basesOf } from '../../ruleset/stages.ts';
import { tableSize } from '../../ruleset/tableSize.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import type { Space, SpaceAround } from '../../symbolic/space/space.ts';
import { inOwnSpace } from '../../symbolic/space/space.ts';
import { anyStates } from '../../symbolic/walk/anyState.ts';
import { encode } from '../../symbolic/walk/encode.ts';
import { walkAlone } from '../../symbolic/walk/usedRules.ts';
import { MAX_RULES, NODE_LIMIT } from './deadRulesRedundant.ts';

/** Nothing for a rule that none comes before, and nothing at all when the budget is spent. */
export function takenBefore({ family, tables }: Ruleset, rules: readonly Rule[], around: SpaceAround): ReadonlyMap<Rule, readonly Rule[]> {
  const found = new Map<Rule, readonly Rule[]>();
  for (const [name, asked] of groupBy(rules, ({ table }) => table)) {
    const table = tables.get(name);
    if (table === undefined || tableSize(table) > MAX_RULES) continue;
    try {
      const ask = () => inOwnSpace(family, around, (space) => takersIn(space, table, asked));
      for (const [rule, takers] of around.budget === undefined ? ask() : around.budget.share(1 / 4, ask, { nodes: NODE_LIMIT }))
        found.set(rule, takers);
    } catch (error) {
      if (!(error instanceof BudgetError)) throw error;
    }
  }
  return found;
}

function takersIn(space: Space, table: Table, asked: readonly Rule[]): ReadonlyMap<Rule, readonly Rule[]> {
  const { manager } = space;
  const found = new Map(asked.map((rule) => [rule, new Set<Rule>()]));
  const classesAt = anyStates(space, table);
  for (const base of basesOf(table)) {
    for (const one of classesAt(base.base.hook)) {
      const meant = new Map(asked.map((rule) => [rule, encode(space, one.env, rule.match).may]));
      const visit = (seen: Rule, _: Bdd, matching: Bdd): void => {
        for (const [rule, takers] of found) {
          if (!isOther(seen, rule) || takers.has(seen)) continue;
          if (manager.and(matching, meant.get(rule) ?? EMPTY) !== EMPTY) takers.add(seen);
        }
      };
      walkAlone({ space, table, base, visit }, [one]);
    }
  }
  return new Map([...found].map(([rule, takers]) => [rule, [...takers].sort((a, b) => a.number - b.number)]));
}

/** Comes before it in its chain, and ends differently. */
function isOther(before: Rule, { chain, number, target }: Rule): boolean {
  return before.chain === chain && before.number < number && !isIdleRule(before) && before.target !== target;
}
