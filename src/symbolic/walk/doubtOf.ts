/** Why packets may match a rule, or not. */
import { asksAbout, mentionsUnmodelled, someLeaf } from '../../netfilter/matchExpr.ts';
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
