/** A pod as a manifest describes it: on its own, or the template of a workload. */
import type { Span } from '../../syntax/text/source.ts';
import { at, itemsOf, type Located, type Node, stringAt } from '../yaml/node.ts';
import { type Container, readContainer } from './container.ts';
import { networkStatusOf } from './networkStatus.ts';
import { keysOfPod, type MetadataKey } from './objectKeys.ts';
import { expectMaps, type FieldReading, readField, readIdField, readItems, readStrings } from './shape.ts';

export type Strings = ReadonlyMap<string, Located<string>>;

export interface Pod {
  /** of the object that it stands in: `Deployment` */
  readonly kind: string;
  /** a kind of another controller, which may change the pod that stands in its template */
  readonly controller?: string;
  readonly name: string;
  readonly namespace: string;
  /** the object's name, or the object */
  readonly place: Located<string>;
  readonly labels: Strings;
  readonly annotations: Strings;
  /** Istio's, or as good as: its own, and those of the object that it stands in */
  readonly keys: readonly MetadataKey[];
  readonly hostNetwork?: Located<boolean>;
  /** the pod's security context; a container's own comes first */
  readonly runAsUser?: Located<number>;
  readonly runAsGroup?: Located<number>;
  /** the node that it is bound to */
  readonly nodeName?: string;
  /** of a running pod, as its status tells */
  readonly addresses: readonly string[];
  /** what dnsConfig adds to its resolv.conf, or all that is in it where dnsPolicy is None */
  readonly nameservers: readonly string[];
  readonly dnsPolicy: string;
  /** in the order in which they start: init containers and native sidecars, then the others */
  readonly containers: readonly Container[];
}

export interface PodPlace {
  readonly kind: string;
  /** the whole object: its namespace and, for a template without one, its name are the pod's */
  readonly object: Node;
  /** where `metadata` and `spec` of the pod stand */
  readonly template: Node;
  /** of several in one object: which one; else empty */
  readonly called: string;
}

/** What lacks a part may be a patch. */
export const BUILD_FIRST = 'a patch of kustomize is a part of an object; give the whole: kustomize build DIR | chainwalk enrol -';

/** Undefined when it has no spec, which has been reported. */
export function readPod(reading: FieldReading, { kind, object, template, called }: PodPlace): Pod | undefined {
  const spec = at(template, 'spec');
  const { place, namespace } = podIdentity(reading, object);
  if (spec?.kind !== 'map') {
    const message = `${kind} \`${place.value}\` has no pod \`spec\``;
    reading.report({ kind: 'malformed', message, span: place.span, help: BUILD_FIRST });
    return undefined;
  }
  expectMaps(reading, object, template === object ? [] : ['metadata']);
  expectMaps(reading, template, ['metadata']);
  expectMaps(reading, spec, ['securityContext', 'dnsConfig']);
  const ids = { runAsUser: idOf(reading, spec, 'runAsUser'), runAsGroup: idOf(reading, spec, 'runAsGroup') };
  const annotations = readStrings(reading, at(template, 'metadata', 'annotations'), 'annotations');
  const nodeName = stringAt(spec, 'nodeName');
  const hostNetwork = readField(reading, { node: spec, path: ['hostNetwork'], type: 'boolean' });
  return {
    kind,
    name: called === '' ? place.value : `${place.value.replace(/-$/, '')}-${called}`,
    namespace,
    place,
    labels: readStrings(reading, at(template, 'metadata', 'labels'), 'labels'),
    annotations,
    keys: keysOfPod(reading, { kind, object, template }),
    ...(hostNetwork === undefined ? {} : { hostNetwork }),
    ...(ids.runAsUser === undefined ? {} : { runAsUser: ids.runAsUser }),
    ...(ids.runAsGroup === undefined ? {} : { runAsGroup: ids.runAsGroup }),
    ...(nodeName === undefined ? {} : { nodeName }),
    addresses: addressesOf(object, annotations),
    dnsPolicy: stringAt(spec, 'dnsPolicy') ?? 'ClusterFirst',
    nameservers: textsOf(readItems(reading, spec, ['dnsConfig', 'nameservers'])),
    containers: [
      ...readItems(reading, spec, ['initContainers']).flatMap((node) => readContainer(reading, node, 'init') ?? []),
      ...readItems(reading, spec, ['containers']).flatMap((node) => readContainer(reading, node, 'app') ?? []),
    ],
  };
}

/** How people call it, and where. */
export function podIdentity(reading: FieldReading, object: Node): Pick<Pod, 'name' | 'namespace' | 'place'> {
  const named = readField(reading, { node: object, path: ['metadata', 'name'], type: 'string' });
  const generated = readField(reading, { node: object, path: ['metadata', 'generateName'], type: 'string' });
  const place = named ?? generated ?? { value: '', source: reading.source, span: firstOf(object) };
  const namespace = readField(reading, { node: object, path: ['metadata', 'namespace'], type: 'string' })?.value ?? 'default';
  return { name: place.value, namespace, place };
}

function idOf(reading: FieldReading, spec: Node, name: 'runAsUser' | 'runAsGroup'): Located<number> | undefined {
  return readIdField(reading, spec, ['securityContext', name]);
}

/** Of its status, or else of the cluster's network as Multus saw it. */
function addressesOf(object: Node, annotations: Strings): readonly string[] {
  const all = textsOf(itemsOf(at(object, 'status', 'podIPs')).flatMap((item) => at(item, 'ip') ?? []));
  if (all.length > 0) return all;
  const one = stringAt(object, 'status', 'podIP');
  return one !== undefined && one !== '' ? [one] : networkStatusOf(annotations).flatMap(({ isDefault, ips }) => (isDefault ? ips : []));
}

function textsOf(nodes: readonly Node[]): readonly string[] {
  return nodes.flatMap((node) => (node.kind === 'scalar' && typeof node.value === 'string' ? [node.value] : []));
}

/** The start of an object, so that a caret does not run over all of it. */
function firstOf({ span }: Node): Span {
  return { start: span.start, end: span.start + 1 };
}
