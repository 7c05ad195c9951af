/** YAML or JSON as a tree that knows where everything stands. Made by the reader of files; nothing here knows YAML. */
import type { Source, Span } from '../../syntax/text/source.ts';

export type Node = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly span: Span;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly Node[];
  readonly span: Span;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: readonly Entry[];
  readonly span: Span;
}

export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Node;
}

export interface Document {
  readonly source: Source;
  readonly root: Node;
}

/** A value, and the place of the text that gives it. */
export interface Located<T> {
  readonly value: T;
  readonly source: Source;
  readonly span: Span;
}

/** Reads YAML inside a string, such as an annotation; the places are those inside the string. */
export type ReadNested = (text: string) => { readonly root: Node } | { readonly problem: string; readonly span?: Span };

/** The node at a path of keys; undefined where there is none, or null. */
export function at(node: Node | undefined, ...path: readonly string[]): Node | undefined {
  let here = node;
  for (const key of path) here = entriesOf(here).find((entry) => entry.key === key)?.value;
  return here?.kind === 'scalar' && here.value === null ? undefined : here;
}

/** The objects of a List, or of Lists in it, and otherwise the object itself. */
export function openLists({ source, root }: Document): readonly Document[] {
  const items = at(root, 'items');
  if (items?.kind !== 'list' || !/List$/.test(stringAt(root, 'kind') ?? '')) return [{ source, root }];
  return items.items.flatMap((item) => openLists({ source, root: item }));
}

/** The plain value of a tree, for what does not need places. */
export function toData(node: Node): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toData);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, toData(value)]));
}

export function entriesOf(node: Node | undefined): readonly Entry[] {
  return node?.kind === 'map' ? node.entries : [];
}

export function itemsOf(node: Node | undefined): readonly Node[] {
  return node?.kind === 'list' ? node.items : [];
}

export function stringAt(node: Node | undefined, ...path: readonly string[]): string | undefined {
  const found = at(node, ...path);
  return found?.kind === 'scalar' && typeof found.value === 'string' ? found.value : undefined;
}
