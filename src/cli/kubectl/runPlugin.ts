/** The program `kubectl-chainwalk`, which kubectl runs for `kubectl chainwalk`. */
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { guard } from '../argv/guard.ts';
import type { Io } from '../io/io.ts';
import { complain } from '../io/messages.ts';
import { buildSingle } from '../program/program.ts';
import { type Invocation, parseAndRun } from '../program/run.ts';
import { ASKABLE_OPTIONS } from './askedCommand.ts';
import { PLUGIN } from './command.ts';
import { PLUGIN_OPTIONS } from './pluginOptions.ts';
import { splitWords, withoutValue } from './words.ts';

/** A live cluster is not called with a namespace that an empty variable made. */
async function refuse(bare: Io, option: string): Promise<ExitCode> {
  const { io, end } = guard(bare);
  await complain(io, { message: `\`${option}\` needs a value`, help: '`kubectl chainwalk --help` shows examples and options' });
  await end();
  return EXIT.usage;
}

export function runPlugin({ argv, version }: Invocation, io: Io): Promise<ExitCode> {
  const bare = withoutValue(argv, { own: PLUGIN_OPTIONS, commands: ASKABLE_OPTIONS });
  if (bare !== undefined) return refuse(io, bare);
  const { own, asked } = splitWords(argv, { own: PLUGIN_OPTIONS, commands: ASKABLE_OPTIONS });
  return parseAndRun(
    {
      // after `--` everything is an argument of ours, whatever it is for the command
      argv: asked.length === 0 ? own : [...own, '--', ...asked],
      help: '`kubectl chainwalk --help` shows examples and options',
      build: (hooks) => buildSingle({ version, command: PLUGIN, ...hooks }),
    },
    io,
  );
}
