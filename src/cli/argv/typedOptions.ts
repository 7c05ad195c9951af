/** Options as they would be typed again: what is told to run answers as the run did that tells it. */
import type { CommandInput, CommandOption, OptionValue } from './command.ts';

/** `--pod-ip 10.12.3.4`, of those of `known` that were given, but for what is in `without`, by long names. */
export function typedOptions(
  { options }: Pick<CommandInput, 'options'>,
  known: readonly CommandOption[],
  without: readonly string[] = [],
): readonly string[] {
  return known.flatMap(({ flags }) => {
    const name = /--([\w-]+)/.exec(flags)?.[1] ?? '';
    return without.includes(name) ? [] : typed(`--${name}`, options[camelCase(name)]);
  });
}

function typed(flag: string, value: OptionValue): readonly string[] {
  if (value === undefined || value === false) return [];
  if (value === true) return [flag];
  return (typeof value === 'string' ? [value] : value).map((one) => `${flag} ${typedWord(one)}`);
}

function camelCase(name: string): string {
  return name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** A word of a command line, in quotes where a shell would read it otherwise. */
export function typedWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
