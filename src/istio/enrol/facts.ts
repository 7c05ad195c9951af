/** Everything that decides whether a pod is captured, in one record; what no file says is assumed, and the assumption is said. */

import { INJECT, PROXY_CONFIG, STATUS, TRAFFIC_ANNOTATIONS } from '../configuration/annotations.ts';
import { type Known, known, type MeshConfiguration, mapAt, meshValueAt, valueAt } from '../configuration/mesh.ts';
import type { Container } from '../manifest/container.ts';
import type { Attachment, Namespace } from '../manifest/manifests.ts';
import { entriesOf, type Located, type ReadNested } from '../manifest/node.ts';
import type { Pod, Strings } from '../manifest/pod.ts';
import { LATEST, type Version } from '../version.ts';

/** Who is asked to write the rules. */
export type Approach = 'init' | 'cni' | 'multus' | 'ambient';
export const APPROACHES: readonly Approach[] = ['init', 'cni', 'multus', 'ambient'];

export interface Facts {
  readonly approach: Approach;
  readonly version: Version;
  readonly pod: Pod;
  readonly namespace: Namespace;
  readonly mesh: MeshConfiguration;
  readonly attachments: readonly Attachment[];
  readonly readNested: ReadNested;
  /** what no file says */
  readonly assumptions: readonly string[];
}

export interface World {
  readonly approach: Approach;
  readonly version?: Version;
  readonly namespaces: readonly Namespace[];
  readonly mesh: MeshConfiguration;
  readonly attachments: readonly Attachment[];
  readonly readNested: ReadNested;
}

/** The label that makes a namespace take part, for each mode. */
const TAKES_PART = { sidecar: ['istio-injection', 'enabled'], ambient: ['istio.io/dataplane-mode', 'ambient'] } as const;

export function factsOf(pod: Pod, { approach, version = LATEST, namespaces, mesh, attachments, readNested }: World): Facts {
  const given = namespaces.find(({ name }) => name === pod.namespace);
  const [key, value] = TAKES_PART[approach === 'ambient' ? 'ambient' : 'sidecar'];
  const { source, span } = pod.place;
  const assumed: Namespace = { name: pod.namespace, labels: new Map([[key, { value, source, span }]]), annotations: new Map() };
  const needed = given === undefined && !isInjected(pod);
  return {
    approach,
    version,
    pod,
    namespace: given ?? assumed,
    mesh,
    attachments,
    readNested,
    assumptions: needed ? [`namespace \`${pod.namespace}\` is not in the files: taken as labelled ${key}=${value}`] : [],
  };
}

/** It has been through injection: by the webhook, or by `istioctl kube-inject`. */
export function isInjected(pod: Pod): boolean {
  return pod.annotations.has(STATUS) || containerOf(pod, 'istio-init') !== undefined || containerOf(pod, 'istio-validation') !== undefined;
}

export function containerOf(pod: Pod, name: string): Container | undefined {
  return pod.containers.find((container) => container.name.value === name);
}

/** A label, which is preferred, or else an annotation. */
export function injectValue({ labels, annotations }: Pod): Located<string> | undefined {
  return labels.get(INJECT) ?? annotations.get(INJECT);
}

/** The place of a namespace's label; none when the namespace is assumed. */
export function placeOfLabel({ namespace, assumptions }: Facts, name: string): Located<string> | undefined {
  return assumptions.length > 0 ? undefined : namespace.labels.get(name);
}

/** The pod's annotation, or else what the mesh says: annotation, Helm value, chart default. */
export function annotated({ pod, mesh }: Facts, which: keyof typeof TRAFFIC_ANNOTATIONS, chartDefault: string): Known<string> {
  const { name, ...row } = TRAFFIC_ANNOTATIONS[which];
  const own = pod.annotations.get(name);
  const fromMesh = 'values' in row ? valueAt(mesh, row.values) : undefined;
  return known(own ?? fromMesh, chartDefault, 'chart default');
}

/** REDIRECT, TPROXY or NONE, as injection sees it. */
export function interceptionMode(facts: Facts): Known<string> {
  const own = facts.pod.annotations.get(TRAFFIC_ANNOTATIONS.mode.name);
  const proxyConfig = proxyConfigValue(facts, 'interceptionMode');
  return known(own ?? proxyConfig ?? meshValueAt(facts.mesh, 'defaultConfig.interceptionMode'), 'REDIRECT', 'default of ProxyConfig');
}

/** A field of ProxyConfig in the pod's own annotation. */
function proxyConfigValue({ pod, readNested }: Facts, field: string): Located<string> | undefined {
  const annotation = pod.annotations.get(PROXY_CONFIG);
  const nested = annotation === undefined ? undefined : readNested(annotation.value);
  if (annotation === undefined || nested === undefined || 'problem' in nested) return undefined;
  const value = entriesOf(nested.root).find(({ key }) => key === field)?.value;
  return value?.kind === 'scalar' ? { ...annotation, value: String(value.value) } : undefined;
}

/** Environment that injection gives to istio-init and istio-proxy: the pod's own goes over the mesh's, name by name. */
export function proxyMetadata({ pod, mesh, readNested }: Facts): Strings {
  const all = new Map(mapAt(mesh.meshConfig, 'defaultConfig.proxyMetadata'));
  const annotation = pod.annotations.get(PROXY_CONFIG);
  const nested = annotation === undefined ? undefined : readNested(annotation.value);
  if (annotation === undefined || nested === undefined || 'problem' in nested) return all;
  const metadata = entriesOf(nested.root).find(({ key }) => key === 'proxyMetadata')?.value;
  for (const { key, value } of entriesOf(metadata)) {
    if (value.kind === 'scalar') all.set(key, { ...annotation, value: String(value.value) });
  }
  return all;
}
