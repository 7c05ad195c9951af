/** What `-o, --output <format>` says, taken apart. */
import type { CommandOption } from './command.ts';

export interface Flags {
  /** `-o` */
  readonly short?: string;
  /** `--output` */
  readonly long: string;
  /** `format`: the name of its value; absent when it takes none */
  readonly value?: string;
}

export function flagsOf({ flags }: CommandOption): Flags {
  const { short, long = '', value } = /^(?:(?<short>-\w), )?(?<long>--[\w-]+)(?: <(?<value>[^>]+)>)?$/.exec(flags)?.groups ?? {};
  return { long, ...(short !== undefined && { short }), ...(value !== undefined && { value }) };
}

/** The option that a word of the command line names, with or without `=value`. */
export function optionNamed(word: string, options: readonly CommandOption[]): CommandOption | undefined {
  const name = word.split('=')[0];
  return options.find((option) => flagsOf(option).long === name || flagsOf(option).short === name);
}
