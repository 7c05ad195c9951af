/** Names of pods as kubectl takes them: `web-0`, `pod/web-0`, `deploy/web`, `deployment.apps/web`, `pods web-0 web-1`; and
 *  `shop/web-0`, as other tracers do. kubectl exec --help, kubectl get --help */
import type { Complaint } from '../../lib/complaint.ts';

/** What has pods, by the name that kubectl is given. */
export type PodKind = (typeof KINDS)[number]['kind'];

const KINDS = [
  { kind: 'pod', names: ['po', 'pods'], group: '' },
  { kind: 'deployment', names: ['deploy', 'deployments'], group: 'apps' },
  { kind: 'statefulset', names: ['sts', 'statefulsets'], group: 'apps' },
  { kind: 'daemonset', names: ['ds', 'daemonsets'], group: 'apps' },
  { kind: 'replicaset', names: ['rs', 'replicasets'], group: 'apps' },
  { kind: 'replicationcontroller', names: ['rc', 'replicationcontrollers'], group: '' },
  { kind: 'job', names: ['jobs'], group: 'batch' },
  { kind: 'service', names: ['svc', 'services'], group: '' },
] as const;

export interface PodName {
  readonly kind: PodKind;
  readonly name: string;
  /** absent: that of -n, or of the context */
  readonly namespace?: string;
  /** as it was given */
  readonly text: string;
}

export interface PodNames {
  readonly names: readonly PodName[];
  /** `pods` alone: all of the namespace */
  readonly all?: true;
}

/** The kind of `deploy`, `deployments.apps` or `deployment.v1.apps`. */
export function podKindNamed(word: string): PodKind | undefined {
  const [short = '', ...group] = word.toLowerCase().split('.');
  return KINDS.find(
    ({ kind, names, group: own }) =>
      [kind, ...names].some((name) => name === short) && (group.length === 0 || group.join('.').replace(/^v\d\w*\.?/, '') === own),
  )?.kind;
}

export function isKind(word: string): boolean {
  return podKindNamed(word) !== undefined;
}

export function readPodNames(words: readonly string[]): PodNames | Complaint {
  const [first = '', ...others] = words;
  const kind = podKindNamed(first);
  if (kind === 'pod' && others.length === 0) return { names: [], all: true };
  if (kind !== undefined && others.length === 0)
    return {
      message: `\`${first}\` is a kind: which one?`,
      help: `\`kubectl chainwalk ${first}/NAME\`; a pod of that name is pod/${first}`,
    };
  const names: PodName[] = [];
  for (const word of kind === undefined ? words : others) {
    const read = kind === undefined ? readName(word) : plainName({ kind, name: word, text: `${first}/${word}` });
    if ('message' in read) return read;
    names.push(read);
  }
  return { names };
}

function readName(text: string): PodName | Complaint {
  const parts = text.split('/');
  const [first = '', second = '', third = ''] = parts;
  const kind = parts.length === 2 ? podKindNamed(first) : parts.length === 3 ? podKindNamed(second) : undefined;
  if (parts.length === 1) return plainName({ kind: 'pod', name: first, text });
  if (parts.length === 2 && kind !== undefined) return plainName({ kind, name: second, text });
  const unknown = parts.length === 2 ? unknownKind(first, second) : undefined;
  if (unknown !== undefined) return unknown;
  if (parts.length === 2) return plainName({ kind: 'pod', namespace: first, name: second, text });
  return parts.length === 3 && kind !== undefined ? plainName({ kind, namespace: first, name: third, text }) : wrongName(text);
}

const PODLESS: Readonly<Record<string, string>> = {
  cj: 'its jobs have pods: `kubectl get jobs` lists them, `kubectl chainwalk job/NAME`',
  cronjob: 'its jobs have pods: `kubectl get jobs` lists them, `kubectl chainwalk job/NAME`',
  cronjobs: 'its jobs have pods: `kubectl get jobs` lists them, `kubectl chainwalk job/NAME`',
  no: 'a node has many: `kubectl get pods -A --field-selector spec.nodeName=NAME` lists them',
  node: 'a node has many: `kubectl get pods -A --field-selector spec.nodeName=NAME` lists them',
  nodes: 'a node has many: `kubectl get pods -A --field-selector spec.nodeName=NAME` lists them',
  ns: 'all pods of a namespace: `kubectl chainwalk pods -n NAME`',
  namespace: 'all pods of a namespace: `kubectl chainwalk pods -n NAME`',
  namespaces: 'all pods of a namespace: `kubectl chainwalk pods -n NAME`',
};

/** `cronjob/x`, `rollout.argoproj.io/x`: names of namespaces have no dots. */
function unknownKind(first: string, name: string): Complaint | undefined {
  const [short = '', ...group] = first.toLowerCase().split('.');
  const help = Object.hasOwn(PODLESS, short) ? PODLESS[short] : undefined;
  if (help !== undefined) return { message: `\`${first}/${name}\` is not one pod`, help };
  if (group.length === 0) return undefined;
  return {
    message: `the pods of \`${first}/${name}\` are not known: kinds are ${KINDS.map(({ kind }) => kind).join(', ')}`,
    help: 'select them by their labels: `kubectl chainwalk -l app=NAME`',
  };
}

function plainName(name: PodName): PodName | Complaint {
  return [name.name, ...(name.namespace === undefined ? [] : [name.namespace])].every(isObjectName) ? name : wrongName(name.text);
}

/** Names of Kubernetes: nothing that kubectl could take for an option or a kind. */
export function isObjectName(name: string): boolean {
  return /^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/.test(name);
}

function wrongName(text: string): Complaint {
  return { message: `\`${text}\` is not a valid pod name`, help: '`kubectl get pods` lists them' };
}
