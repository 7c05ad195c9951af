/** Which pods are asked what: the words of the plugin, understood before anything is called. */
import type { Complaint } from '../../lib/complaint.ts';
import { closest, nearest } from '../../lib/nearest.ts';
import { type Call, optionIsSet, optionText } from '../argv/command.ts';
import { didYouMean } from '../argv/usageErrors.ts';
import { COMMANDS } from '../commands/commands.ts';
import { ASKABLE_OPTIONS } from './askedCommand.ts';
import { commandLine, typedConnection } from './cluster.ts';
import { PLUGIN_OPTIONS } from './pluginOptions.ts';
import { type PodName, readPodNames } from './podNames.ts';
import { ASKABLE, type Askable, type PluginQuestion, pluginQuestionOf } from './words.ts';

export interface PodRequest {
  readonly names: readonly PodName[];
  /** without names: all pods that have these labels, in all namespaces or in one */
  readonly selection?: { readonly labels?: string; readonly everywhere?: true };
  readonly command: Askable;
  /** for the command */
  readonly rest: readonly string[];
}

export function readRequest({ input }: Call): PodRequest | Complaint {
  const [labels, everywhere] = [optionText(input, 'selector'), optionIsSet(input, 'allNamespaces')];
  const selected = labels !== undefined || everywhere;
  const question = pluginQuestionOf(input.args, { own: PLUGIN_OPTIONS, commands: ASKABLE_OPTIONS }, selected);
  const misnamed = misnamedCommand(question);
  if (misnamed !== undefined) return misnamed;
  const { command = 'verify', rest } = question;
  if (rest.includes('--help') || rest.includes('-h')) return { names: [], command, rest };
  const read = readPodNames(question.names);
  if ('message' in read) return read;
  const { names, all } = read;
  const namespace = optionText(input, 'namespace');
  const elsewhere = names.find((name) => name.namespace !== undefined && namespace !== undefined && name.namespace !== namespace);
  if (elsewhere !== undefined)
    return { message: `\`${elsewhere.text}\` is in namespace ${elsewhere.namespace}, and -n says ${namespace}`, help: 'one of the two' };
  if (selected && names.length > 0)
    return {
      message: 'pods are named, or selected by -l or -A, not both',
      help: `\`kubectl get pods ${everywhere ? '-A' : '-l'}\` takes no names either`,
    };
  if (everywhere && namespace !== undefined)
    return {
      message: '-A selects all namespaces, -n only one',
      help: `one of the two: \`kubectl chainwalk pods -n ${namespace}\` queries all pods there`,
    };
  if (!selected && all !== true && names.length === 0) return noPod(question, namespace);
  const wrong = wrongWords(command, rest);
  if (wrong !== undefined) return wrong;
  const selection =
    selected || all === true ? { ...(labels !== undefined && { labels }), ...(everywhere && { everywhere: true as const }) } : undefined;
  const many = selection !== undefined || names.length > 1;
  if (many && (command === 'diff' || command === 'print'))
    return {
      message: `\`${command}\` takes the rules of one pod`,
      help: `\`kubectl chainwalk POD ${command}\`; of many pods: verify, trace, find, check`,
    };
  return { names, command, rest, ...(selection !== undefined && { selection }) };
}

function noPod({ command }: PluginQuestion, namespace: string | undefined): Complaint {
  const there = namespace === undefined ? '' : ` -n ${namespace}`;
  const called = command === undefined ? '' : ` ${command}`;
  return {
    message: 'no pod is named',
    help: `\`kubectl chainwalk${called} POD${there}\`, TYPE/NAME, -l LABELS; all of a namespace: \`kubectl chainwalk pods${there}\`, of all: -A`,
  };
}

/** A word among the names that is a command: misspelt, or one that takes no pod. */
function misnamedCommand({ names, command, rest }: PluginQuestion): Complaint | undefined {
  if (command !== undefined && rest.length === 0) return undefined;
  const isMany = names.length > 1 || rest.length > 0;
  for (const name of isMany ? names.filter((one) => /^[a-z]+$/.test(one)) : []) {
    const near = closest(name, ASKABLE);
    const other = COMMANDS.some((known) => known.name === name);
    if (!other && (near === undefined || near.distance > (name.length > 5 ? 2 : 1))) continue;
    return {
      message: other ? `\`${name}\` does not take a pod: ${ASKABLE.join(', ')} do` : `\`${name}\` is not one of ${ASKABLE.join(', ')}`,
      help: (other ? undefined : didYouMean(nearest(name, ASKABLE))) ?? `a pod of that name is pod/${name}`,
    };
  }
  return undefined;
}

function wrongWords(command: Askable, rest: readonly string[]): Complaint | undefined {
  if (command === 'trace' && rest.length === 0)
    return { message: 'no packet to trace', help: '`kubectl chainwalk --help` shows an example' };
  if (!rest.includes('--watch') && !rest.includes('-w')) return undefined;
  return { message: 'a pod cannot be watched', help: '--save keeps its rules as a file' };
}

/** The same with another option, as a shell takes it. */
export function againWith(
  { names, selection, command, rest }: PodRequest,
  connection: readonly string[],
  option: readonly string[],
): string {
  const isSaid = names.some(({ namespace }) => namespace !== undefined);
  const where = typedConnection(connection.filter((word) => !isSaid || !word.startsWith('--namespace=')));
  const { labels, everywhere } = selection ?? {};
  const which = [...names.map(({ text }) => text), ...(labels === undefined ? [] : ['-l', labels]), ...(everywhere ? ['-A'] : [])];
  const words = ['chainwalk', ...which, ...where, ...option, ...(command === 'verify' && rest.length === 0 ? [] : [command, ...rest])];
  return commandLine({ connection: [] }, words);
}
