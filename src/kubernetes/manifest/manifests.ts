/** Documents to the objects that decide about capture: pods, namespaces, network attachments. */
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { reportInto } from '../../syntax/text/problems.ts';
import { at, type Document, itemsOf, type Located, type Node, stringAt } from '../yaml/node.ts';
import { reportTemplates } from '../yaml/unrendered.ts';
import { carriedObjects } from './carriedObjects.ts';
import { type ClusterNode, readClusterNode } from './clusterNode.ts';
import { type ClusterResolver, readClusterResolver } from './clusterResolver.ts';
import { keysOfObject, type MetadataKey } from './objectKeys.ts';
import { BUILD_FIRST, type Pod, podIdentity, readPod, type Strings } from './pod.ts';
import { ownPlaceOf, type PodTemplate, podTemplatesOf, withContainers } from './podTemplates.ts';
import { type ProxyConfigResource, readProxyConfig } from './proxyConfig.ts';
import { type FieldReading, readField, readStrings } from './shape.ts';
import { readSidecarResource, type SidecarResource } from './sidecarResource.ts';
import { reportPatches, reportUnseenPods } from './unreadParts.ts';

export interface Manifests extends Readonly<Collected> {
  /** an error about an object with a pod, or about a namespace, stops nothing but what is said of these pods */
  readonly diagnostics: readonly Diagnostic[];
}

/** A pod of which nothing is said: something in its object, or in its namespace, cannot be read. */
export type UnreadPod = Pick<Pod, 'kind' | 'name' | 'namespace' | 'place'>;

export interface Namespace {
  readonly name: string;
  readonly labels: Strings;
  readonly annotations: Strings;
}

/** A NetworkAttachmentDefinition. */
export interface Attachment {
  readonly name: string;
  readonly namespace: string;
  /** its CNI configuration, as JSON in a string; Multus reads a file of that name when it is absent */
  readonly config?: Located<string>;
}

const CONFIGURES = [
  ...['ConfigMap', 'IstioOperator', 'Istio', 'IstioRevision', 'IstioCNI', 'ServiceMeshControlPlane'],
  // from which charts are installed
  ...['Application', 'ApplicationSet', 'HelmRelease', 'HelmChart', 'HelmChartConfig', 'Release', 'Kustomization'],
];

interface Collected {
  readonly pods: Pod[];
  readonly unread: UnreadPod[];
  readonly namespaces: Namespace[];
  /** names of namespaces that cannot be read */
  readonly lost: Set<string>;
  readonly attachments: Attachment[];
  readonly proxyConfigs: ProxyConfigResource[];
  readonly sidecars: SidecarResource[];
  readonly nodes: ClusterNode[];
  readonly resolvers: ClusterResolver[];
  /** revisions by their tags */
  readonly tags: Map<string, string>;
  /** Istio's annotations and labels on objects that are no pods and have none */
  readonly keys: MetadataKey[];
  /** objects of kinds that may configure a mesh */
  readonly configuration: Document[];
}

export function manifestsIn(documents: readonly Document[]): Manifests {
  const diagnostics: Diagnostic[] = [];
  const collected: Collected = {
    pods: [],
    unread: [],
    namespaces: [],
    lost: new Set(),
    attachments: [],
    proxyConfigs: [],
    sidecars: [],
    nodes: [],
    resolvers: [],
    tags: new Map(),
    keys: [],
    configuration: [],
  };
  for (const { source, root } of documents) readObject({ source, report: reportInto(diagnostics, source) }, root, collected);
  return { ...withoutLost(collected, diagnostics), diagnostics };
}

/** Who takes part is a matter of the namespace: without it nothing is known of its pods. */
function withoutLost(collected: Collected, diagnostics: Diagnostic[]): Collected {
  const { lost } = collected;
  if (lost.size === 0) return collected;
  const isLost = ({ namespace }: Pod) => lost.has(namespace);
  const of = collected.pods.filter(isLost);
  for (const { namespace, name, place } of of) {
    const message = `nothing is said of \`${name}\`: its namespace \`${namespace}\` cannot be read`;
    diagnostics.push({ kind: 'malformed', message, ofOneObject: true, source: place.source, span: place.span });
  }
  return { ...collected, pods: collected.pods.filter((pod) => !isLost(pod)), unread: [...collected.unread, ...of] };
}

/** `kubectl get` wraps objects in a List; a List may hold a List. */
function readObject(reading: FieldReading, object: Node, into: Collected): void {
  if (object.kind === 'scalar' && object.value === null) return;
  const kind = readField(reading, { node: object, path: ['kind'], type: 'string' })?.value;
  if (kind === undefined) {
    if (at(object, 'kind') === undefined && !isKustomization(object)) reading.report(noKind(object));
    return;
  }
  if (/List$/.test(kind) && at(object, 'items')?.kind === 'list') {
    for (const item of itemsOf(at(object, 'items'))) readObject(reading, withKind(item, kind), into);
    return;
  }
  const carried = carriedObjects(kind, object);
  if (carried !== undefined) {
    for (const item of carried) readObject(reading, item, into);
    return;
  }
  const resolver = readClusterResolver(reading, object);
  if (resolver !== undefined) into.resolvers.push(resolver);
  const templates = podTemplatesOf(kind, object);
  if (templates?.length === 0) {
    into.keys.push(...keysOfObject(reading, { kind, object }));
    if (!CONFIGURES.includes(kind)) reportUnseenPods(reading.report, { kind, object });
  } else readWorkload(reading, { kind, object, templates, into });
  if (kind === 'Namespace') readNamespace(reading, object, into);
  else if (kind === 'NetworkAttachmentDefinition') into.attachments.push(readAttachment(reading, object));
  else if (kind === 'Node') into.nodes.push(...[readClusterNode(reading, object)].filter((one) => one !== undefined));
  else if (kind === 'Sidecar') into.sidecars.push(readSidecarResource(reading, object));
  else if (kind === 'ProxyConfig') into.proxyConfigs.push(readProxyConfig(reading, object));
  else if (kind === 'MutatingWebhookConfiguration') readTag(object, into.tags);
  else if (CONFIGURES.includes(kind)) into.configuration.push({ source: reading.source, root: object });
}

interface Workload {
  readonly kind: string;
  readonly object: Node;
  /** absent: none stands where this kind has it */
  readonly templates: readonly PodTemplate[] | undefined;
  readonly into: Collected;
}

/** An object with a mistake gives no pod: it would be checked with half of its settings. */
function readWorkload(reading: FieldReading, { kind, object, templates, into }: Workload): void {
  const { own, failed } = ofOneObject(reading);
  reportPatches(own.report, { kind, object });
  reportTemplates(own, object, ...(templates ?? []).map(({ node }) => node));
  if (templates === undefined) {
    const message = `${kind} has no \`${ownPlaceOf(kind)}\``;
    own.report({ kind: 'malformed', message, span: (at(object, 'kind') ?? object).span, help: BUILD_FIRST });
  }
  const read = (templates ?? []).map(({ node, called, controller }) => {
    const pod = readPod(own, { kind, object, template: withContainers(node), called });
    return pod && controller !== undefined ? { ...pod, controller } : pod;
  });
  const pods = read.flatMap((pod) => pod ?? []);
  if (!failed()) into.pods.push(...pods);
  else into.unread.push(...(pods.length > 0 ? pods : [{ kind, ...podIdentity({ source: own.source, report: () => {} }, object) }]));
}

/** What is reported by it stops nothing but this object. */
function ofOneObject(reading: FieldReading): { readonly own: FieldReading; readonly failed: () => boolean } {
  let wrong = false;
  const report: FieldReading['report'] = (finding) => {
    wrong ||= finding.kind !== 'warning';
    reading.report({ ...finding, ofOneObject: true });
  };
  return { own: { source: reading.source, report }, failed: () => wrong };
}

function readNamespace(reading: FieldReading, object: Node, { namespaces, lost }: Collected): void {
  const { own, failed } = ofOneObject(reading);
  const namespace: Namespace = {
    name: stringAt(object, 'metadata', 'name') ?? '',
    labels: readStrings(own, at(object, 'metadata', 'labels'), 'labels'),
    annotations: readStrings(own, at(object, 'metadata', 'annotations'), 'annotations'),
  };
  if (failed()) lost.add(namespace.name);
  else namespaces.push(namespace);
}

function readAttachment(reading: FieldReading, object: Node): Attachment {
  const config = readField(reading, { node: object, path: ['spec', 'config'], type: 'string' });
  return {
    name: stringAt(object, 'metadata', 'name') ?? '',
    namespace: stringAt(object, 'metadata', 'namespace') ?? 'default',
    ...(config === undefined ? {} : { config }),
  };
}

/** `istioctl tag set` labels the webhook with the tag, and with the revision that it stands for. */
function readTag(object: Node, tags: Map<string, string>): void {
  const tag = stringAt(object, 'metadata', 'labels', 'istio.io/tag');
  const revision = stringAt(object, 'metadata', 'labels', 'istio.io/rev');
  if (tag !== undefined && revision !== undefined) tags.set(tag, revision);
}

/** The items of a PodList are pods, and do not say so. */
function withKind(item: Node, listKind: string): Node {
  const kind = listKind.slice(0, -'List'.length);
  if (item.kind !== 'map' || kind === '' || at(item, 'kind') !== undefined) return item;
  const span = { start: item.span.start, end: item.span.start };
  return { ...item, entries: [...item.entries, { key: 'kind', keySpan: span, value: { kind: 'scalar', value: kind, span } }] };
}

const VALUES_OR_CHART = 'mesh configuration goes to --values; charts have to be rendered first: helm template CHART | chainwalk enrol -';

function noKind(object: Node): Parameters<FieldReading['report']>[0] {
  const isPatch = itemsOf(object).some((item) => at(item, 'op') !== undefined && at(item, 'path') !== undefined);
  return {
    kind: 'malformed',
    message: 'not a Kubernetes object: it has no `kind`',
    ofOneObject: true,
    span: { start: object.span.start, end: object.span.start + 1 },
    help: isPatch ? BUILD_FIRST : VALUES_OR_CHART,
  };
}

/** Its `kind` may be left out. source: Kustomize, "kustomization" */
function isKustomization(object: Node): boolean {
  return ['resources', 'bases', 'components'].some((key) => at(object, key)?.kind === 'list');
}
