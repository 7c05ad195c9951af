/** A walk that the budget may end. */
import { BudgetError } from '../lib/budget.ts';
import { afterOf } from './after.ts';
import { Skb } from './skb.ts';
import type { Choice, Fate, Walk, WalkStep } from './trace.ts';
import { type Traversal, traverse } from './traverse.ts';

/** What is shown of a walk that did not come to its end. */
const FIRST_STEPS = 100;

/** As `traverse`, but a spent budget is the end of the walk. */
export function traverseOrCut(traversal: Traversal): Walk {
  let steps: readonly WalkStep[] = [];
  try {
    return traverse(traversal, (walked) => {
      steps = walked;
    });
  } catch (error) {
    if (!(error instanceof BudgetError)) throw error;
    const { packet, host, connections } = traversal;
    const reason: Choice = { why: 'budget', what: error.message, taken: 'cut' };
    const fate: Fate = { kind: 'undecided', reasons: [reason] };
    return {
      packet,
      steps: steps.slice(0, FIRST_STEPS),
      fate,
      after: afterOf(new Skb(packet, host), fate),
      choices: [reason],
      connections,
    };
  }
}
