/** Annotations and labels of objects with the places of their keys: those that anybody could have meant for Istio. */
import { couldBeIstios } from '../../istio/names/judgeKey.ts';
import type { KeySide } from '../../istio/names/keys.ts';
import type { Source, Span } from '../../syntax/text/source.ts';
import { at, type Entry, entriesOf, itemsOf, type MapNode, type Node } from '../yaml/node.ts';
import { type FieldReading, readStrings } from './shape.ts';
import { strayKeys } from './strayKeys.ts';

export interface MetadataKey {
  readonly name: string;
  readonly side: KeySide;
  /** of the object, or `Pod` for the template of one; empty: of a part of an object that some controller knows */
  readonly kind: string;
  /** metadata of an object that has templates of pods */
  readonly besideTemplate?: true;
  /** Istio has made the object or been through it, and leaves keys of its own; or what it would write stands in the labels */
  readonly injected?: true;
  /** where Kubernetes keeps neither annotations nor labels */
  readonly stray?: string;
  /** absent: no string */
  readonly value?: string;
  readonly source: Source;
  readonly span: Span;
}

export interface KeyedObject {
  readonly kind: string;
  readonly object: Node;
  /** of the pod; absent: the object has none */
  readonly template?: Node;
}

/** A pod's own keys, and those of the object that it stands in. */
export function keysOfPod(reading: FieldReading, { kind, object, template = object }: KeyedObject): readonly MetadataKey[] {
  const stray = strayKeys({ source: reading.source, kind, object, template });
  const own = [...keysOf(reading, template, { kind: 'Pod' }), ...stray];
  if (template === object) return own;
  const around = [...keysBeside(reading, object, kind), ...nestedKeys(reading, object, template)];
  // who writes the same on both has it where it works
  return [
    ...own,
    ...around.filter((key) => !own.some(({ name, side, value }) => name === key.name && side === key.side && value === key.value)),
  ];
}

/** Of an object without pods. What is not a string is reported, as far as it is Istio's. */
export function keysOfObject(reading: FieldReading, { kind, object }: KeyedObject): readonly MetadataKey[] {
  const stray = strayKeys({ source: reading.source, kind, object });
  return [...keysOf(reading, object, { kind }), ...stray, ...nestedKeys(reading, object)];
}

function keysBeside(reading: FieldReading, object: Node, kind: string): readonly MetadataKey[] {
  const keys = keysOf(reading, object, { kind, besideTemplate: true });
  // what installs Istio labels its own workloads, which is not read
  return keys.some(({ name }) => OF_INSTALLERS.test(name)) ? [] : keys;
}

const OF_INSTALLERS = /(?:^|\.)operator\.istio\.io\//;

type Where = Pick<MetadataKey, 'kind' | 'besideTemplate'>;

const SIDES = [
  { side: 'annotation', field: 'annotations' },
  { side: 'label', field: 'labels' },
] as const;

/** Kinds whose metadata is read with all its values elsewhere. */
const READ_ELSEWHERE = ['Pod', 'Namespace'];

function keysOf(reading: FieldReading, holder: Node, where: Where): readonly MetadataKey[] {
  const metadata = at(holder, 'metadata');
  const traits = traitsOf(metadata, where);
  const keys = SIDES.flatMap(({ side, field }) => {
    const map = at(metadata, field);
    const entries = entriesOf(map).filter(({ key }) => couldBeIstios(key));
    if (map?.kind === 'map' && !READ_ELSEWHERE.includes(where.kind)) readStrings(reading, { ...map, entries }, field);
    return entries.map(({ key, keySpan, value }): MetadataKey => {
      const text = value.kind === 'scalar' && typeof value.value === 'string' ? { value: value.value } : {};
      return { name: key, side, ...traits, ...text, source: reading.source, span: keySpan };
    });
  });
  return keys.sort((one, other) => one.span.start - other.span.start);
}

function traitsOf(metadata: Node | undefined, where: Where): Pick<MetadataKey, 'kind' | 'besideTemplate' | 'injected'> {
  const isLabelled = (label: string) => at(metadata, 'labels', label) !== undefined;
  // what istiod makes for a Gateway has all of its labels and annotations
  if (isLabelled('gateway.istio.io/managed') || isLabelled('gateway.networking.k8s.io/gateway-name')) return { kind: '', injected: true };
  const injected = isLabelled('istio.io/rev') || at(metadata, 'annotations', 'sidecar.istio.io/status') !== undefined;
  return { ...where, ...(injected && { injected }) };
}

/** Parts with metadata of their own, by the field that holds them, and the kind that they become. */
const PARTS: Readonly<Record<string, Where>> = {
  jobTemplate: { kind: 'Job', besideTemplate: true },
  volumeClaimTemplates: { kind: 'PersistentVolumeClaim' },
};

/** Of parts of the object, less those of the pod. */
function nestedKeys(reading: FieldReading, object: Node, template?: Node): readonly MetadataKey[] {
  const found: MetadataKey[] = [];
  const visit = (node: Node, field: string): void => {
    if (node === template) return;
    for (const item of itemsOf(node)) visit(item, field);
    for (const { key, value } of partsOf(node)) {
      if (isMetadata(key, value)) found.push(...keysOf(reading, asHolder(value), PARTS[field] ?? { kind: '' }));
      else visit(value, key);
    }
  };
  for (const { key, value } of partsOf(object)) if (key !== 'metadata') visit(value, key);
  return found;
}

function partsOf(node: Node): readonly Entry[] {
  return entriesOf(node).filter(({ key, value }) => value.kind !== 'scalar' && key !== 'status' && !/[cC]ontainers$/.test(key));
}

function isMetadata(key: string, value: Node): value is MapNode {
  return /^(?:metadata|podMetadata)$/.test(key) && (at(value, 'labels') ?? at(value, 'annotations'))?.kind === 'map';
}

function asHolder(metadata: MapNode): MapNode {
  return { kind: 'map', entries: [{ key: 'metadata', keySpan: metadata.span, value: metadata }], span: metadata.span };
}
