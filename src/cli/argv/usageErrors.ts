/** Commander's errors in our words: what is wrong, and apart from it what was probably meant. */
import type { CommanderError } from 'commander';
import type { Complaint } from '../../lib/complaint.ts';
import { nearest } from '../../lib/nearest.ts';

/** `help`: where to look when nothing is near. */
export function misuse({ message }: CommanderError, help: string): Complaint {
  const [, option, value, choices] = NO_CHOICE.exec(message) ?? [];
  if (value !== undefined && choices !== undefined) {
    const told = `${option === undefined ? '' : `${option}: `}\`${value}\` is not one of ${choices}`;
    return { message: told, help: didYouMean(nearChoice(value.toLowerCase(), choices.split(', '))) ?? help };
  }
  const [what = '', meant] = message.replace(/^error: /, '').split(/\n\(Did you mean (?:one of )?(.*)\?\)$/);
  const told = what
    .replaceAll(/'([^']*)'/g, '`$1`')
    .replace(/^option `(?:-\w, )?(--[\w-]+).*` argument missing$/, '`$1` needs a value')
    .replace('. Expected', ': expected')
    .replace(/\.$/, '');
  return { message: told, help: didYouMean(meant) ?? help };
}

/** `drop` is the start of one. */
function nearChoice(value: string, choices: readonly string[]): string | undefined {
  return (value.length > 2 ? choices.find((choice) => choice.startsWith(value)) : undefined) ?? nearest(value, choices);
}

const NO_CHOICE =
  /^error: (?:option '(?:-\w, )?(--[\w-]+).*' argument|command-argument value) '(.*)' is invalid.* Allowed choices are (.*)\.$/s;

export function didYouMean(meant: string | undefined): string | undefined {
  return meant === undefined ? undefined : `did you mean \`${meant}\`?`;
}
