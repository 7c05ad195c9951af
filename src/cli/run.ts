/** From arguments to an exit code. Bad usage is 2, anything unexpected is a bug of ours and says so. */
import { CommanderError } from 'commander';
import { protectPackets } from './arguments.ts';
import { isSet } from './command.ts';
import { COMMANDS } from './commands/commands.ts';
import { EXIT, type ExitCode } from './exitCode.ts';
import { type Io, UnreadableError } from './io.ts';
import { type Complaint, complain } from './messages.ts';
import { nearest } from './nearest.ts';
import { buildProgram } from './program.ts';

export interface Invocation {
  /** without the program's own name */
  readonly argv: readonly string[];
  readonly version: string;
}

export async function run({ argv, version }: Invocation, io: Io): Promise<ExitCode> {
  try {
    const code = await dispatch({ argv, version }, io);
    const problem = io.out.problem();
    if (problem === undefined) return code;
    await complain(io, { message: `cannot write: ${problem}` });
    return EXIT.usage;
  } catch (error) {
    await reportBug(io, { error, argv });
    return EXIT.bug;
  }
}

async function orUnreadable(io: Io, run: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    await complain(io, { message: error.message });
    return EXIT.usage;
  }
}

async function dispatch({ argv, version }: Invocation, io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  let help = '';
  let errors = '';
  const program = buildProgram({
    version,
    commands: COMMANDS,
    writeOut: (text) => {
      help += text;
    },
    writeErr: (text) => {
      errors += text;
    },
    onCommand: async (command, input) => {
      const once = (again: Io) => orUnreadable(again, () => command.run(again, input));
      code = await (isSet(input, 'watch') ? (await import('./watch/watched.ts')).watched({ io, input }, once) : once(io));
    },
  });
  try {
    await program.parseAsync(protectPackets(argv), { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) {
      await io.out.write(help);
      return EXIT.ok;
    }
    if (argv.length === 0) await io.err.write(errors);
    else {
      await complain(io, misuse(error, COMMANDS.find(({ name }) => name === argv[0])?.name));
    }
    return EXIT.usage;
  }
}

/** Commander's words as ours: what is wrong, and apart from it what was probably meant. */
function misuse({ message }: CommanderError, command: string | undefined): Complaint {
  const [, option, value, choices] = NO_CHOICE.exec(message) ?? [];
  if (value !== undefined && choices !== undefined) {
    const meant = nearest(value, choices.split(', '));
    const told = `${option === undefined ? '' : `${option}: `}\`${value}\` is none of ${choices}`;
    return { message: told, help: meant === undefined ? usage(command) : `did you mean \`${meant}\`?` };
  }
  const [what = '', meant] = message.replace(/^error: /, '').split(/\n\(Did you mean (?:one of )?(.*)\?\)$/);
  const told = what
    .replaceAll(/'([^']*)'/g, '`$1`')
    .replace('. Expected', ': expected')
    .replace(/\.$/, '');
  return { message: told, help: meant === undefined ? usage(command) : `did you mean \`${meant}\`?` };
}

const NO_CHOICE =
  /^error: (?:option '(?:-\w, )?(--[\w-]+).*' argument|command-argument value) '(.*)' is invalid.* Allowed choices are (.*)\.$/s;

function usage(command: string | undefined): string {
  return command === undefined ? '`chainwalk --help` lists the commands' : `\`chainwalk ${command} --help\` shows examples and options`;
}

async function reportBug(io: Io, { error, argv }: { readonly error: unknown; readonly argv: readonly string[] }): Promise<void> {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  await io.err.write(`chainwalk: this is a bug in chainwalk, not in your input: please report it with the text below\n`);
  await io.err.write(`  arguments: ${JSON.stringify(argv)}\n  ${text.replaceAll('\n', '\n  ')}\n`);
}
