/** Commands as data -> commander. Commander's errors come back as exceptions; nothing here exits or prints by itself. */
import { Argument, Command as Commander, Option } from 'commander';
import type { ArgSpec, Command, Example, Input, OptionSpec, OptionValue } from './command.ts';

export interface ProgramSpec {
  readonly version: string;
  readonly commands: readonly Command[];
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
  /** called with the one command that was asked for */
  readonly onCommand: (command: Command, input: Input) => Promise<void>;
}

const EXAMPLES: readonly Example[] = [
  { says: 'where does a packet go?', line: 'chainwalk trace pod.rules "out tcp -> 203.0.113.9:443 uid=1000"' },
  { says: 'would the kernel load these rules?', line: 'iptables-save | chainwalk check -' },
  { says: 'what does an answer mean?', line: 'chainwalk explain captured-out' },
];

const EXIT_CODES = `
Exit codes:
  0  done, nothing to report
  1  findings: an unmet --expect; with --strict also warnings and undecided
  2  the input or the usage is wrong
  3  a bug in chainwalk`;

export function buildProgram({ version, commands, writeOut, writeErr, onCommand }: ProgramSpec): Commander {
  const program = base(new Commander('chainwalk'), EXAMPLES)
    .description('what Linux will do with a packet, from iptables rules alone')
    .version(version, '-V, --version', 'print the version')
    .configureOutput({ writeOut, writeErr, outputError: () => {} });
  for (const command of commands) {
    const sub = base(program.command(command.name).copyInheritedSettings(program), command.examples).description(command.summary);
    if (command.notes !== undefined) sub.addHelpText('after', command.notes);
    for (const arg of command.args) sub.addArgument(toArgument(arg));
    for (const option of command.options) sub.addOption(toOption(option));
    sub.action(() => onCommand(command, { args: sub.args, options: sub.opts<Record<string, OptionValue>>(), version }));
  }
  return program;
}

function base(command: Commander, examples: readonly Example[]): Commander {
  const lines = examples.map(({ says, line }) => `  # ${says}\n  ${line}\n`);
  return command
    .exitOverride()
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .addHelpText('after', EXIT_CODES)
    .addHelpText('before', `Examples:\n${lines.join('\n')}`)
    .configureHelp({ showGlobalOptions: false });
}

function toArgument({ name, says, choices }: ArgSpec): Argument {
  const argument = new Argument(name, says);
  return choices === undefined ? argument : argument.choices([...choices]);
}

function toOption({ flags, says, choices, repeatable }: OptionSpec): Option {
  const option = new Option(flags, says);
  if (choices !== undefined) option.choices([...choices]);
  if (repeatable) option.argParser<readonly string[]>((value, before) => [...(before ?? []), value]);
  return option;
}
