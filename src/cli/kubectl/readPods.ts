/** The rules of many pods: each read, or with the reason why not. */
import { plural } from '../../lib/plural.ts';
import { type Call, optionText } from '../argv/command.ts';
import type { Progress } from '../argv/progress.ts';
import { atMost } from './atMost.ts';
import { type ListedPod, reasonOf } from './listPods.ts';
import { fetchPodFiles, type PodFiles } from './podFiles.ts';
import { podState } from './podState.ts';
import type { PodRequest } from './request.ts';
import { savePod } from './savePod.ts';

export type QueriedPod = { readonly pod: ListedPod } & (
  | { readonly files: PodFiles }
  | {
      readonly why: string;
      /** what would help, of one pod */
      readonly help?: string;
      /** it has no rules of its own: nothing is left open */
      readonly isNothing?: true;
    }
);

/** Of kubectl, which asks one API server and through it the nodes. */
const CALLS_AT_ONCE = 8;

export async function readPods(
  plugin: Call,
  pods: readonly ListedPod[],
  { request, progress }: { readonly request: PodRequest; readonly progress: Progress },
): Promise<readonly QueriedPod[]> {
  const [calls, few] = [atMost(CALLS_AT_ONCE), atMost(CALLS_AT_ONCE)];
  const kept = new Map();
  let done = 0;
  return Promise.all(
    pods.map((one) =>
      few(async () => {
        progress.tell(`querying ${plural(pods.length, 'pod')}: ${done} done`);
        const read = await readPod(plugin, { ...one, cluster: { ...one.cluster, gate: calls, kept } }, request);
        done++;
        return read;
      }),
    ),
  );
}

async function readPod(plugin: Call, pod: ListedPod, { command, rest }: PodRequest): Promise<QueriedPod> {
  const { cluster, name, label } = pod;
  const { cannot, isNothing } = podState(pod.pod);
  if (cannot !== undefined) return { pod, why: cannot, ...(isNothing && { isNothing }) };
  const { spec } = pod.pod;
  if (typeof spec === 'object' && spec !== null && 'hostNetwork' in spec && spec.hostNetwork === true)
    return { pod, why: "is on the node's network: it has no rules of its own", isNothing: true };
  const request: PodRequest = { names: [{ kind: 'pod', name, text: name }], command, rest };
  const files = await fetchPodFiles(plugin, { cluster, name, label, text: JSON.stringify(pod.pod), notes: [], request });
  if ('message' in files) {
    const why = reasonOf(files).replace(` of ${name}`, '');
    return { pod, why, ...(files.help !== undefined && { help: files.help }) };
  }
  const problem = optionText(plugin.input, 'save') === undefined ? undefined : await savePod(plugin.io, files);
  if (problem !== undefined) return { pod, why: problem.message };
  return { pod, files };
}
