/** What is asked of the pod, read as the command's own words. */
import type { Command, CommandInput } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { COMMANDS } from '../commands/commands.ts';
import type { Io } from '../io/io.ts';
import { run } from '../program/run.ts';
import { ASKABLE, type Options } from './words.ts';

export interface AskedCommand {
  readonly command: string;
  readonly rest: readonly string[];
  readonly version: string;
}

/** Or how that ended: with its help, or with what is wrong. */
export async function readAskedCommand(
  { command, rest, version }: AskedCommand,
  io: Io,
): Promise<{ readonly input: CommandInput } | { readonly code: ExitCode }> {
  const read: CommandInput[] = [];
  const commands = COMMANDS.map(
    (known): Command => ({
      ...known,
      // the pod stands for the rules
      args: known.args.filter(({ name }) => !name.startsWith('<rules')),
      run: async (_, input) => {
        read.push(input);
        return EXIT.ok;
      },
    }),
  );
  const code = await run({ argv: [command, ...rest], version, commands }, io);
  const [input] = read;
  return input === undefined ? { code } : { input };
}

/** Of all commands that can be asked of a pod. */
export const ASKABLE_OPTIONS: Options['commands'] = COMMANDS.filter(({ name }) => ASKABLE.some((known) => known === name)).flatMap(
  ({ options }) => options,
);
