/** A document of the YAML library as a tree. Aliases are followed, merge keys merged; what would make readers of the tree run endlessly,
 *  or read what is not written, is a flaw. */
import type { Pair, Document as YamlDocument, Node as YamlNode, Scalar as YamlScalar } from 'yaml';
import type { Span } from '../../syntax/text/source.ts';
import type { Entry, Node } from './node.ts';
import { type Flaw, givenTwice, MOST_DEPTH, TooDeep, type Tree } from './tree.ts';

export type Yaml = Pick<typeof import('yaml'), 'Composer' | 'isAlias' | 'isMap' | 'isScalar' | 'isSeq' | 'Parser'>;

export interface YamlTree extends Tree {
  /** `name: {{ .Release.Name }}` is good YAML: a map whose key is a map */
  readonly mapAsKey: boolean;
}

/** Values that aliases repeat, all together: a bomb repeats billions. */
const MOST_REPEATED = 100_000;

const NOWHERE: Span = { start: 0, end: 0 };

/** `offset` is where the document begins in the text. */
export function toTree(yaml: Yaml, document: YamlDocument.Parsed, offset = 0): YamlTree {
  const build: Build = { yaml, offset, anchors: new Map(), flaws: [], made: 0, repeated: 0, mapAsKey: false };
  try {
    const root = convert(build, { node: document.contents, fallback: NOWHERE, depth: 0 });
    return { root, flaws: build.flaws, mapAsKey: build.mapAsKey };
  } catch (error) {
    if (error instanceof TooDeep) return { ...error.tree, mapAsKey: build.mapAsKey };
    throw error;
  }
}

interface Build {
  readonly yaml: Yaml;
  readonly offset: number;
  /** what each anchor stands for so far; `open`: it is being read, and an alias in it would hold itself */
  readonly anchors: Map<string, Anchored | 'open'>;
  readonly flaws: Flaw[];
  /** values so far, those that aliases repeat included */
  made: number;
  repeated: number;
  mapAsKey: boolean;
}

interface Anchored {
  readonly node: Node;
  /** values in it */
  readonly size: number;
}

interface Given {
  readonly node: YamlNode | null;
  /** where it stands when it is nothing */
  readonly fallback: Span;
  readonly depth: number;
}

function convert(build: Build, { node, fallback, depth }: Given): Node {
  const span = node === null ? fallback : spanOf(build, node);
  if (depth > MOST_DEPTH) throw new TooDeep(span);
  if (build.yaml.isAlias(node)) return followed(build, node.source, span);
  const { anchor } = (node ?? {}) as { readonly anchor?: string };
  if (anchor !== undefined) build.anchors.set(anchor, 'open');
  const before = build.made++;
  const made = plainNode(build, { node, fallback, depth }, span);
  if (anchor !== undefined) build.anchors.set(anchor, { node: made, size: build.made - before });
  return made;
}

function plainNode(build: Build, { node, fallback, depth }: Given, span: Span): Node {
  const { yaml } = build;
  if (yaml.isMap(node)) return { kind: 'map', entries: entriesOf(build, node.items as YamlPair[], depth + 1), span };
  if (!yaml.isSeq(node)) return { kind: 'scalar', value: yaml.isScalar(node) ? plainValue(node) : null, span };
  const items = node.items.map((item) => convert(build, { node: item as YamlNode, fallback, depth: depth + 1 }));
  return { kind: 'list', items, span };
}

/** What an alias stands for. */
function followed(build: Build, name: string, span: Span): Node {
  const found = build.anchors.get(name);
  if (found === undefined) return flawed(build, `unknown anchor \`&${name}\` before this alias`, span);
  if (found === 'open') return flawed(build, `the alias \`*${name}\` stands inside what it stands for`, span);
  const before = build.repeated;
  build.repeated += found.size;
  build.made += found.size;
  if (build.repeated <= MOST_REPEATED) return found.node;
  // said once
  if (before > MOST_REPEATED) return { kind: 'scalar', value: null, span };
  return flawed(build, `aliases repeat more than ${MOST_REPEATED} values`, span);
}

type YamlPair = Pair<YamlNode | null, YamlNode | null>;

/** Own keys before merged ones, of which the first counts. */
function entriesOf(build: Build, pairs: readonly YamlPair[], depth: number): readonly Entry[] {
  const own: Entry[] = [];
  const merged: Entry[] = [];
  const keys = new Set<string>();
  for (const { key, value } of pairs) {
    const keySpan = spanOf(build, key);
    if (isMergeKey(build, key)) {
      merged.push(...mergedEntries(build, convert(build, { node: value, fallback: keySpan, depth })));
      continue;
    }
    const name = keyOf(build, key, keySpan);
    if (keys.has(name)) build.flaws.push(givenTwice(keySpan));
    keys.add(name);
    own.push({ key: name, keySpan, value: convert(build, { node: value, fallback: keySpan, depth }) });
  }
  if (merged.length === 0) return own;
  return [...own, ...merged.filter(({ key }) => !keys.has(key) && keys.add(key))];
}

function keyOf(build: Build, key: YamlNode | null, span: Span): string {
  build.mapAsKey ||= build.yaml.isMap(key);
  const node = convert(build, { node: key, fallback: span, depth: MOST_DEPTH - 1 });
  if (node.kind === 'scalar') return String(node.value);
  build.flaws.push({ message: 'a key has to be a text', span });
  return '';
}

/** Plain `<<`, as Kubernetes takes it; in quotes it is a key like others. */
function isMergeKey({ yaml }: Build, key: YamlNode | null): boolean {
  return yaml.isScalar(key) && key.source === '<<' && key.type === 'PLAIN';
}

function mergedEntries(build: Build, from: Node): readonly Entry[] {
  return (from.kind === 'list' ? from.items : [from]).flatMap((one) => {
    if (one.kind === 'map') return one.entries;
    build.flaws.push({ message: '`<<` takes a map, or a list of maps', span: one.span });
    return [];
  });
}

function flawed({ flaws }: Build, message: string, span: Span): Node {
  flaws.push({ message, span });
  return { kind: 'scalar', value: null, span };
}

function spanOf({ offset }: Build, node: YamlNode | null): Span {
  return node?.range ? { start: offset + node.range[0], end: offset + node.range[1] } : NOWHERE;
}

/** Dates and base 60 are YAML 1.1, and not what Kubernetes reads. */
function plainValue({ value, source }: Pick<YamlScalar, 'value' | 'source'>): string | number | boolean | null {
  if (typeof value === 'number' && source?.includes(':') === true) return source;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  return source ?? '';
}
