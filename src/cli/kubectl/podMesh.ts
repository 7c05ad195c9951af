/** Which mesh a running pod is in, by its containers and labels: who is to be captured, whether any rule captures or not. */

import { isJsonRecord, type JsonRecord, recordsIn } from '../../lib/json.ts';
import { MESH_NAMES, type MeshName, PROXY_CONTAINERS } from '../../mesh/names.ts';

export interface PodMesh {
  /** by name */
  readonly profile: MeshName;
  /** what says so, for people */
  readonly because: string;
  /** the init container that is to write its rules; absent: an agent on the node does */
  readonly writer?: string;
}

/** The annotation by which a pod with the proxy's container says that it is not captured. */
const NOT_CAPTURED: Readonly<Record<MeshName, readonly [key: string, value: RegExp] | undefined>> = {
  'istio-sidecar': ['sidecar.istio.io/interceptionMode', /^NONE$/],
  'istio-ambient': undefined,
  linkerd: undefined,
  kuma: ['kuma.io/transparent-proxying', /^(disabled|false|no)$/],
  consul: ['consul.hashicorp.com/transparent-proxy', /^(false|0|f)$/i],
};

export const PROXY_NAMES: readonly string[] = MESH_NAMES.flatMap((name) => PROXY_CONTAINERS[name] ?? []);

/** Init containers by which meshes write rules. */
export const WRITER_NAMES: readonly string[] = ['istio-init', 'linkerd-init', 'kuma-init', 'consul-connect-inject-init'];

const MODE = 'istio.io/dataplane-mode';
const REDIRECTION = 'ambient.istio.io/redirection';

/** `namespace`: its labels, where they were requested. Undefined: the pod is not captured. */
export function meshOf(pod: JsonRecord, namespace: JsonRecord = {}): PodMesh | undefined {
  const { spec, metadata } = partsOf(pod);
  if (spec.hostNetwork === true) return undefined;
  const { annotations, labels } = textsOf(metadata);
  const containers = runningIn(spec);
  for (const profile of MESH_NAMES) {
    const container = PROXY_CONTAINERS[profile];
    const found = containers.find(({ name }) => name === container);
    if (container === undefined || found === undefined) continue;
    const without = NOT_CAPTURED[profile];
    const off = without?.[1].test(String(annotations[without[0]] ?? ''));
    const writer = recordsIn(spec.initContainers).find(({ name }) => WRITER_NAMES.includes(String(name)))?.name;
    if (off || isGateway(found, annotations)) return undefined;
    return { profile, because: `the pod has a container ${container}`, ...(typeof writer === 'string' && { writer }) };
  }
  if (labels[MODE] === 'none' || annotations[REDIRECTION] === 'disabled') return undefined;
  const because =
    annotations[REDIRECTION] !== undefined
      ? `its annotation ${REDIRECTION} is \`${String(annotations[REDIRECTION])}\``
      : labels[MODE] === 'ambient'
        ? `its label ${MODE} is \`ambient\``
        : namespace[MODE] === 'ambient'
          ? `the label ${MODE} of its namespace is \`ambient\``
          : undefined;
  return because === undefined ? undefined : { profile: 'istio-ambient', because };
}

/** No container and no label of its own decides: its namespace may. */
export function asksNamespace(pod: JsonRecord): boolean {
  const { spec, metadata } = partsOf(pod);
  const { annotations, labels } = textsOf(metadata);
  const proxied = runningIn(spec).some(({ name }) => PROXY_NAMES.includes(String(name)));
  return !proxied && spec.hostNetwork !== true && labels[MODE] === undefined && annotations[REDIRECTION] === undefined;
}

/** Gateways have the proxy, and are not captured: `proxy router`, and what Consul's annotation calls a gateway. */
function isGateway({ args }: JsonRecord, annotations: JsonRecord): boolean {
  const [command, type] = Array.isArray(args) ? (args as readonly unknown[]) : [];
  const other = command === 'proxy' && typeof type === 'string' && type !== 'sidecar' && !type.startsWith('-');
  return other || annotations['consul.hashicorp.com/gateway-kind'] !== undefined;
}

/** Containers, and init containers that go on running. */
export function runningIn(spec: JsonRecord): readonly JsonRecord[] {
  return [...recordsIn(spec.containers), ...recordsIn(spec.initContainers).filter(({ restartPolicy }) => restartPolicy === 'Always')];
}

function partsOf({ spec, metadata }: JsonRecord): { readonly spec: JsonRecord; readonly metadata: JsonRecord } {
  return { spec: isJsonRecord(spec) ? spec : {}, metadata: isJsonRecord(metadata) ? metadata : {} };
}

function textsOf({ annotations, labels }: JsonRecord): { readonly annotations: JsonRecord; readonly labels: JsonRecord } {
  return { annotations: isJsonRecord(annotations) ? annotations : {}, labels: isJsonRecord(labels) ? labels : {} };
}
