/** Documents to the objects that decide about capture: pods, namespaces, network attachments. */
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { reportInto } from '../../syntax/text/problems.ts';
import { at, type Document, itemsOf, type Located, type Node, stringAt } from '../yaml/node.ts';
import { reportTemplates } from '../yaml/unrendered.ts';
import { type ClusterNode, readClusterNode } from './clusterNode.ts';
import { keysOfObject, type MetadataKey } from './objectKeys.ts';
import { type Pod, readPod, type Strings } from './pod.ts';
import { type ProxyConfigResource, readProxyConfig } from './proxyConfig.ts';
import { type FieldReading, readField, readStrings } from './shape.ts';

export interface Manifests extends Readonly<Collected> {
  readonly diagnostics: readonly Diagnostic[];
}

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

/** Where a kind keeps its pod. source: Kubernetes API reference */
const POD_AT: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    Pod: [],
    Deployment: ['spec', 'template'],
    StatefulSet: ['spec', 'template'],
    DaemonSet: ['spec', 'template'],
    ReplicaSet: ['spec', 'template'],
    ReplicationController: ['spec', 'template'],
    Job: ['spec', 'template'],
    CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
    PodTemplate: ['template'],
  }),
);

const CONFIGURES = [
  ...['ConfigMap', 'IstioOperator', 'Istio', 'IstioRevision', 'IstioCNI', 'ServiceMeshControlPlane'],
  // from which charts are installed
  ...['Application', 'ApplicationSet', 'HelmRelease', 'HelmChart', 'HelmChartConfig', 'Release', 'Kustomization'],
];

interface Collected {
  readonly pods: Pod[];
  readonly namespaces: Namespace[];
  readonly attachments: Attachment[];
  readonly proxyConfigs: ProxyConfigResource[];
  readonly nodes: ClusterNode[];
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
    namespaces: [],
    attachments: [],
    proxyConfigs: [],
    nodes: [],
    tags: new Map(),
    keys: [],
    configuration: [],
  };
  for (const { source, root } of documents) readObject({ source, report: reportInto(diagnostics, source) }, root, collected);
  return { ...collected, diagnostics };
}

/** `kubectl get` wraps objects in a List; a List may hold a List. */
function readObject(reading: FieldReading, object: Node, into: Collected): void {
  if (object.kind === 'scalar' && object.value === null) return;
  const kind = readField(reading, { node: object, path: ['kind'], type: 'string' })?.value;
  if (kind === undefined) {
    if (at(object, 'kind') === undefined) reading.report(noKind(object));
    return;
  }
  if (/List$/.test(kind) && at(object, 'items')?.kind === 'list') {
    for (const item of itemsOf(at(object, 'items'))) readObject(reading, withKind(item, kind), into);
    return;
  }
  const path = POD_AT.get(kind);
  if (path === undefined) into.keys.push(...keysOfObject(reading, { kind, object }));
  if (path !== undefined) readWorkload(reading, { kind, object, path, into });
  else if (kind === 'Namespace') into.namespaces.push(readNamespace(reading, object));
  else if (kind === 'NetworkAttachmentDefinition') into.attachments.push(readAttachment(reading, object));
  else if (kind === 'Node') into.nodes.push(...[readClusterNode(reading, object)].filter((one) => one !== undefined));
  else if (kind === 'ProxyConfig') into.proxyConfigs.push(readProxyConfig(reading, object));
  else if (kind === 'MutatingWebhookConfiguration') readTag(object, into.tags);
  else if (CONFIGURES.includes(kind)) into.configuration.push({ source: reading.source, root: object });
  else if (at(object, 'spec', 'template', 'spec', 'containers') !== undefined) {
    reading.report({
      kind: 'malformed',
      message: `kind \`${kind}\` holds a pod, and is not known`,
      span: (at(object, 'kind') ?? object).span,
      help: `known are ${[...POD_AT.keys()].join(', ')}; for pods of another controller: kubectl get pods -o yaml`,
    });
  }
}

interface Workload {
  readonly kind: string;
  readonly object: Node;
  readonly path: readonly string[];
  readonly into: Collected;
}

function readWorkload(reading: FieldReading, { kind, object, path, into }: Workload): void {
  const template = at(object, ...path);
  reportTemplates(reading, object, template);
  if (template === undefined) {
    reading.report({ kind: 'malformed', message: `${kind} has no \`${path.join('.')}\``, span: (at(object, 'kind') ?? object).span });
    return;
  }
  const pod = readPod(reading, { kind, object, template });
  if (pod !== undefined) into.pods.push(pod);
}

function readNamespace(reading: FieldReading, object: Node): Namespace {
  return {
    name: stringAt(object, 'metadata', 'name') ?? '',
    labels: readStrings(reading, at(object, 'metadata', 'labels'), 'labels'),
    annotations: readStrings(reading, at(object, 'metadata', 'annotations'), 'annotations'),
  };
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

function noKind(object: Node): Parameters<FieldReading['report']>[0] {
  return {
    kind: 'malformed',
    message: 'not a Kubernetes object: it has no `kind`',
    span: { start: object.span.start, end: object.span.start + 1 },
    help: 'mesh configuration goes to --values; charts have to be rendered first: helm template CHART | chainwalk enrol -',
  };
}
