/** Mesh configuration as files give it: Helm values, IstioOperator, MeshConfig. Later files win, as with helm --values. */

import { at, type Document, entriesOf, type Located, type Node, openLists, type ReadNested } from '../../kubernetes/yaml/node.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { reportInto } from '../../syntax/text/problems.ts';
import type { Source, Span } from '../../syntax/text/source.ts';
import { openShiftValues } from './flatKeys.ts';
import { configuresMesh, type ObjectParts, partsOfObject } from './objects.ts';

export interface MeshConfiguration {
  /** the last file first */
  readonly values: readonly ConfigurationPart[];
  readonly meshConfig: readonly ConfigurationPart[];
}

/** A part of a file. */
export interface ConfigurationPart {
  readonly source: Source;
  readonly root: Node;
  /** of the control plane that it configures; absent: all of them */
  readonly revision?: string;
}

/** Where a value comes from: a place in a file, or what holds when no file says anything. */
export type ValueOrigin =
  | { readonly kind: 'place'; readonly source: Source; readonly span: Span }
  | { readonly kind: 'default'; readonly says: string };

export interface KnownValue<T> {
  readonly value: T;
  readonly origin: ValueOrigin;
}

/** Keys of MeshConfig by which a bare one is known. */
const MESH_CONFIG_KEYS = [
  'defaultConfig',
  'proxyListenPort',
  'proxyInboundListenPort',
  'outboundTrafficPolicy',
  'accessLogFile',
  'trustDomain',
];

export interface ReadConfiguration {
  /** of --values: Helm values, MeshConfig, objects; later ones win */
  readonly given: readonly Document[];
  /** objects among the manifests, over which those win */
  readonly objects: readonly Document[];
  readonly readNested: ReadNested;
}

export function readMeshConfiguration({
  given,
  objects,
  readNested,
}: ReadConfiguration): MeshConfiguration & { readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const read = (document: Document) => partsOfObject({ document, readNested, diagnostics });
  const parts = [
    ...objects.filter(({ root }) => configuresMesh(root)).map(read),
    ...given.flatMap(opened).map((document) => partsOfGiven(document, diagnostics) ?? read(document)),
  ];
  parts.reverse();
  const values = parts.flatMap((one) => one.values);
  return { values: [...values, ...ofPlatform(values)], meshConfig: parts.flatMap(({ meshConfig }) => meshConfig), diagnostics };
}

const PLATFORMS = [['global', 'platform'], ['profile']];

/** What charts set for a platform, below everything that files say. */
function ofPlatform(values: readonly ConfigurationPart[]): readonly ConfigurationPart[] {
  return values.flatMap((part) =>
    PLATFORMS.flatMap((path) => {
      const platform = at(part.root, ...path);
      return platform?.kind === 'scalar' && platform.value === 'openshift' ? [{ ...part, root: openShiftValues(platform) }] : [];
    }),
  );
}

/** Of a List only what configures a mesh: it comes from a cluster that has other things as well. */
function opened(document: Document): readonly Document[] {
  const objects = openLists(document);
  return objects[0]?.root === document.root ? objects : objects.filter(({ root }) => configuresMesh(root));
}

/** Undefined for an object of a cluster. */
function partsOfGiven({ source, root }: Document, diagnostics: Diagnostic[]): ObjectParts | undefined {
  const report = reportInto(diagnostics, source);
  const none: ObjectParts = { values: [], meshConfig: [] };
  if (root.kind === 'scalar' && root.value === null) return none;
  if (root.kind !== 'map') {
    const message = 'mesh configuration is a map: Helm values, an IstioOperator or a MeshConfig';
    report({ kind: 'malformed', message, span: { start: root.span.start, end: root.span.start + 1 } });
    return none;
  }
  const kind = at(root, 'kind');
  if (kind !== undefined) {
    if (configuresMesh(root)) return undefined;
    const message =
      'this object does not configure a mesh: it has neither `spec.values` nor `spec.meshConfig`, and is not the ConfigMap of Istio';
    report({ kind: 'malformed', message, span: kind.span, help: 'pods and ProxyConfig resources go before --values, not after it' });
    return none;
  }
  const part = (node: Node | undefined): readonly ConfigurationPart[] => (node === undefined ? [] : [{ source, root: node }]);
  if (MESH_CONFIG_KEYS.some((key) => at(root, key) !== undefined)) return { values: [], meshConfig: part(root) };
  return { values: part(root), meshConfig: part(at(root, 'meshConfig')) };
}

/** A value at the first of these paths that some file has: `global.proxy.includeIPRanges`. Numbers and booleans as text, as in a chart. */
export function valueAt({ values }: MeshConfiguration, ...paths: readonly string[]): Located<string> | undefined {
  return firstOf(values, paths);
}

export function meshValueAt({ meshConfig }: MeshConfiguration, ...paths: readonly string[]): Located<string> | undefined {
  return firstOf(meshConfig, paths);
}

function firstOf(parts: readonly ConfigurationPart[], paths: readonly string[]): Located<string> | undefined {
  for (const path of paths)
    for (const { source, root } of parts) {
      const node = at(root, ...path.split('.'));
      if (node?.kind === 'scalar') return { value: String(node.value), source, span: node.span };
    }
  return undefined;
}

/** What stands at the first of these paths, whatever it is. */
export function nodeAt({ values }: MeshConfiguration, ...paths: readonly string[]): Located<Node> | undefined {
  for (const path of paths)
    for (const { source, root } of values) {
      const node = at(root, ...path.split('.'));
      if (node !== undefined) return { value: node, source, span: node.span };
    }
  return undefined;
}

/** A list of strings; undefined: no file has it. */
export function listAt({ values }: MeshConfiguration, ...paths: readonly string[]): readonly string[] | undefined {
  for (const path of paths)
    for (const { root } of values) {
      const node = at(root, ...path.split('.'));
      if (node?.kind === 'list') return node.items.flatMap((item) => (item.kind === 'scalar' ? [String(item.value)] : []));
    }
  return undefined;
}

/** All entries of maps of strings at a path; those of later files first. */
export function mapAt(parts: readonly ConfigurationPart[], path: string): ReadonlyMap<string, Located<string>> {
  const found = new Map<string, Located<string>>();
  for (const { source, root } of parts)
    for (const { key, value } of entriesOf(at(root, ...path.split('.'))))
      if (value.kind === 'scalar' && !found.has(key)) found.set(key, { value: String(value.value), source, span: value.span });
  return found;
}

export function known<T>(given: Located<T> | undefined, otherwise: T, says: string): KnownValue<T> {
  if (given === undefined) return { value: otherwise, origin: { kind: 'default', says } };
  return { value: given.value, origin: { kind: 'place', source: given.source, span: given.span } };
}
