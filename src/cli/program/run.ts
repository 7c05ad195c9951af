/** From arguments to an exit code. Bad usage is 2, anything unexpected is a bug of ours and says so. */

import { type Command as Commander, CommanderError } from 'commander';
import { Reserve } from '../../lib/budget.ts';
import type { Complaint } from '../../lib/complaint.ts';
import { jsonText } from '../../lib/printable.ts';
import { protectPackets } from '../argv/arguments.ts';
import { type Command, type CommandInput, optionIsSet } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { firstScreen } from '../argv/firstScreen.ts';
import { guard } from '../argv/guard.ts';
import { optionsScreen } from '../argv/optionsScreen.ts';
import { unknownCommand } from '../argv/unknownCommand.ts';
import { misuse } from '../argv/usageErrors.ts';
import { COMMANDS } from '../commands/commands.ts';
import { type Io, UnreadableError } from '../io/io.ts';
import { complain } from '../io/messages.ts';
import { buildProgram, type Hooks } from './program.ts';

export interface Invocation {
  /** without the program's own name */
  readonly argv: readonly string[];
  readonly version: string;
  /** absent: all */
  readonly commands?: readonly Command[];
}

export async function run({ argv: given, version, commands = COMMANDS }: Invocation, bare: Io): Promise<ExitCode> {
  const argv = given.length === 1 && given[0] === 'version' ? ['--version'] : given;
  const asked = commands.find(({ name }) => name === argv[0]);
  const help =
    asked === undefined ? '`chainwalk --help` lists the commands' : `\`chainwalk ${asked.name} --help\` shows examples and options`;
  const build = (hooks: Hooks) => buildProgram({ version, argv, commands, ...hooks });
  const wrong = unknownCommand(
    argv,
    commands.map(({ name }) => name),
  );
  if (argv[0] === 'help' && argv[1] === 'options') return tellOptions(bare, commands);
  const screen = argv.length === 0 ? firstScreen(commands) : undefined;
  if (wrong !== undefined || screen !== undefined) return tellStart(bare, wrong, screen);
  return parseAndRun({ argv: protectPackets(argv), help, foreignOptions: asked?.foreignOptions, build }, bare);
}

async function tellOptions(bare: Io, commands: readonly Command[]): Promise<ExitCode> {
  const { io, end } = guard(bare);
  await io.out.write(optionsScreen(commands));
  await end();
  return EXIT.ok;
}

async function tellStart(bare: Io, wrong: Complaint | undefined, screen = ''): Promise<ExitCode> {
  const { io, end } = guard(bare);
  await (wrong === undefined ? io.err.write(screen) : complain(io, wrong));
  await end();
  return EXIT.usage;
}

export interface Parsing {
  readonly argv: readonly string[];
  /** where to look after wrong usage */
  readonly help: string;
  /** the same after an option that is not known */
  readonly foreignOptions?: string | undefined;
  readonly build: (hooks: Hooks) => Commander;
}

export async function parseAndRun(parsing: Parsing, bare: Io): Promise<ExitCode> {
  const { io, end } = guard(bare);
  try {
    const code = await dispatch(parsing, io);
    const problem = io.out.problem();
    if (problem === undefined) return code;
    await complain(io, { message: `cannot write: ${problem}` });
    return EXIT.usage;
  } catch (error) {
    await reportBug(io, { error, argv: parsing.argv });
    return EXIT.bug;
  } finally {
    await end();
  }
}

async function dispatch({ argv, help, foreignOptions = help, build }: Parsing, io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  let asked = '';
  const program = build({
    writeOut: (text) => {
      asked += text;
    },
    writeErr: () => {},
    onCommand: async (command, input) => {
      const once = (again: Io, kept?: CommandInput['kept']) =>
        orUnreadable(again, () => command.run(again, { ...input, reserve: new Reserve(), ...(kept && { kept }) }));
      code = await (optionIsSet(input, 'watch') ? (await import('../watch/watched.ts')).watched({ io, input }, once) : once(io));
    },
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) {
      await io.out.write(asked);
      return EXIT.ok;
    }
    await complain(io, misuse(error, error.code === 'commander.unknownOption' ? foreignOptions : help));
    return EXIT.usage;
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

async function reportBug(io: Io, { error, argv }: { readonly error: unknown; readonly argv: readonly string[] }): Promise<void> {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  await io.err.write(`chainwalk: this is a bug in chainwalk, not in your input: please report it with the text below\n`);
  await io.err.write(`  arguments: ${jsonText(argv)}\n  ${text.replaceAll('\n', '\n  ')}\n`);
}
