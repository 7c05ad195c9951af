/** The program `kubectl_complete-chainwalk`, which kubectl's own completion runs for `kubectl chainwalk <TAB>`: a candidate a line, with
 *  a tab before its description, then `:DIRECTIVE` as cobra's `__complete` has it.
 *  kubectl pkg/cmd/plugin/plugin_completion.go, cobra completions.go ShellCompDirective */
import type { Command } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { flagsOf, optionNamed } from '../argv/flags.ts';
import { COMMANDS } from '../commands/commands.ts';
import { type Candidate, complete, type ShellCompletion } from '../completion/complete.ts';
import type { Io } from '../io/io.ts';
import type { Invocation } from '../program/run.ts';
import { ASKABLE_OPTIONS } from './askedCommand.ts';
import { type Cluster, kubectl } from './cluster.ts';
import { PLUGIN_OPTIONS } from './pluginOptions.ts';
import { podKindNamed } from './podNames.ts';
import { ASKABLE, pluginQuestionOf, splitWords } from './words.ts';

/** Bits of cobra: no space after the word, no names of files. */
const DIRECTIVE: Readonly<Record<ShellCompletion['kind'], number>> = { words: 4, list: 4 | 2, files: 0 };
/** A person does not wait longer for a list. */
const SECONDS = 5;

/** `argv`: all words after `kubectl chainwalk`, the last of which is being typed. Whatever goes wrong, there are fewer candidates. */
export async function runCompletion({ argv }: Pick<Invocation, 'argv'>, io: Io): Promise<ExitCode> {
  const { kind, candidates } = await completionFor(argv, io);
  const lines = candidates.map(({ word, says }) => `${word}${says === '' ? '' : `\t${says}`}\n`);
  await io.out.write(`${lines.join('')}:${DIRECTIVE[kind]}\n`, 'data');
  return EXIT.ok;
}

async function completionFor(argv: readonly string[], io: Io): Promise<ShellCompletion> {
  const [before, current] = [argv.slice(0, -1), argv.at(-1) ?? ''];
  const options = { own: PLUGIN_OPTIONS, commands: ASKABLE_OPTIONS };
  const { own, asked } = splitWords(before, options);
  const cluster: Cluster = { io, connection: connectionIn(own), seconds: SECONDS };
  const last = before.at(-1) ?? '';
  const waiting = optionNamed(last, PLUGIN_OPTIONS);
  const takes = waiting === undefined || last.includes('=') ? undefined : flagsOf(waiting).value;
  const joined = optionNamed(current, PLUGIN_OPTIONS);
  const values = takes !== undefined ? waiting : current.includes('=') ? joined : undefined;
  if (values !== undefined) return valuesOf(cluster, values, current);
  const selected = own.some((word) => /^(?:-A|-l|--all-namespaces|--selector)\b/.test(word));
  const { names, command, rest } = pluginQuestionOf(asked, options, selected);
  const spec = COMMANDS.find(({ name }) => name === command);
  if (current.startsWith('-')) return optionsFor(spec, [...rest, current]);
  const open = spec === undefined ? undefined : forCommand(spec, [...rest, current]);
  if (open !== undefined && optionNamed(rest.at(-1) ?? '', ASKABLE_OPTIONS) !== undefined) return open;
  const needsPod = !selected && names.length === 0;
  if (needsPod || isKindAlone(names)) {
    const pods = await podCandidates(cluster, names[0], current);
    return { kind: 'words', candidates: command === undefined && names.length === 0 ? [...verbs(current), ...pods] : pods };
  }
  if (command === undefined) return { kind: 'words', candidates: verbs(current) };
  return open ?? { kind: 'words', candidates: [] };
}

function verbs(current: string): readonly Candidate[] {
  return ASKABLE.flatMap((word) => {
    const says = COMMANDS.find(({ name }) => name === word)?.summary ?? '';
    return word.startsWith(current) ? [{ word, says }] : [];
  });
}

function optionsFor(spec: Command | undefined, words: readonly string[]): ShellCompletion {
  const current = words.at(-1) ?? '';
  const own = PLUGIN_OPTIONS.flatMap((option) => {
    const { short, long } = flagsOf(option);
    return [short, long].flatMap((word) => (word?.startsWith(current) ? [{ word, says: option.says }] : []));
  });
  const others = spec === undefined ? undefined : forCommand(spec, words);
  if (others !== undefined && others.kind !== 'words') return others;
  return { kind: 'words', candidates: [...own, ...(others?.candidates ?? [])] };
}

/** What the command itself would complete; the pod stands for its rules. */
function forCommand(spec: Command, words: readonly string[]): ShellCompletion {
  const args = spec.args.filter(({ name }) => !name.startsWith('<rules'));
  return complete({ commands: [{ ...spec, args }], values: new Map([['packet', []]]), lists: new Set() }, [spec.name, ...words]);
}

async function valuesOf(cluster: Cluster, option: (typeof PLUGIN_OPTIONS)[number], current: string): Promise<ShellCompletion> {
  const { long } = flagsOf(option);
  const typed = /^--[^=]+=(.*)$/.exec(current)?.[1] ?? current;
  const lead = current.slice(0, current.length - typed.length);
  const of = (words: readonly string[]): ShellCompletion => ({
    kind: 'words',
    candidates: words.filter((word) => word.startsWith(typed)).map((word) => ({ word: lead + word, says: '' })),
  });
  if (option.choices !== undefined) return of(option.choices);
  if (long === '--namespace') return of(await namesOf(cluster, ['get', 'namespaces', '--output=name']));
  if (long === '--context') return of(await namesOf(cluster, ['config', 'get-contexts', '--output=name']));
  return long === '--kubeconfig' || long === '--save' ? { kind: 'files', candidates: [] } : of([]);
}

/** `pods`, or a kind before a slash, or a name of a pod. */
async function podCandidates(cluster: Cluster, kind: string | undefined, current: string): Promise<readonly Candidate[]> {
  const [type, ...behind] = current.split('/');
  const asked = kind ?? (behind.length > 0 ? (type ?? '') : 'pods');
  const known = podKindNamed(asked);
  if (known === undefined) return [];
  const lead = kind === undefined && behind.length > 0 ? `${type}/` : '';
  const names = await namesOf(cluster, ['get', known === 'pod' ? 'pods' : known, '--output=name']);
  return names.map((name) => ({ word: lead + name, says: '' })).filter(({ word }) => word.startsWith(current));
}

function isKindAlone(names: readonly string[]): boolean {
  return names.length === 1 && podKindNamed(names[0] ?? '') !== undefined;
}

async function namesOf(cluster: Cluster, args: readonly string[]): Promise<readonly string[]> {
  const answer = await kubectl(cluster, args);
  if (!('code' in answer) || answer.code !== 0) return [];
  return answer.out
    .split('\n')
    .map((line) => line.trim().replace(/^[^/]*\//, ''))
    .filter((name) => name !== '');
}

/** Of the words so far, in the form of kubectl. */
function connectionIn(own: readonly string[]): readonly string[] {
  return ['namespace', 'context', 'kubeconfig'].flatMap((name) => {
    const option = PLUGIN_OPTIONS.find(({ flags }) => flags.includes(`--${name} `));
    const { short, long } = option === undefined ? { long: '' } : flagsOf(option);
    const at = own.findIndex(
      (word) => word === long || word === short || word.startsWith(`${long}=`) || (short !== undefined && word.startsWith(short)),
    );
    const word = own[at];
    if (word === undefined) return [];
    const value = word === long || word === short ? own[at + 1] : word.startsWith(`${long}=`) ? word.slice(long.length + 1) : word.slice(2);
    return value === undefined ? [] : [`--${name}=${value}`];
  });
}
