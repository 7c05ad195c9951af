/** All pods that are selected, and what of them may not be seen. */
import type { Complaint } from '../../lib/complaint.ts';
import { isJsonRecord, type JsonRecord, parseJson } from '../../lib/json.ts';
import { type Cluster, failure, inNamespace, kubectl, namespaceOf } from './cluster.ts';
import { listArgs } from './dryRunText.ts';
import { findPod, nameOfObject, podsIn } from './findPod.ts';
import type { PodRequest } from './request.ts';

export interface ListedPod {
  /** `shop/web-0`, or its name alone where no namespace is known */
  readonly label: string;
  readonly name: string;
  readonly namespace?: string;
  readonly cluster: Cluster;
  readonly pod: JsonRecord;
}

export interface PodList {
  readonly pods: readonly ListedPod[];
  readonly missing: readonly MissingPods[];
}

/** Pods that there may be, of which nothing is known. */
export interface MissingPods {
  readonly label: string;
  readonly why: string;
  /** named on the command line, and not there */
  readonly isNamed?: true;
}

export async function listPods(cluster: Cluster, { names, selection }: PodRequest): Promise<PodList | Complaint> {
  if (selection === undefined) return namedPods(cluster, names);
  const args = listArgs(selection);
  const answer = await kubectl(cluster, args);
  if ('code' in answer && answer.code === 0) return listed(cluster, answer.out);
  const failed = failure(`kubectl ${args.slice(0, -1).join(' ')}`, answer);
  const isForbidden = 'code' in answer && /\(Forbidden\)/.test(answer.err);
  if (!isForbidden || selection.everywhere !== true) return failed;
  return (
    (await eachNamespace(cluster, selection)) ?? {
      ...failed,
      help: 'one namespace that you may list: `kubectl chainwalk pods -n NAMESPACE`',
    }
  );
}

/** Where the pods of all namespaces together may not be listed: those of each that may be. Undefined: they are not known. */
async function eachNamespace(cluster: Cluster, selection: NonNullable<PodRequest['selection']>): Promise<PodList | undefined> {
  const answer = await kubectl(cluster, ['get', 'namespaces', '--output=json']);
  if (!('code' in answer) || answer.code !== 0) return undefined;
  const { items } = asRecord(parseJson(answer.out));
  const names = (Array.isArray(items) ? items.filter(isJsonRecord) : []).map(nameOfObject);
  const there = { ...(selection.labels !== undefined && { labels: selection.labels }) };
  const lists = await Promise.all(
    names.map(async (namespace): Promise<PodList> => {
      const own = inNamespace(cluster, namespace);
      const told = await kubectl(own, listArgs(there));
      if ('code' in told && told.code === 0) return listed(own, told.out);
      return { pods: [], missing: [{ label: `${namespace}/*`, why: reasonOf(failure('its pods cannot be listed', told)) }] };
    }),
  );
  return { pods: lists.flatMap(({ pods }) => pods), missing: lists.flatMap(({ missing }) => missing) };
}

/** One line: kubectl's own words. */
export function reasonOf({ message }: Complaint): string {
  return message.split('\n')[0] ?? message;
}

async function namedPods(cluster: Cluster, names: PodRequest['names']): Promise<PodList> {
  const found = await Promise.all(names.map(async (name) => ({ name, pod: await findPod(cluster, name) })));
  return {
    pods: found.flatMap(({ pod: one }) => ('message' in one ? [] : podsIn(one.text).map((pod) => listedPod(one.cluster, pod, one.name)))),
    missing: found.flatMap(({ name, pod }) => ('message' in pod ? [{ label: name.text, why: reasonOf(pod), isNamed: true as const }] : [])),
  };
}

function listed(cluster: Cluster, text: string): PodList {
  const list = parseJson(text);
  const { metadata, items } = asRecord(list);
  if (!Array.isArray(items)) return { pods: [], missing: [{ label: 'pods', why: 'the answer of kubectl is not a list' }] };
  const pods = podsIn(text).map((pod) => listedPod(cluster, pod, nameOfObject(pod)));
  const part = { label: 'others', why: 'kubectl gave a part of the list' };
  return { pods, missing: typeof asRecord(metadata).continue === 'string' && asRecord(metadata).continue !== '' ? [part] : [] };
}

function listedPod(cluster: Cluster, pod: JsonRecord, name: string): ListedPod {
  const { namespace } = asRecord(pod.metadata);
  const known = typeof namespace === 'string' ? namespace : namespaceOf(cluster);
  return {
    label: known === undefined ? name : `${known}/${name}`,
    name,
    pod,
    cluster: known === undefined ? cluster : inNamespace(cluster, known),
    ...(known !== undefined && { namespace: known }),
  };
}

function asRecord(value: unknown): JsonRecord {
  return isJsonRecord(value) ? value : {};
}
