/** Why packets may match a rule, or not. */
import { asksAbout, type MatchExpr, mentionsUnmodelled, someLeaf } from '../../netfilter/matchExpr.ts';
import type { Clause, Rule } from '../../ruleset/ruleset.ts';
import type { Space } from '../space/space.ts';
import type { Doubt } from './state.ts';

/** By which of the clauses it is not known. */
export function doubtOf({ macUnsaid }: Space, rule: Rule, clauses: readonly Clause[]): Doubt {
  const isOfNeighbour = ({ expr }: Clause): boolean => macUnsaid === true && asksAbout(expr, 'mac');
  const unmodelled = clauses.find(({ expr }) => mentionsUnmodelled(expr)) ?? clauses.find(isOfNeighbour);
  const chance = clauses.find(({ expr }) => someLeaf(expr, ({ kind }) => kind === 'chance'));
  const clause = unmodelled ?? chance;
  return { why: unmodelled === undefined ? 'chance' : 'unmodelled', what: clause?.text ?? rule.text, rule };
}

/** The doubts of those that took a way which is not certain, and of those that did not. */
export function eitherOdds(doubt: Doubt, expr: MatchExpr): { readonly taken: Doubt; readonly passed: Doubt } {
  const odds = doubt.why === 'chance' ? oddsOf(expr) : undefined;
  if (odds === undefined) return { taken: doubt, passed: doubt };
  return { taken: { ...doubt, lot: { held: true, odds } }, passed: { ...doubt, lot: { held: false, odds: 1 - odds } } };
}

/** How likely a condition holds where nothing but chance is open: undefined where that follows from earlier packets, or is not plain. */
function oddsOf(expr: MatchExpr): number | undefined {
  switch (expr.kind) {
    case 'chance':
      return expr.remembers === true ? undefined : expr.probability;
    case 'and':
      return expr.of.map(oddsOf).reduce((product, one) => (product === undefined || one === undefined ? undefined : product * one), 1);
    case 'not': {
      if (expr.of.kind !== 'chance') return isSure(expr) ? 1 : undefined;
      const odds = oddsOf(expr.of);
      return odds === undefined ? undefined : 1 - odds;
    }
    default:
      return isSure(expr) ? 1 : undefined;
  }
}

function isSure(expr: MatchExpr): boolean {
  return !someLeaf(expr, ({ kind }) => kind === 'chance');
}
