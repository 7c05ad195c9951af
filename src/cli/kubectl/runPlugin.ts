/** The program `kubectl-chainwalk`, which kubectl runs for `kubectl chainwalk`. */
import type { ExitCode } from '../argv/exitCode.ts';
import type { Io } from '../io/io.ts';
import { buildSingle } from '../program/program.ts';
import { type Invocation, parseAndRun } from '../program/run.ts';
import { ASKABLE_OPTIONS } from './askedCommand.ts';
import { PLUGIN } from './command.ts';
import { PLUGIN_OPTIONS } from './pluginOptions.ts';
import { splitWords } from './words.ts';

export function runPlugin({ argv, version }: Invocation, io: Io): Promise<ExitCode> {
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
