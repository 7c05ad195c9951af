/** Mesh configuration as files give it: Helm values, IstioOperator, MeshConfig. Later files win, as with helm --values. */

import type { SourceLocation } from '../../istio/settings/settingSource.ts';
import { LATEST, parseVersion, type Version } from '../../istio/settings/version.ts';
import { at, type Document, entriesOf, type Located, type Node, openLists, type ReadNested } from '../../kubernetes/yaml/node.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { reportInto } from '../../syntax/text/problems.ts';
import type { Source, Span } from '../../syntax/text/source.ts';
import { partsAmongManifests, partsOfSource } from '../carriers/given.ts';
import { type ConfigurationPart, joined, type WrittenVersion } from '../carriers/parts.ts';
import { profileValues } from '../carriers/profiles.ts';
import { withValuesFrom } from '../carriers/valuesFrom.ts';
import { valuesOfVersion } from './versions.ts';

export interface MeshConfiguration {
  /** the last file first */
  readonly values: readonly ConfigurationPart[];
  readonly meshConfig: readonly ConfigurationPart[];
}

/** Where a value comes from: a place in a file, or what holds when no file has one. */
export type ValueOrigin =
  | { readonly kind: 'place'; readonly source: Source; readonly span: Span }
  | { readonly kind: 'default'; readonly says: string };

export interface KnownValue<T> {
  readonly value: T;
  readonly origin: ValueOrigin;
}

export interface ReadConfiguration {
  /** of --values: Helm values, MeshConfig, objects; later ones win */
  readonly given: readonly Document[];
  /** objects among the manifests, over which those win */
  readonly objects: readonly Document[];
  readonly readNested: ReadNested;
  /** of the charts; absent: the newest */
  readonly version?: Version;
}

export interface ReadMesh extends MeshConfiguration {
  /** of the charts of istiod, as they are written */
  readonly versions: readonly WrittenVersion[];
  readonly diagnostics: readonly Diagnostic[];
}

export function readMeshConfiguration({ given, objects, readNested, version }: ReadConfiguration): ReadMesh {
  const diagnostics: Diagnostic[] = [];
  const filled = (among: readonly Document[]) =>
    among.map((document) => withValuesFrom({ document, objects: among, readNested, report: reportInto(diagnostics, document.source) }));
  const parts = joined(
    [
      // values that are given already say what objects of other injectors stand for
      ...filled(objects).map((document) => partsAmongManifests({ document, readNested, diagnostics }, given.length > 0)),
      ...bySource(given.flatMap(openLists)).map((documents) => partsOfSource({ documents: filled(documents), readNested, diagnostics })),
    ].toReversed(),
  );
  const { meshConfig, beneath = [], versions = [], plugins = [] } = parts;
  const own = version ?? chartVersion(versions);
  const profile = profileValues([...parts.values, ...beneath], own);
  const [said, defaults] = [valuesOfVersion(parts.values, own), valuesOfVersion(beneath, own)];
  const mesh = { values: [...said.values, ...profile.parts, ...defaults.values], meshConfig };
  diagnostics.push(...profile.diagnostics, ...said.diagnostics, ...unusedPlugin(mesh, plugins));
  return { ...mesh, versions, diagnostics };
}

/** The plugin's chart is installed, and injection is not told: it adds istio-init, and the plugin leaves such pods alone. */
function unusedPlugin(mesh: MeshConfiguration, [first]: readonly SourceLocation[]): readonly Diagnostic[] {
  const said = valueAt(mesh, 'pilot.cni.enabled', 'istio_cni.enabled', 'components.cni.enabled');
  if (first === undefined || said !== undefined || valueAt(mesh, 'cni.ambient.enabled')?.value === 'true') return [];
  const message =
    'the chart of the CNI plugin is installed, and injection is not told: it adds istio-init, and the plugin leaves such pods alone';
  const span = { start: first.span.start, end: first.span.start + 1 };
  return [{ kind: 'warning', message, source: first.source, span, help: 'set `pilot.cni.enabled: true` for the chart of istiod' }];
}

/** Of the charts that are installed; a version may be a range: `1.24.*`. The newest, where none is known. */
function chartVersion(versions: readonly WrittenVersion[]): Version {
  return versions.flatMap(({ text }) => parseVersion(plainVersion(text)) ?? [])[0] ?? LATEST;
}

/** `~1.24.2`, `1.24.x` as `1.24`. */
export function plainVersion(text: string): string {
  const minor = /^[\^~>=v ]*(1\.\d+)(?:\.(?:\d+|x|X|\*)(?:[-+][\w.-]+)?)?$/.exec(text.trim())?.[1];
  return minor ?? text;
}

function bySource(documents: readonly Document[]): readonly (readonly Document[])[] {
  return [...new Set(documents.map(({ source }) => source))].map((source) => documents.filter((one) => one.source === source));
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
