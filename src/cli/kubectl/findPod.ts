/** From a name to the pod: of a workload or a Service the pod that `kubectl exec` would take, by its selector.
 *  kubectl pkg/polymorphichelpers/attachablepodforobject.go, pkg/util/podutils ActivePods */
import type { Complaint } from '../../lib/complaint.ts';
import { isJsonRecord, type JsonRecord, parseJson, recordsIn } from '../../lib/json.ts';
import { plural } from '../../lib/plural.ts';
import { type Cluster, failure, inNamespace, kubectl } from './cluster.ts';
import type { PodName } from './podNames.ts';

export interface FoundPod {
  readonly cluster: Cluster;
  readonly name: string;
  /** `kubectl get pod -o json` */
  readonly text: string;
  /** sentences without capital and stop */
  readonly notes: readonly string[];
}

export async function findPod(given: Cluster, { kind, name, namespace, text }: PodName): Promise<FoundPod | Complaint> {
  const cluster = namespace === undefined ? given : inNamespace(given, namespace);
  const word = kind === 'service' ? 'svc' : kind;
  const described = await kubectl(cluster, ['get', word, name, '--output=json']);
  if (!('code' in described) || described.code !== 0) return failure(`kubectl get ${word} ${name}`, described);
  if (kind === 'pod') return { cluster, name, text: described.out, notes: [] };
  const object = parseJson(described.out);
  const selector = selectorOf(object);
  if (selector === undefined)
    return {
      message: `${text} selects no pods: it has no selector`,
      help: '`kubectl get pods` lists pods; name one, or select by labels: -l app=NAME',
    };
  const listed = await kubectl(cluster, ['get', 'pods', `--selector=${selector}`, '--output=json']);
  if (!('code' in listed) || listed.code !== 0) return failure(`kubectl get pods --selector=${selector}`, listed);
  const pods = podsIn(listed.out).toSorted(byUse);
  const [best] = pods;
  if (best === undefined) return { message: `${text} has no pods (${selector})`, help: '`kubectl get pods -A` lists all pods' };
  const chosen = nameOfObject(best);
  const which = isReady(best)
    ? pods.length === 1
      ? 'its pod'
      : `the first ready of its ${pods.length} pods`
    : `none of its ${plural(pods.length, 'pod')} is ready`;
  const all = pods.length === 1 ? '' : `; all: -l '${selector}'`;
  return { cluster, name: chosen, text: JSON.stringify(best), notes: [`${text} is ${chosen}, ${which}${all}`] };
}

/** Of a list, or of the one pod that there is. */
export function podsIn(text: string): readonly JsonRecord[] {
  const list = parseJson(text);
  if (!isJsonRecord(list)) return [];
  return (Array.isArray(list.items) ? recordsIn(list.items) : [list]).filter(({ spec }) => isJsonRecord(spec));
}

export function nameOfObject({ metadata }: JsonRecord): string {
  return isJsonRecord(metadata) && typeof metadata.name === 'string' ? metadata.name : '';
}

/** As `kubectl get pods --selector` takes it. Undefined: it selects nothing. */
export function selectorOf(object: unknown): string | undefined {
  const spec = isJsonRecord(object) && isJsonRecord(object.spec) ? object.spec : {};
  const selector = isJsonRecord(spec.selector) ? spec.selector : {};
  const isPlain = selector.matchLabels === undefined && selector.matchExpressions === undefined;
  const labels = isPlain ? selector : isJsonRecord(selector.matchLabels) ? selector.matchLabels : {};
  const parts = [
    ...Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`),
    ...recordsIn(selector.matchExpressions).map(expressionText),
  ];
  return parts.length === 0 ? undefined : parts.join(',');
}

function expressionText({ key, operator, values }: JsonRecord): string {
  const list = Array.isArray(values) ? values.join(',') : '';
  if (operator === 'Exists') return String(key);
  if (operator === 'DoesNotExist') return `!${String(key)}`;
  return `${String(key)} ${operator === 'NotIn' ? 'notin' : 'in'} (${list})`;
}

export function isReady({ status }: JsonRecord): boolean {
  const conditions = isJsonRecord(status) ? recordsIn(status.conditions) : [];
  return conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
}

/** Running before others, ready, ready for longest, least restarted, oldest. */
function byUse(one: JsonRecord, other: JsonRecord): number {
  const [a, b] = [useOf(one), useOf(other)];
  for (const [index, value] of a.entries()) {
    const against = b[index] ?? '';
    if (value !== against) return value < against ? -1 : 1;
  }
  return 0;
}

function useOf(pod: JsonRecord): readonly (string | number)[] {
  const status = isJsonRecord(pod.status) ? pod.status : {};
  const metadata = isJsonRecord(pod.metadata) ? pod.metadata : {};
  const ready = recordsIn(status.conditions).find(({ type }) => type === 'Ready');
  const restarts = recordsIn(status.containerStatuses).map(({ restartCount }) => (typeof restartCount === 'number' ? restartCount : 0));
  const phases = ['Running', 'Unknown', 'Pending'];
  const phase = phases.indexOf(String(status.phase ?? 'Running'));
  return [
    metadata.deletionTimestamp === undefined ? 0 : 1,
    phase < 0 ? phases.length : phase,
    isReady(pod) ? 0 : 1,
    isReady(pod) ? String(ready?.lastTransitionTime ?? '') : '',
    Math.max(0, ...restarts),
    String(metadata.creationTimestamp ?? ''),
    nameOfObject(pod),
  ];
}
