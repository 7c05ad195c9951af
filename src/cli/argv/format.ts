/** Which format was asked for. */
import { type Input, isSet, textOf } from './command.ts';

/** `-o FORMAT`, `--json`, or `otherwise`. */
export function formatOf(input: Input, otherwise: string): string {
  return textOf(input, 'output') ?? (isSet(input, 'json') ? 'json' : otherwise);
}
