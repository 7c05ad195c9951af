/** Trees made from parts of others: their places are those of what they are made from. */
import { fieldName } from '../../istio/names/proxyConfig.ts';
import { type Entry, entriesOf, type Node } from '../../kubernetes/yaml/node.ts';
import type { Span } from '../../syntax/text/source.ts';

export interface TreeLeaf {
  readonly path: readonly string[];
  readonly value: Node;
  /** where its key is written; absent: where the value is */
  readonly keySpan?: Span;
}

/** A map that has these values where their paths say. */
export function treeOf(leaves: readonly TreeLeaf[], span: Span): Node {
  const entries = leaves.reduce<readonly Entry[]>((made, leaf) => grown(made, leaf, span), []);
  return { kind: 'map', entries, span };
}

function grown(entries: readonly Entry[], { path: [key = '', ...rest], value, keySpan }: TreeLeaf, span: Span): readonly Entry[] {
  const own = keySpan ?? value.span;
  const others = entries.filter((entry) => entry.key !== key);
  if (rest.length === 0) return [...others, { key, keySpan: own, value }];
  const there = entries.find((entry) => entry.key === key)?.value;
  const leaf = { path: rest, value, ...(keySpan !== undefined && { keySpan }) };
  return [...others, { key, keySpan: own, value: { kind: 'map', entries: grown(entriesOf(there), leaf, span), span } }];
}

/** The map without these keys. */
export function withoutKeys(node: Node, keys: readonly string[]): Node {
  return node.kind === 'map' ? { ...node, entries: node.entries.filter(({ key }) => !keys.includes(key)) } : node;
}

export function scalarNode(value: string | number | boolean | null, span: Span): Node {
  return { kind: 'scalar', value, span };
}

/** A MeshConfig with its names as they are usually written: protobuf reads `default_config` as well. */
export function namedFields(node: Node, depth = 2): Node {
  if (node.kind !== 'map') return node;
  const inner = (name: string, value: Node) => (name === 'defaultConfig' && depth > 1 ? namedFields(value, depth - 1) : value);
  const entries = node.entries.map((entry) => ({ ...entry, key: fieldName(entry.key), value: inner(fieldName(entry.key), entry.value) }));
  return { ...node, entries };
}
