/** Rules that no packet is decided by, whatever came before the table: any header, any marks, any connection, any interface.
 *  It is a statement about the rules alone, for every host. Exact; where a question is too hard the rule is said to be undecided. */

import type { Host } from '../../host/host.ts';
import { Budget, BudgetError } from '../../lib/budget.ts';
import { chainsFrom } from '../../ruleset/chainDigest.ts';
import { rulesOfTable } from '../../ruleset/everyRule.ts';
import type { Rule, Ruleset, Table } from '../../ruleset/ruleset.ts';
import { basesOf } from '../../ruleset/stages.ts';
import { boxUses } from '../../symbolic/boxes/uses.ts';
import { diagramUses, type TableQuestion } from '../../symbolic/walk/usedRules.ts';
import { isHardForDiagrams } from './deadRulesMethod.ts';

export interface DeadRule {
  readonly rule: Rule;
  readonly how: 'unreachable-chain' | 'empty-match' | 'shadowed';
}

export interface DeadRules {
  readonly dead: readonly DeadRule[];
  readonly undecided: readonly UndecidedRule[];
}

export interface UndecidedRule {
  readonly rule: Rule;
  /** the budget was spent before an answer, or the answer depends on something that is not modelled */
  readonly why: 'budget' | 'unmodelled';
}

export interface DeadRulesOptions {
  readonly host: Host;
  readonly budget?: Budget;
  /** forces one of the two methods; they agree where both answer */
  readonly method?: 'diagrams' | 'boxes';
  readonly large?: TableQuestion['large'];
}

export function deadRules(ruleset: Ruleset, options: DeadRulesOptions): DeadRules {
  const found = [...ruleset.tables.values()].map((table) => deadInTable(ruleset, table, options));
  return { dead: found.flatMap(({ dead }) => dead), undecided: found.flatMap(({ undecided }) => undecided) };
}

/** They are given back when a table is done. */
const ALL_NODES = { nodes: Number.POSITIVE_INFINITY };

/** How a rule is used; `matched` may be unknown. */
interface RuleUse {
  readonly matched: boolean | UndecidedRule['why'];
  /** the match by itself holds for some packet */
  readonly satisfiable: boolean;
}

function deadInTable({ family }: Ruleset, table: Table, { host, method, large, budget = new Budget() }: DeadRulesOptions): DeadRules {
  const byDiagrams = (): ReadonlyMap<Rule, RuleUse> =>
    budget.share(1 / 2, () => diagramUses({ family, host, table, budget, large }), ALL_NODES);
  const byBoxes = (): ReadonlyMap<Rule, RuleUse> | undefined => boxUses({ family, table, budget });
  const uses =
    method === 'diagrams'
      ? byDiagrams()
      : method === 'boxes'
        ? byBoxes()
        : isHardForDiagrams(table)
          ? (byBoxes() ?? withinBudget(byDiagrams))
          : (withinBudget(byDiagrams) ?? byBoxes());
  const rules = rulesOfTable(table);
  if (uses === undefined) return { dead: [], undecided: rules.map((rule) => ({ rule, why: 'budget' })) };
  const reachable = calledChains(table);
  const dead: DeadRule[] = [];
  const undecided: UndecidedRule[] = [];
  for (const rule of rules) {
    const use = uses.get(rule);
    if (use?.matched === true) continue;
    if (use !== undefined && use.matched !== false) undecided.push({ rule, why: use.matched });
    else if (!reachable.has(rule.chain)) dead.push({ rule, how: 'unreachable-chain' });
    else dead.push({ rule, how: use?.satisfiable === false ? 'empty-match' : 'shadowed' });
  }
  return { dead, undecided };
}

function withinBudget<T>(answer: () => T): T | undefined {
  try {
    return answer();
  } catch (error) {
    if (error instanceof BudgetError) return undefined;
    throw error;
  }
}

/** Chains that jumps lead to from a base chain, whatever their rules ask. */
export function calledChains(table: Table): ReadonlySet<string> {
  const bases = basesOf(table).map(({ name }) => name);
  return new Set(chainsFrom(table, bases));
}
