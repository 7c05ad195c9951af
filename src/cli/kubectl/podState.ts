/** Whether there is anything to query in a pod, and which of its containers run. */
import { isJsonRecord, type JsonRecord, recordsIn } from '../../lib/json.ts';

export interface PodState {
  /** why no container can be queried, without the pod's name; absent: one can be tried */
  readonly cannot?: string;
  /** it has no rules of its own that a mesh could have written: nothing is left open */
  readonly isNothing?: true;
  /** names of containers that run; absent: its status does not say */
  readonly running?: readonly string[];
  /** its init container that runs now */
  readonly initContainer?: string;
}

export function podState(pod: JsonRecord): PodState {
  const spec = isJsonRecord(pod.spec) ? pod.spec : {};
  const status = isJsonRecord(pod.status) ? pod.status : {};
  const { phase, reason } = status;
  if (phase === 'Succeeded' || phase === 'Failed')
    return { cannot: `has ended (${[phase, reason].filter((word) => typeof word === 'string').join(', ')})`, isNothing: true };
  if (isWindows(spec)) return { cannot: 'runs on Windows, which has no iptables', isNothing: true };
  const [main, init] = [recordsIn(status.containerStatuses), recordsIn(status.initContainerStatuses)];
  if (main.length + init.length === 0) return phase === 'Pending' ? { cannot: `is not running yet (${pendingReason(status)})` } : {};
  const running = [...main, ...init].filter(runs).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  if (running.length === 0) return { cannot: `has no container that runs (${waitingReason([...init, ...main])})` };
  // a sidecar that is an init container runs on; the others are waited for
  const sidecars = recordsIn(spec.initContainers).flatMap(({ name, restartPolicy }) => (restartPolicy === 'Always' ? [name] : []));
  const now = init.find((one) => runs(one) && !sidecars.includes(one.name));
  return { running, ...(typeof now?.name === 'string' && { initContainer: now.name }) };
}

function isWindows({ os, nodeSelector }: JsonRecord): boolean {
  const node = isJsonRecord(nodeSelector) ? nodeSelector : {};
  const name = isJsonRecord(os) ? os.name : (node['kubernetes.io/os'] ?? node['beta.kubernetes.io/os']);
  return name === 'windows';
}

function runs({ state }: JsonRecord): boolean {
  return isJsonRecord(state) && isJsonRecord(state.running);
}

function pendingReason({ conditions, reason }: JsonRecord): string {
  const scheduled = recordsIn(conditions).find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  return ['Pending', scheduled?.reason ?? reason].filter((word) => typeof word === 'string').join(', ');
}

function waitingReason(statuses: readonly JsonRecord[]): string {
  const words = statuses.flatMap(({ name, state }) => {
    const { waiting, terminated } = isJsonRecord(state) ? state : ({} as JsonRecord);
    const why = [waiting, terminated].find(isJsonRecord)?.reason;
    // a container that has completed is not a reason
    return typeof why === 'string' && why !== 'Completed' ? [`${String(name)}: ${why}`] : [];
  });
  return words[0] ?? 'its status names no reason';
}
