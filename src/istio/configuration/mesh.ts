/** Mesh configuration as files give it: Helm values, IstioOperator, MeshConfig. Later files win, as with helm --values. */
import type { Diagnostic } from '../../syntax/diagnostic.ts';
import { reportInto } from '../../syntax/report.ts';
import type { Source, Span } from '../../syntax/source.ts';
import { at, type Document, entriesOf, type Located, type Node } from '../manifest/node.ts';

export interface MeshConfiguration {
  /** the last file first */
  readonly values: readonly Part[];
  readonly meshConfig: readonly Part[];
}

/** A part of a file. */
export interface Part {
  readonly source: Source;
  readonly root: Node;
}

/** Where a value comes from: a place in a file, or what holds when no file says anything. */
export type Origin =
  | { readonly kind: 'place'; readonly source: Source; readonly span: Span }
  | { readonly kind: 'default'; readonly says: string };

export interface Known<T> {
  readonly value: T;
  readonly origin: Origin;
}

export const NO_CONFIGURATION: MeshConfiguration = { values: [], meshConfig: [] };

/** Keys of MeshConfig by which a bare one is known. */
const MESH_CONFIG_KEYS = [
  'defaultConfig',
  'proxyListenPort',
  'proxyInboundListenPort',
  'outboundTrafficPolicy',
  'accessLogFile',
  'trustDomain',
];

export function readMeshConfiguration(documents: readonly Document[]): MeshConfiguration & { readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const values: Part[] = [];
  const meshConfig: Part[] = [];
  for (const { source, root } of [...documents].reverse()) {
    const add = (into: Part[], node: Node | undefined) => node !== undefined && into.push({ source, root: node });
    const kind = at(root, 'kind');
    if (root.kind === 'scalar' && root.value === null) continue;
    if (root.kind !== 'map') {
      const message = 'mesh configuration is a map: Helm values, an IstioOperator or a MeshConfig';
      reportInto(diagnostics, source)({ kind: 'malformed', message, span: { start: root.span.start, end: root.span.start + 1 } });
    } else if (kind !== undefined) {
      // IstioOperator, and the Istio of the Sail operator
      if (at(root, 'spec', 'values') === undefined && at(root, 'spec', 'meshConfig') === undefined) {
        const message = 'this object has neither `spec.values` nor `spec.meshConfig`';
        reportInto(diagnostics, source)({ kind: 'malformed', message, span: kind.span, help: 'pods go before --values, not after it' });
      }
      add(meshConfig, at(root, 'spec', 'meshConfig'));
      add(meshConfig, at(root, 'spec', 'values', 'meshConfig'));
      add(values, at(root, 'spec', 'values'));
    } else if (MESH_CONFIG_KEYS.some((key) => at(root, key) !== undefined)) add(meshConfig, root);
    else {
      add(meshConfig, at(root, 'meshConfig'));
      add(values, root);
    }
  }
  return { values, meshConfig, diagnostics };
}

/** A value at the first of these paths that some file has: `global.proxy.includeIPRanges`. Numbers and booleans as text, as in a chart. */
export function valueAt({ values }: MeshConfiguration, ...paths: readonly string[]): Located<string> | undefined {
  return firstOf(values, paths);
}

export function meshValueAt({ meshConfig }: MeshConfiguration, ...paths: readonly string[]): Located<string> | undefined {
  return firstOf(meshConfig, paths);
}

function firstOf(parts: readonly Part[], paths: readonly string[]): Located<string> | undefined {
  for (const path of paths)
    for (const { source, root } of parts) {
      const node = at(root, ...path.split('.'));
      if (node?.kind === 'scalar') return { value: String(node.value), source, span: node.span };
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
export function mapAt(parts: readonly Part[], path: string): ReadonlyMap<string, Located<string>> {
  const found = new Map<string, Located<string>>();
  for (const { source, root } of parts)
    for (const { key, value } of entriesOf(at(root, ...path.split('.'))))
      if (value.kind === 'scalar' && !found.has(key)) found.set(key, { value: String(value.value), source, span: value.span });
  return found;
}

export function known<T>(given: Located<T> | undefined, otherwise: T, says: string): Known<T> {
  if (given === undefined) return { value: otherwise, origin: { kind: 'default', says } };
  return { value: given.value, origin: { kind: 'place', source: given.source, span: given.span } };
}
