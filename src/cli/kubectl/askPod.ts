/** What `kubectl chainwalk` does: fetch, then answer from what was fetched. */

import type { Complaint } from '../../lib/complaint.ts';
import { nearest } from '../../lib/nearest.ts';
import { type Call, type Command, type CommandInput, optionIsSet, optionText } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { didYouMean } from '../argv/usageErrors.ts';
import { COMMANDS } from '../commands/commands.ts';
import type { Io } from '../io/io.ts';
import { complain } from '../io/messages.ts';
import { run } from '../program/run.ts';
import { answerOf } from './answer.ts';
import { type Cluster, commandLine } from './cluster.ts';
import { debugArgs, execArgs } from './fetch.ts';
import { debugOf, fetchPodFiles, type PodFiles } from './podFiles.ts';
import { runningPodSubject } from './podSubject.ts';
import { QUESTIONS } from './questions.ts';
import { ASKABLE, type Askable } from './words.ts';

export async function askPod(call: Call): Promise<ExitCode> {
  const { io, input } = call;
  const [given = '', ...asked] = input.args;
  const name = given.replace(/^pods?\//, '');
  const [word = 'verify', ...rest] = asked;
  const command = ASKABLE.find((known) => known === word);
  const wrong = wrongName(name) ?? (command === undefined ? notAskable(word) : wrongWords(command, rest));
  if (wrong !== undefined || command === undefined) return refuse(io, wrong ?? notAskable(word));
  const seconds = optionText(input, 'kubectlTimeout');
  const cluster: Cluster = { io, connection: connectionOf(call), ...(seconds !== undefined && { seconds: Number(seconds) }) };
  if (optionIsSet(input, 'dryRun')) {
    await io.out.write(plan(call, { cluster, name }));
    return EXIT.ok;
  }
  // nothing is asked of a pod for a command that could not be run; --help is answered here, too
  const words = await readWords({ command, rest, version: input.version }, io);
  if ('code' in words) return words.code;
  const files = await fetchPodFiles(call, { cluster, name });
  if ('message' in files) return refuse(io, files);
  const problem = optionText(input, 'save') === undefined ? undefined : await save(io, files);
  if (problem !== undefined) return refuse(io, problem);
  if (!optionIsSet(words.input, 'quiet')) await io.err.write(files.notes.map((note) => `note: ${note}\n`).join(''));
  const own: Call = { io, input: words.input };
  return answerOf(command, own, () => runningPodSubject(own, files));
}

interface Words {
  readonly command: string;
  readonly rest: readonly string[];
  readonly version: string;
}

/** What the user asks of the pod, read as the command's own words; or how that ended. */
async function readWords(
  { command, rest, version }: Words,
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

async function refuse(io: Io, complaint: Complaint): Promise<ExitCode> {
  await complain(io, complaint);
  return EXIT.usage;
}

/** Names of Kubernetes: nothing that kubectl could take for an option or a kind. */
function wrongName(name: string): Complaint | undefined {
  if (/^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/.test(name)) return undefined;
  return { message: `\`${name}\` is not a valid pod name`, help: '`kubectl get pods` lists them' };
}

function notAskable(command: string): Complaint {
  return {
    message: `\`${command}\` is not one of ${ASKABLE.join(', ')}`,
    help: didYouMean(nearest(command, ASKABLE)) ?? '`kubectl chainwalk --help` shows examples and options',
  };
}

function wrongWords(command: Askable, rest: readonly string[]): Complaint | undefined {
  if (command === 'trace' && rest.length === 0)
    return { message: 'no packet to trace', help: '`kubectl chainwalk --help` shows an example' };
  if (!rest.includes('--watch') && !rest.includes('-w')) return undefined;
  return { message: 'a pod cannot be watched', help: '--save keeps its rules as a file' };
}

function connectionOf({ input }: Call): readonly string[] {
  return ['namespace', 'context', 'kubeconfig'].flatMap((name) => {
    const value = optionText(input, name);
    return value === undefined ? [] : [`--${name}=${value}`];
  });
}

/** What would be run; which container answers is known only then. */
function plan(call: Call, { cluster, name }: { readonly cluster: Cluster; readonly name: string }): string {
  const debug = debugOf(call);
  const container = optionText(call.input, 'container') ?? 'CONTAINER';
  const calls = [
    ['get', 'pod', name, '--output=json'],
    ...QUESTIONS.map((question) => execArgs({ name, container }, question)),
    ...(debug === undefined ? [] : [debugArgs(name, 'chainwalk-1', debug)]),
  ];
  return calls.map((args) => `${commandLine(cluster, args)}\n`).join('');
}

async function save(io: Io, { rules, host }: PodFiles): Promise<Complaint | undefined> {
  for (const { path, text } of [rules, ...(host === undefined ? [] : [host])]) {
    const { problem } = await io.write(path, text);
    if (problem !== undefined) return { message: `cannot write \`${path}\`: ${problem}` };
  }
  return undefined;
}
