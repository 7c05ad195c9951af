/** Everything that decides whether a pod is captured, in one record; what is not in the files is assumed, and the assumption is reported. */

import { fieldName } from '../../istio/names/proxyConfig.ts';
import type { ClusterNode } from '../../kubernetes/manifest/clusterNode.ts';
import type { ClusterResolver } from '../../kubernetes/manifest/clusterResolver.ts';
import type { Container } from '../../kubernetes/manifest/container.ts';
import type { Attachment, Namespace } from '../../kubernetes/manifest/manifests.ts';
import type { Pod, Strings } from '../../kubernetes/manifest/pod.ts';
import { environmentOf, type ProxyConfigResource } from '../../kubernetes/manifest/proxyConfig.ts';
import type { SidecarResource } from '../../kubernetes/manifest/sidecarResource.ts';
import { entriesOf, type Located, type ReadNested } from '../../kubernetes/yaml/node.ts';
import type { Assumption } from '../../mesh/assumption.ts';
import { INJECT, PROXY_CONFIG, STATUS, TRAFFIC_ANNOTATIONS } from '../configuration/annotations.ts';
import { type KnownValue, known, type MeshConfiguration, mapAt, meshValueAt, valueAt } from '../configuration/mesh.ts';
import { meshOfRevision } from '../configuration/revision.ts';
import { type MeshOrigins, originsOf, type PodOrigins } from './origins.ts';

export interface Facts extends PodOrigins {
  readonly pod: Pod;
  readonly namespace: Namespace;
  /** it is not in the files, and the pod does not tell */
  readonly namespaceAssumed: boolean;
  readonly mesh: MeshConfiguration;
  readonly attachments: readonly Attachment[];
  readonly proxyConfigs: readonly ProxyConfigResource[];
  readonly sidecars: readonly SidecarResource[];
  /** minor version of Kubernetes 1, as given */
  readonly kubernetes?: number;
  readonly nodes: readonly ClusterNode[];
  /** of resolv.conf, as given */
  readonly nameservers?: readonly string[];
  readonly resolvers: readonly ClusterResolver[];
  readonly readNested: ReadNested;
  /** what is not in the files */
  readonly assumptions: readonly Assumption[];
}

export interface EnrolWorld extends MeshOrigins {
  readonly namespaces: readonly Namespace[];
  readonly mesh: MeshConfiguration;
  readonly attachments: readonly Attachment[];
  readonly proxyConfigs?: readonly ProxyConfigResource[];
  readonly sidecars?: readonly SidecarResource[];
  /** revisions by their tags */
  readonly tags?: ReadonlyMap<string, string>;
  /** minor version of Kubernetes 1; absent: as the nodes say, or else a usual one */
  readonly kubernetes?: number;
  readonly nodes?: readonly ClusterNode[];
  /** of resolv.conf; absent: as the cluster's objects say, or else the usual one */
  readonly nameservers?: readonly string[];
  readonly resolvers?: readonly ClusterResolver[];
  readonly readNested: ReadNested;
}

/** The label that makes a namespace take part, for each mode. */
const TAKES_PART = { sidecar: ['istio-injection', 'enabled'], ambient: ['istio.io/dataplane-mode', 'ambient'] } as const;

export function factsOf(pod: Pod, world: EnrolWorld): Facts {
  const {
    kubernetes,
    nodes = [],
    nameservers,
    resolvers = [],
    namespaces,
    attachments,
    proxyConfigs = [],
    sidecars = [],
    readNested,
  } = world;
  const given = namespaces.find(({ name }) => name === pod.namespace);
  const { approach, version, origins } = originsOf(pod, given, world);
  const [key, value] = TAKES_PART[approach === 'ambient' ? 'ambient' : 'sidecar'];
  const { source, span } = pod.place;
  const assumed: Namespace = { name: pod.namespace, labels: new Map([[key, { value, source, span }]]), annotations: new Map() };
  const needed = given === undefined && !isInjected(pod);
  const { mesh, assumptions } = meshFor(pod, given ?? assumed, world);
  const labels = `namespace \`${pod.namespace}\` is not in the files: assumed to be labelled ${key}=${value}`;
  return {
    approach,
    version,
    pod,
    namespace: given ?? assumed,
    namespaceAssumed: needed,
    mesh,
    attachments,
    proxyConfigs,
    sidecars,
    ...(kubernetes !== undefined && { kubernetes }),
    nodes,
    ...(nameservers !== undefined && { nameservers }),
    resolvers,
    readNested,
    assumptions: [
      ...(needed ? [{ about: 'namespace-labels', says: labels, options: [] } as const] : []),
      ...(isInjected(pod) ? [] : assumptions.map((says): Assumption => ({ about: 'revision', says, options: [] }))),
      ...ofController(pod),
    ],
    origins,
  };
}

/** Of a kind that is not Kubernetes' own. */
function ofController({ controller }: Pod): readonly Assumption[] {
  if (controller === undefined) return [];
  const article = /^[AEIOU]/.test(controller) ? 'an' : 'a';
  return [
    { about: 'controller', says: `the pod is as the template says: what ${article} ${controller} adds is not in the file`, options: [] },
  ];
}

const REVISION = 'istio.io/rev';

/** The configuration of the control plane that the webhook leads to: the namespace's, or else the pod's revision or tag. */
function meshFor(pod: Pod, { labels }: Namespace, { mesh, tags }: EnrolWorld): ReturnType<typeof meshOfRevision> {
  const ofNamespace = labels.has('istio-injection') ? 'default' : labels.get(REVISION)?.value;
  const asked = ofNamespace ?? pod.labels.get(REVISION)?.value ?? 'default';
  return meshOfRevision(mesh, tags?.get(asked) ?? asked);
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
export function placeOfLabel({ namespace, namespaceAssumed }: Facts, name: string): Located<string> | undefined {
  return namespaceAssumed ? undefined : namespace.labels.get(name);
}

/** The pod's annotation, or else what the mesh says: annotation, Helm value, chart default. */
export function annotated({ pod, mesh }: Facts, which: keyof typeof TRAFFIC_ANNOTATIONS, chartDefault: string): KnownValue<string> {
  const { name, ...row } = TRAFFIC_ANNOTATIONS[which];
  const own = pod.annotations.get(name);
  const fromMesh = 'values' in row ? valueAt(mesh, row.values) : undefined;
  return known(own ?? fromMesh, chartDefault, 'chart default');
}

/** REDIRECT, TPROXY or NONE, as injection sees it. */
export function interceptionModeOf(facts: Facts): KnownValue<string> {
  const own = facts.pod.annotations.get(TRAFFIC_ANNOTATIONS.mode.name);
  const proxyConfig = proxyConfigValue(facts, 'interceptionMode');
  return known(own ?? proxyConfig ?? meshValueAt(facts.mesh, 'defaultConfig.interceptionMode'), 'REDIRECT', 'default of ProxyConfig');
}

/** A field of ProxyConfig in the pod's own annotation. */
function proxyConfigValue({ pod, readNested }: Facts, field: string): Located<string> | undefined {
  const annotation = pod.annotations.get(PROXY_CONFIG);
  const nested = annotation === undefined ? undefined : readNested(annotation.value);
  if (annotation === undefined || nested === undefined || 'problem' in nested) return undefined;
  const value = entriesOf(nested.root).find(({ key }) => fieldName(key) === field)?.value;
  return value?.kind === 'scalar' ? { ...annotation, value: String(value.value) } : undefined;
}

/** Environment that injection gives to istio-init and istio-proxy, name by name: of the mesh, of ProxyConfig resources for more than the pod,
 *  of the pod's annotation, of resources that its labels choose; later ones win. */
export function proxyMetadata(facts: Facts): Strings {
  const { pod, mesh, proxyConfigs: resources } = facts;
  const rootNamespace = meshValueAt(mesh, 'rootNamespace')?.value ?? 'istio-system';
  const { general, own } = environmentOf({ resources, pod, rootNamespace });
  return new Map([...mapAt(mesh.meshConfig, 'defaultConfig.proxyMetadata'), ...general, ...annotatedMetadata(facts), ...own]);
}

function annotatedMetadata({ pod, readNested }: Facts): Strings {
  const all = new Map<string, Located<string>>();
  const annotation = pod.annotations.get(PROXY_CONFIG);
  const nested = annotation === undefined ? undefined : readNested(annotation.value);
  if (annotation === undefined || nested === undefined || 'problem' in nested) return all;
  const metadata = entriesOf(nested.root).find(({ key }) => fieldName(key) === 'proxyMetadata')?.value;
  for (const { key, value } of entriesOf(metadata)) {
    if (value.kind === 'scalar') all.set(key, { ...annotation, value: String(value.value) });
  }
  return all;
}
