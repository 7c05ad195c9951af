import { everyMatch, isIdleRule } from '../../netfilter/everyEffect.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import { everyRule } from '../../ruleset/everyRule.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';

/** Rules that change nothing and match by chance, or by something that is not modelled, as `table:chain:number`.
 *  The simulator does not fork for them, so that their rows say nothing. */
export function idleRules(ruleset: Ruleset): ReadonlySet<string> {
  const rules = everyRule(ruleset);
  return new Set(
    rules
      .filter((rule) => isIdleRule(rule) && everyMatch(rule).some(isUnsettled))
      .map(({ table, chain, number }) => `${table}:${chain}:${number}`),
  );
}

function isUnsettled(expr: MatchExpr): boolean {
  switch (expr.kind) {
    case 'and':
    case 'or':
      return expr.of.some(isUnsettled);
    case 'not':
      return isUnsettled(expr.of);
    default:
      return expr.kind === 'chance' || expr.kind === 'unmodelled';
  }
}
