/** What `kubectl chainwalk` does: fetch, then run chainwalk on what was fetched. */
import { type Call, isSet, textOf } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { nearest } from '../argv/nearest.ts';
import { didYouMean } from '../argv/usageErrors.ts';
import { COMMANDS } from '../commands/commands.ts';
import type { Io } from '../io/io.ts';
import { type Complaint, complain } from '../io/messages.ts';
import { run } from '../program/run.ts';
import { type Cluster, commandLine } from './cluster.ts';
import { debugArgs, execArgs } from './fetch.ts';
import { factOptions } from './podFacts.ts';
import { debugOf, fetchPodFiles, type PodFiles } from './podFiles.ts';
import { QUESTIONS } from './questions.ts';
import { ASKABLE } from './words.ts';

export async function askPod(call: Call): Promise<ExitCode> {
  const { io, input } = call;
  const [given = '', ...asked] = input.args;
  const name = given.replace(/^pods?\//, '');
  const [command = 'verify', ...rest] = asked;
  const wrong = wrongName(name) ?? wrongCommand(command, rest);
  if (wrong !== undefined) return refuse(io, wrong);
  const seconds = textOf(input, 'kubectlTimeout');
  const cluster: Cluster = { io, connection: connectionOf(call), ...(seconds !== undefined && { seconds: Number(seconds) }) };
  if (isSet(input, 'dryRun')) {
    await io.out.write(plan(call, { cluster, name }));
    return EXIT.ok;
  }
  // nothing is asked of a pod for a command that could not be run; --help is answered here, too
  const tried = await run({ argv: [command, 'RULES', ...rest], version: input.version, commands: READ_ONLY }, io);
  if (tried !== EXIT.ok || rest.includes('--help') || rest.includes('-h')) return tried;
  const files = await fetchPodFiles(call, { cluster, name });
  if ('message' in files) return refuse(io, files);
  const problem = textOf(input, 'save') === undefined ? undefined : await save(io, files);
  if (problem !== undefined) return refuse(io, problem);
  if (!rest.includes('-q') && !rest.includes('--quiet')) await io.err.write(files.notes.map((note) => `note: ${note}\n`).join(''));
  const words = [command, ...rest];
  const own = hostOption(files, words);
  const options = COMMANDS.find((known) => known.name === command)?.options ?? [];
  const facts = factOptions(files.facts, { options, words: rest, hasHost: own.length > 0 });
  const argv = [command, files.rules.path, ...own, ...facts, ...profileOption(files, words), ...rest];
  return run({ argv, version: input.version }, withFiles(io, files));
}

/** Their words are read, and nothing is run. */
const READ_ONLY = COMMANDS.map((command) => ({ ...command, run: async () => EXIT.ok }));

async function refuse(io: Io, complaint: Complaint): Promise<ExitCode> {
  await complain(io, complaint);
  return EXIT.usage;
}

/** Names of Kubernetes: nothing that kubectl could take for an option or a kind. */
function wrongName(name: string): Complaint | undefined {
  if (/^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/.test(name)) return undefined;
  return { message: `\`${name}\` is no name of a pod`, help: '`kubectl get pods` lists them' };
}

function wrongCommand(command: string, rest: readonly string[]): Complaint | undefined {
  if (!ASKABLE.some((known) => known === command))
    return {
      message: `\`${command}\` is none of ${ASKABLE.join(', ')}`,
      help: didYouMean(nearest(command, ASKABLE)) ?? '`kubectl chainwalk --help` shows examples and options',
    };
  if (command === 'trace' && rest.length === 0)
    return { message: 'no packet to trace', help: '`kubectl chainwalk --help` shows an example' };
  if (!rest.includes('--watch') && !rest.includes('-w')) return undefined;
  return { message: 'a pod cannot be watched', help: '--save keeps its rules as a file' };
}

function connectionOf({ input }: Call): readonly string[] {
  return ['namespace', 'context', 'kubeconfig'].flatMap((name) => {
    const value = textOf(input, name);
    return value === undefined ? [] : [`--${name}=${value}`];
  });
}

/** What would be run; which container answers is known only then. */
function plan(call: Call, { cluster, name }: { readonly cluster: Cluster; readonly name: string }): string {
  const debug = debugOf(call);
  const container = textOf(call.input, 'container') ?? 'CONTAINER';
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

/** Where the command takes a host and the user has given none. */
function hostOption({ host }: PodFiles, words: readonly string[]): readonly string[] {
  return host !== undefined && isOpen('host', words) ? [`--host=${host.path}`] : [];
}

/** The same for the mesh of a pod whose rules show none. */
function profileOption({ mesh }: PodFiles, words: readonly string[]): readonly string[] {
  return mesh !== undefined && isOpen('profile', words) ? [`--profile=${mesh}`] : [];
}

function isOpen(option: 'host' | 'profile', [command, ...rest]: readonly string[]): boolean {
  const takes = COMMANDS.find(({ name }) => name === command)?.options.some(({ flags }) => flags.startsWith(`--${option} `)) ?? false;
  return takes && !rest.some((word) => word === `--${option}` || word.startsWith(`--${option}=`));
}

/** The files that were fetched, as if they had been saved. */
function withFiles(io: Io, { rules, host }: PodFiles): Io {
  const known = new Map([rules, ...(host === undefined ? [] : [host])].map(({ path, text }) => [path, text]));
  const read: Io['read'] = async (path) => {
    const text = known.get(path);
    return text === undefined ? io.read(path) : { text };
  };
  return { ...io, read };
}
