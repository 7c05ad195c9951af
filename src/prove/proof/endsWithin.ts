/** How some packets end. All that go one way are walked once, for every claim; where that is too hard, the packets of a claim are walked by
 *  themselves: those of one protocol pass thousands of rules about others. */
import { BudgetError } from '../../lib/budget.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import { FULL } from '../../symbolic/diagrams/bdd.ts';
import { type FateClass, traverseIn, traverseOut } from '../../symbolic/walk/traverse.ts';
import type { ProofContext } from './context.ts';
import type { Traffic } from './traffic.ts';

/** Of what a claim may spend, that on all packets. */
const PART_OF_ALL = 1 / 4;

/** `within`: packets as they start; others may be among the answers.
 *  @throws BudgetError */
export function endsWithin(context: ProofContext, { dir, iif = '', forced }: Traffic, within: Bdd): readonly FateClass[] {
  const { space, ruleset, isHard } = context;
  const all = () => (dir === 'out' ? context.out(forced) : context.in(iif, forced));
  if (within === FULL) return all();
  if (!isHard) {
    try {
      return space.budget.share(PART_OF_ALL, all);
    } catch (error) {
      if (!(error instanceof BudgetError)) throw error;
    }
  }
  const question = { space, ruleset, within, ...(forced !== undefined && { forced }) };
  return dir === 'out' ? traverseOut(question) : traverseIn(question, iif);
}
