/** What `kubectl get pod -o json` says that matters here. */

import { isJsonRecord, type JsonRecord, parseJson, recordsIn } from '../../lib/json.ts';
import { valueText } from '../../lib/valueText.ts';
import type { Family } from '../../packet/address.ts';
import { type DebugImage, debugImageFor } from './debugImage.ts';
import { asksNamespace, meshOf, type PodMesh, PROXY_NAMES, runningIn } from './podMesh.ts';
import { type PodState, podState } from './podState.ts';

export interface LivePod {
  readonly containers: readonly string[];
  /** where the rules are read: the proxy's container, or the one that kubectl takes */
  readonly container: string | undefined;
  /** of containers that were added for debugging: a name can be used once */
  readonly ephemeral: readonly string[];
  readonly onNodeNetwork: boolean;
  /** of its addresses; empty: it has none yet */
  readonly families: readonly Family[];
  /** who captures it, with the labels of its namespace */
  readonly mesh: (namespace?: JsonRecord) => PodMesh | undefined;
  /** its namespace, where that may decide */
  readonly ask: string | undefined;
  readonly namespace: string | undefined;
  readonly state: PodState;
  /** for --debug-image */
  readonly debugImage: DebugImage;
}

const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** Undefined: the text is not a pod. */
export function readLivePod(text: string): LivePod | undefined {
  const pod = parseJson(text);
  if (!isJsonRecord(pod) || !isJsonRecord(pod.spec)) return undefined;
  const { spec, metadata, status } = pod;
  const state = podState(pod);
  const { running, initContainer } = state;
  const containers = [...names(runningIn(spec)), ...(initContainer === undefined ? [] : [initContainer])];
  const namespace = isJsonRecord(metadata) && typeof metadata.namespace === 'string' ? metadata.namespace : undefined;
  const annotations = isJsonRecord(metadata) && isJsonRecord(metadata.annotations) ? metadata.annotations : {};
  const queried = running === undefined ? containers : containers.filter((name) => running.includes(name));
  const preferred = [...PROXY_NAMES, annotations[DEFAULT_CONTAINER]].find((name) => typeof name === 'string' && queried.includes(name));
  return {
    containers,
    container: typeof preferred === 'string' ? preferred : (queried[0] ?? containers[0]),
    ephemeral: names(recordsIn(spec.ephemeralContainers)),
    onNodeNetwork: spec.hostNetwork === true,
    families: recordsIn(isJsonRecord(status) ? status.podIPs : undefined).map(({ ip }) => (valueText(ip).includes(':') ? 6 : 4)),
    mesh: (labels) => meshOf(pod, labels),
    ask: asksNamespace(pod) ? namespace : undefined,
    namespace,
    state,
    debugImage: debugImageFor(spec),
  };
}

function names(containers: readonly JsonRecord[]): readonly string[] {
  return containers.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
}

/** The labels in `kubectl get namespace -o json`. */
export function readLabels(text: string): JsonRecord | undefined {
  const namespace = parseJson(text);
  if (!isJsonRecord(namespace) || !isJsonRecord(namespace.metadata)) return undefined;
  return isJsonRecord(namespace.metadata.labels) ? namespace.metadata.labels : {};
}
