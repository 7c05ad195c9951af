/** Commands as data -> commander. Commander's errors come back as exceptions; nothing here exits or prints by itself. */
import { Argument, Command as Commander, Help, InvalidArgumentError, Option } from 'commander';
import { paragraph } from '../../lib/layout.ts';
import { EXAMPLES, TITLE } from '../argv/about.ts';
import {
  type ArgSpec,
  COMMON_OPTIONS,
  type Command,
  type CommandInput,
  type CommandOption,
  type Example,
  type OptionValue,
} from '../argv/command.ts';
import { flagsOf } from '../argv/flags.ts';

export interface Hooks {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
  /** called with the one command that was given */
  readonly onCommand: (command: Command, input: CommandInput) => Promise<void>;
}

export interface ProgramSpec extends Hooks {
  readonly version: string;
  /** what was given: of commands that are not named there help lists the names and summaries alone */
  readonly argv: readonly string[];
  readonly commands: readonly Command[];
}

export interface SingleSpec extends Hooks {
  readonly version: string;
  readonly command: Command;
}

export function buildProgram({ version, argv, commands, ...hooks }: ProgramSpec): Commander {
  const program = topLevel(base(new Commander('chainwalk'), EXAMPLES.slice(0, MOST_EXAMPLES)), version, hooks)
    .description(sentence(TITLE))
    .usage('COMMAND [options]')
    .helpCommand('help [command]', 'the help of a command; `help options`: common options, exit codes');
  for (const command of commands) {
    if (!argv.includes(command.name)) {
      program.command(command.name).summary(command.summary);
      continue;
    }
    const sub = base(program.command(command.name).copyInheritedSettings(program), examplesFor(command));
    fill(sub, { version, command, ...hooks });
  }
  return program;
}

/** A program that is one command. */
export function buildSingle({ version, command, ...hooks }: SingleSpec): Commander {
  const program = topLevel(base(new Commander(command.name), command.examples), version, hooks);
  fill(program, { version, command, ...hooks });
  return program;
}

function topLevel(program: Commander, version: string, { writeOut, writeErr }: Hooks): Commander {
  return program.version(version, '-V, --version', 'print the version').configureOutput({ writeOut, writeErr, outputError: () => {} });
}

function fill(sub: Commander, { version, command, onCommand }: SingleSpec): void {
  sub.summary(command.summary).description([sentence(command.summary), command.about].filter((text) => text !== undefined).join(' '));
  if (command.notes !== undefined) sub.addHelpText('after', command.notes);
  for (const arg of command.args) sub.addArgument(toArgument(arg));
  for (const option of command.options) sub.addOption(toOption(option));
  sub.addHelpText('after', commonOptions(command));
  const common = new Set(command.options.flatMap((option) => (option.common === undefined ? [] : [flagsOf(option).long])));
  sub.createHelp = () => new ScreenHelp(common, sub.configureHelp());
  sub.action(() => onCommand(command, { args: sub.args, options: sub.opts<Record<string, OptionValue>>(), version }));
}

/** Many options of its own leave room for two. */
function examplesFor({ examples, options }: Command): readonly Example[] {
  const own = options.filter(({ common }) => common === undefined);
  return examples.slice(0, own.length > 6 ? MOST_EXAMPLES - 1 : MOST_EXAMPLES);
}

/** A screen has no room for more; the page of `explain` has all. */
const MOST_EXAMPLES = 3;

function base(command: Commander, examples: readonly Example[]): Commander {
  const lines = examples.slice(0, MOST_EXAMPLES).map(({ says, line }) => `  # ${says}\n  ${line.replaceAll('\n', '\n  ')}\n`);
  return command
    .exitOverride()
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .addHelpText('before', `Examples:\n${lines.join('')}`)
    .configureHelp({
      showGlobalOptions: false,
      subcommandTerm: (sub) => sub.name(),
      argumentDescription: ({ description, argChoices }) => withChoices(description, argChoices),
      optionDescription: ({ description, argChoices }) => withChoices(description, argChoices),
    });
}

/** Leaves out what is listed by name alone; a misspelt option may still be meant as one of those. */
class ScreenHelp extends Help {
  readonly #common: ReadonlySet<string>;
  #isShown = false;

  constructor(common: ReadonlySet<string>, configuration: object) {
    super();
    Object.assign(this, configuration);
    this.#common = common;
  }

  override prepareContext(options: Parameters<Help['prepareContext']>[0]): void {
    super.prepareContext(options);
    this.#isShown = true;
  }

  override visibleOptions(command: Commander): Option[] {
    return super.visibleOptions(command).filter(({ long }) => !this.#isShown || !this.#common.has(long ?? ''));
  }
}

/** The options of many commands by name, and where the rest is. */
function commonOptions({ name, options }: Command): string {
  const page = name.startsWith('kubectl') ? 'kubectl' : name;
  const groups = Object.keys(COMMON_OPTIONS).flatMap((group) => {
    const names = options.flatMap((option) => (option.common === group ? [flagsOf(option).long] : []));
    return names.length === 0
      ? []
      : [`  ${group.padEnd(8)}${paragraph({ text: names.join(' '), width: 70, hang: 0 }).replaceAll('\n', `\n${' '.repeat(10)}`)}`];
  });
  const common = groups.length === 0 ? [] : ['', 'Common options (chainwalk help options):', ...groups];
  const about = page === 'explain' ? '' : `More: chainwalk explain ${page}. `;
  return [...common, '', `${about}Exit codes: chainwalk help options.`].join('\n');
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`;
}

/** More are outcomes, which have a page each. */
const MOST_CHOICES = 8;

function withChoices(says: string, choices: readonly string[] = []): string {
  if (choices.length > MOST_CHOICES) return `${says}: ${choices.slice(0, 3).join(', ')} ...`;
  return choices.length === 0 ? says : `${says}: ${choices.join(', ')}`;
}

function toArgument({ name, says, choices }: ArgSpec): Argument {
  const argument = new Argument(name, says);
  return choices === undefined ? argument : argument.choices([...choices]);
}

function positiveNumber(value: string): string {
  if (/^\d{1,9}(\.\d{1,3})?$/.test(value) && Number(value) > 0) return value;
  throw new InvalidArgumentError('Expected a number greater than 0.');
}

function toOption({ flags, says, choices, also, repeatable, positive }: CommandOption): Option {
  const option = new Option(flags, repeatable ? `${says}; may be repeated` : says);
  if (choices !== undefined) {
    option.choices([...choices]);
    const { parseArg } = option;
    // DROPPED is the word of an answer, dropped that of the option
    const written = (text: string): string => choices.find((choice) => choice === text.toLowerCase()) ?? text;
    if (parseArg !== undefined) option.argParser((text, before) => (also?.test(text) ? text : parseArg(written(text), before)));
  }
  if (positive) option.argParser(positiveNumber);
  if (repeatable) option.argParser<readonly string[]>((value, before) => [...(before ?? []), value]);
  return option;
}
