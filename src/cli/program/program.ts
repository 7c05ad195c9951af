/** Commands as data -> commander. Commander's errors come back as exceptions; nothing here exits or prints by itself. */
import { Argument, Command as Commander, InvalidArgumentError, Option } from 'commander';
import { paragraph } from '../../lib/layout.ts';
import { EXAMPLES, EXIT_CODES, TITLE } from '../argv/about.ts';
import type { ArgSpec, Command, CommandInput, CommandOption, Example, NamedList, OptionValue } from '../argv/command.ts';

export interface Hooks {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
  /** called with the one command that was asked for */
  readonly onCommand: (command: Command, input: CommandInput) => Promise<void>;
}

export interface ProgramSpec extends Hooks {
  readonly version: string;
  readonly commands: readonly Command[];
}

export interface SingleSpec extends Hooks {
  readonly version: string;
  readonly command: Command;
}

const exitCodes = EXIT_CODES.map(([code, says]) => `  ${code}  ${paragraph({ text: says, width: 75, hang: 5 })}`).join('\n');

export function buildProgram({ version, commands, ...hooks }: ProgramSpec): Commander {
  const program = topLevel(base(new Commander('chainwalk'), EXAMPLES), version, hooks)
    .description(sentence(TITLE))
    .usage('COMMAND [options]')
    .helpCommand('help [command]', 'the help of a command');
  for (const command of commands) {
    const sub = base(program.command(command.name).copyInheritedSettings(program), command.examples);
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
  for (const list of command.lists ?? []) sub.addHelpText('after', renderList(list));
  if (command.notes !== undefined) sub.addHelpText('after', command.notes);
  for (const arg of command.args) sub.addArgument(toArgument(arg));
  for (const option of command.options) sub.addOption(toOption(option));
  sub.action(() => onCommand(command, { args: sub.args, options: sub.opts<Record<string, OptionValue>>(), version }));
}

function base(command: Commander, examples: readonly Example[]): Commander {
  const lines = examples.map(({ says, line }) => `  # ${says}\n  ${line.replaceAll('\n', '\n  ')}\n`);
  return command
    .exitOverride()
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .addHelpText('after', `\nExit codes:\n${exitCodes}`)
    .addHelpText('before', `Examples:\n${lines.join('\n')}`)
    .configureHelp({
      showGlobalOptions: false,
      subcommandTerm: (sub) => sub.name(),
      argumentDescription: ({ description, argChoices }) => withChoices(description, argChoices),
      optionDescription: ({ description, argChoices }) => withChoices(description, argChoices),
    });
}

/** Each name on a line of its own when it is a long one, as manuals do it. */
function renderList({ title, entries }: NamedList): string {
  const lines = entries.map(([name, says]) => {
    const text = paragraph({ text: says, width: 80 - COLUMN, hang: 0 }).replaceAll('\n', `\n${' '.repeat(COLUMN)}`);
    return name.length + 4 > COLUMN ? `  ${name}\n${' '.repeat(COLUMN)}${text}` : `  ${name}`.padEnd(COLUMN) + text;
  });
  return `\n${title}:\n${lines.join('\n')}`;
}

const COLUMN = 25;

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`;
}

function withChoices(says: string, choices: readonly string[] = []): string {
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

function toOption({ flags, says, choices, repeatable, positive }: CommandOption): Option {
  const option = new Option(flags, repeatable ? `${says}; may be repeated` : says);
  if (choices !== undefined) option.choices([...choices]);
  if (positive) option.argParser(positiveNumber);
  if (repeatable) option.argParser<readonly string[]>((value, before) => [...(before ?? []), value]);
  return option;
}
