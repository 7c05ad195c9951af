/** Why a new rule decides no packet: none reaches it, none fits it, or rules before it take them. */
import type { RuleEdit } from '../../diff/edits.ts';
import type { Host } from '../../host/host.ts';
import { Budget, type BudgetLimits } from '../../lib/budget.ts';
import { deadRules } from '../../prove/deadRules/deadRules.ts';
import { MAX_RULES } from '../../prove/deadRules/deadRulesRedundant.ts';
import { takenBefore } from '../../prove/deadRules/takenBefore.ts';
import { countRules } from '../../ruleset/count.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';

/** Of more edits nobody reads why. */
const MOST = 5;

export function withReasons(edits: readonly RuleEdit[], head: Ruleset, { host, limits }: Around): readonly RuleEdit[] {
  const fresh = edits.flatMap(({ kind, head: rule }) => (kind === 'added' && rule !== undefined ? [rule] : []));
  if (fresh.length === 0 || fresh.length > MOST || countRules(head) > MAX_RULES) return edits;
  const budget = new Budget(limits());
  const { dead } = deadRules(head, { host, budget });
  const ends = new Map(dead.map(({ rule, how }) => [rule, how]));
  const taken = takenBefore(
    head,
    fresh.filter((rule) => ends.get(rule) === 'shadowed'),
    { host, budget },
  );
  return edits.map((edit) => {
    const { head: rule } = edit;
    const how = rule && ends.get(rule);
    return rule === undefined || how === undefined ? edit : { ...edit, why: { how, by: taken.get(rule) ?? [] } };
  });
}

interface Around {
  readonly host: Host;
  readonly limits: () => BudgetLimits;
}
