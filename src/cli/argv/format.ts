/** Which format was requested. */
import { type CommandInput, optionIsSet, optionText } from './command.ts';

/** `-o FORMAT`, `--json`, or the default. */
export function formatOf(input: CommandInput, otherwise: string): string {
  return optionText(input, 'output') ?? (optionIsSet(input, 'json') ? 'json' : otherwise);
}
