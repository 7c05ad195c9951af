/** How long a question may take: --timeout, and what is kept for all hard questions of a run. */
import type { BudgetLimits } from '../../lib/budget.ts';
import { type Call, optionText } from './command.ts';

const SECONDS = 60;

/** Of one question, from when it is asked. */
export function limitsOf({ input }: Call): () => BudgetLimits {
  const most = 1000 * Number(optionText(input, 'timeout') ?? SECONDS);
  return () => {
    const end = performance.now() + most;
    return { deadline: () => performance.now() > end, ...(input.reserve && { reserve: input.reserve }) };
  };
}
