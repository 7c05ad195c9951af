/** `--dry-run`: what would be run, as a shell could; which container answers, and which pods there are, is known only then. */
import { type Call, optionText } from '../argv/command.ts';
import { type Cluster, commandLine, inNamespace } from './cluster.ts';
import { debugArgs, execArgs } from './fetch.ts';
import { debugOf } from './podFiles.ts';
import type { PodName } from './podNames.ts';
import { QUESTIONS } from './questions.ts';
import type { PodRequest } from './request.ts';

export function dryRunText(call: Call, cluster: Cluster, { names, selection }: PodRequest): string {
  const blocks = selection === undefined ? names.map((name) => forName(call, cluster, name)) : [forSelection(call, cluster, selection)];
  return blocks.flat().join('');
}

function forName(call: Call, given: Cluster, { kind, name, namespace }: PodName): readonly string[] {
  const cluster = namespace === undefined ? given : inNamespace(given, namespace);
  const isPod = kind === 'pod';
  return lines(cluster, [
    ['get', kind, name, '--output=json'],
    ...(isPod ? [] : [['get', 'pods', '--selector=SELECTOR', '--output=json']]),
    ...inPod(call, isPod ? name : 'POD'),
  ]);
}

function forSelection(call: Call, cluster: Cluster, selection: NonNullable<PodRequest['selection']>): readonly string[] {
  const there = selection.everywhere ? inNamespace(cluster, 'NAMESPACE') : cluster;
  return [...lines(cluster, [listArgs(selection)]), ...lines(there, inPod(call, 'POD'))];
}

/** All pods that are selected. */
export function listArgs({ labels, everywhere }: NonNullable<PodRequest['selection']>): readonly string[] {
  return [
    ...['get', 'pods', ...(everywhere ? ['--all-namespaces'] : [])],
    ...(labels === undefined ? [] : [`--selector=${labels}`]),
    '--output=json',
  ];
}

function inPod(call: Call, name: string): readonly (readonly string[])[] {
  const debug = debugOf(call);
  const container = optionText(call.input, 'container') ?? 'CONTAINER';
  return [
    ...QUESTIONS.flat().map((question) => execArgs({ name, container }, question)),
    ...(debug === undefined ? [] : [debugArgs(name, 'chainwalk-1', debug)]),
  ];
}

function lines(cluster: Cluster, calls: readonly (readonly string[])[]): readonly string[] {
  return calls.map((args) => `${commandLine(cluster, args)}\n`);
}
