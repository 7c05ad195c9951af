/** What the answers of the library were made of: `chainwalk/report` says it in words. An answer that went through JSON has lost it. */
import type { FindAnswer } from '../../app/find/find.ts';
import type { Outcome } from '../../connection/journey.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import type { TraceInput } from '../../report/json/traceInput.ts';

export type Origin =
  | { readonly kind: 'trace'; readonly input: TraceInput }
  | { readonly kind: 'verify'; readonly pods: readonly Verified[] }
  | { readonly kind: 'diff'; readonly examples: readonly string[] }
  | { readonly kind: 'find'; readonly answer: FindAnswer; readonly outcome: Outcome };

const ORIGINS = new WeakMap<object, Origin>();

export function withOrigin<T extends object>(answer: T, origin: Origin): T {
  ORIGINS.set(answer, origin);
  return answer;
}

export function originOf(answer: unknown): Origin | undefined {
  return typeof answer === 'object' && answer !== null ? ORIGINS.get(answer) : undefined;
}
