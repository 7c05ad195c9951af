/** Which format was requested. */
import { LINE_FORMAT_NAMES } from '../../report/formats/names.ts';
import { type CommandInput, optionIsSet, optionList, optionText } from './command.ts';

/** `-o FORMAT`, `--json`, or the default. */
export function formatOf(input: CommandInput, otherwise: string): string {
  return optionText(input, 'output') ?? (optionIsSet(input, 'json') ? 'json' : otherwise);
}

/** Whether a format is among the requested ones that is written line by line. */
export function wantsLines(input: CommandInput): boolean {
  const words = optionList(input, 'output').flatMap((word) => word.split(','));
  return words.some((word) => LINE_FORMAT_NAMES.some((name) => word.trim() === name || word.trim().startsWith(`${name}=`)));
}
