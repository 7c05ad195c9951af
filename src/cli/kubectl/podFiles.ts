/** A running pod as the files that chainwalk reads: its rules, and a description of the host around them. */
import type { Family } from '../../packet/address.ts';
import { type Call, textOf } from '../command.ts';
import type { Complaint } from '../messages.ts';
import { BACKENDS, chooseBackend, holdsRules } from './backends.ts';
import { type Cluster, failure, kubectl } from './cluster.ts';
import { type Debug, fetchAnswers } from './fetch.ts';
import { liveHost } from './liveHost.ts';
import { type LivePod, readPod } from './pod.ts';

export interface PodFiles {
  readonly rules: TextFile;
  readonly host?: TextFile;
  /** sentences without capital and stop */
  readonly notes: readonly string[];
}

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

export interface Wanted {
  readonly cluster: Cluster;
  /** of the pod */
  readonly name: string;
}

export async function fetchPodFiles({ input }: Call, { cluster, name }: Wanted): Promise<PodFiles | Complaint> {
  const described = await kubectl(cluster, ['get', 'pod', name, '--output=json']);
  if (!('code' in described) || described.code !== 0) return failure(`kubectl get pod ${name}`, described);
  const pod = readPod(described.out);
  const container = textOf(input, 'container') ?? pod?.container;
  if (pod === undefined || container === undefined) return { message: `kubectl get pod ${name}: the answer is no pod` };
  if (!pod.containers.includes(container))
    return { message: `pod ${name} has no container \`${container}\``, help: `it has ${pod.containers.join(', ')}` };
  const fetched = await fetchAnswers(cluster, { name, pod, container, debug: debugOf({ input }) });
  if ('message' in fetched) return fetched;
  const { answers, from } = fetched;
  const chosen = chooseBackend(
    answers,
    BACKENDS.find((backend) => backend === textOf(input, 'backend')),
  );
  if (chosen === undefined) {
    return {
      message: `the nft and the legacy backend of ${name} both hold rules`,
      help: 'the kernel asks both; --backend nft or --backend legacy answers for one of them, as if the other were empty',
    };
  }
  const folder = textOf(input, 'save');
  const path = (ending: string) => `${folder === undefined ? '' : `${folder.replace(/\/+$/, '')}/`}${name}${ending}`;
  const left = chosen.dumps.filter(({ family, text }) => !isNoMatter(pod, family) || holdsRules(text));
  const rules = { path: path('.rules'), text: left.map(({ text }) => text).join('') };
  const host = liveHost({ file: rules.path, text: rules.text }, answers);
  return {
    rules,
    ...(host.text !== undefined && { host: { path: path('.host.json'), text: host.text } }),
    notes: [
      `asked ${from}: ${chosen.says}`,
      ...(pod.onNodeNetwork ? [`pod ${name} is on the node's network: these are the node's rules`] : []),
      ...host.notes,
    ],
  };
}

/** Without rules and without an address of that family there is nothing to judge. */
function isNoMatter({ families }: LivePod, family: Family): boolean {
  return families.length > 0 && !families.includes(family);
}

export function debugOf({ input }: Pick<Call, 'input'>): Debug | undefined {
  const image = textOf(input, 'debugImage');
  return image === undefined ? undefined : { image, profile: textOf(input, 'debugProfile') ?? 'netadmin' };
}
