/** How long a question may take: --timeout, and what is kept for all hard questions of a run. */
import type { BudgetLimits } from '../../lib/budget.ts';
import { type Call, type CommandInput, optionText } from './command.ts';

const SECONDS = 60;

/** Of one question, from when it is asked. */
export function limitsOf({ input }: Call): () => BudgetLimits {
  const most = 1000 * secondsOf(input);
  return () => {
    const end = performance.now() + most;
    return { deadline: () => performance.now() > end, ...(input.reserve && { reserve: input.reserve }) };
  };
}

/** Of one question. */
export function secondsOf(input: CommandInput): number {
  return Number(optionText(input, 'timeout') ?? SECONDS);
}

/** Seconds that are left of a question that is asked now. */
export function clockOf(input: CommandInput): () => number {
  const end = performance.now() + 1000 * secondsOf(input);
  return () => (end - performance.now()) / 1000;
}
