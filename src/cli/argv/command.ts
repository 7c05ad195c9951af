/** A command as data; `run.ts` gives it to commander. */
import type { KeptProofs } from '../../app/suppress/keptProofs.ts';
import type { Reserve } from '../../lib/budget.ts';
import type { Io } from '../io/io.ts';
import type { ExitCode } from './exitCode.ts';

export interface Command {
  readonly name: string;
  /** one line in the list of commands: at most 62 characters, without a full stop */
  readonly summary: string;
  /** sentences that follow it in the help of the command */
  readonly about?: string;
  /** as in the usage line: `<rules>`, `[packet...]` */
  readonly args: readonly ArgSpec[];
  readonly options: readonly CommandOption[];
  /** shown before everything else in the help */
  readonly examples: readonly Example[];
  /** where an option that the command does not have may belong */
  readonly foreignOptions?: string;
  /** shown after the options */
  readonly lists?: readonly NamedList[];
  readonly notes?: string;
  readonly run: (io: Io, input: CommandInput) => Promise<ExitCode>;
}

export interface ArgSpec {
  readonly name: string;
  readonly says: string;
  readonly choices?: readonly string[];
}

export interface CommandOption {
  /** `-o, --output <format>` */
  readonly flags: string;
  readonly says: string;
  readonly choices?: readonly string[];
  /** values that are none of the choices and taken all the same */
  readonly also?: RegExp;
  /** may be given more than once; its value is a list */
  readonly repeatable?: true;
  /** its value is a number greater than 0 */
  readonly positive?: true;
  /** of many commands: their help has its name alone, \`chainwalk help options\` what it does */
  readonly common?: CommonOptions;
}

/** In the order in which help lists them. */
export const COMMON_OPTIONS = {
  rules: 'how rules are read',
  host: 'the host around the rules, and its proxy',
  pods: 'pods of manifests: mesh and cluster',
  side: 'of one side of diff',
  output: 'what is said, and how',
} as const;

export type CommonOptions = keyof typeof COMMON_OPTIONS;

/** Names and what each means. */
export interface NamedList {
  readonly title: string;
  readonly entries: readonly (readonly [name: string, says: string])[];
}

export interface Example {
  readonly says: string;
  /** at most 78 characters wide; it may go on after `\\` and a line feed */
  readonly line: string;
}

/** One run of a command: what the helpers of commands work with. */
export interface Call {
  readonly io: Io;
  readonly input: CommandInput;
}

/** What the user gave, and to whom. Options by their long name in camel case. */
export interface CommandInput {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, OptionValue>>;
  /** of chainwalk */
  readonly version: string;
  /** for the hard questions of this run */
  readonly reserve?: Reserve;
  /** --watch: of the run before */
  readonly kept?: KeptProofs;
}

export type OptionValue = string | boolean | readonly string[] | undefined;

/** The value of an option that takes one. */
export function optionText(input: CommandInput, name: string): string | undefined {
  const value = input.options[name];
  return typeof value === 'string' ? value : undefined;
}

export function optionList(input: CommandInput, name: string): readonly string[] {
  const value = input.options[name];
  return typeof value === 'object' ? value : [];
}

export function optionIsSet(input: CommandInput, name: string): boolean {
  return input.options[name] === true;
}
