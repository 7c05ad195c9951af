/** What a rule does, without how it is written. */
import type { Effect } from './effect.ts';

/** Equal for equal effects. */
export function effectKey(effect: Effect): string {
  return JSON.stringify(effect, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}
