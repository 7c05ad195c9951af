/** YAML and JSON texts to document trees. The library for YAML is large: whoever needs it hands it in. */
import type { Pair, Document as YamlDocument, Node as YamlNode } from 'yaml';
import type { Document, Entry, Node, ReadNested } from '../istio/manifest/node.ts';
import { RENDER_FIRST } from '../istio/manifest/unrendered.ts';
import type { Diagnostic } from '../syntax/diagnostic.ts';
import type { Source, Span } from '../syntax/source.ts';
import { readBlockYaml } from './blockYaml.ts';

export type Yaml = typeof import('yaml');

export interface ReadDocuments {
  readonly documents: readonly Document[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Kubernetes reads YAML 1.1: `yes` and `on` are booleans. */
const OPTIONS = { version: '1.1', merge: true, strict: true } as const;

/** All documents of a text. What cannot be read is said, all at once. */
export function documentsOf(yaml: Yaml, source: Source): ReadDocuments {
  const list = readListed(yaml, source.text);
  if (list !== undefined) return { documents: [{ source, root: list }], diagnostics: [] };
  const parsed = yaml.parseAllDocuments(source.text, OPTIONS);
  const all = 'empty' in parsed ? [] : parsed;
  const documents: Document[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [index, document] of all.entries()) {
    const span = { start: document.range[0], end: all[index + 1]?.range[0] ?? source.text.length };
    const templates = isBroken(yaml, document) ? templatesIn(source, span) : [];
    if (templates.length > 0) diagnostics.push(...templates);
    else if (document.errors.length > 0) diagnostics.push(...document.errors.map((error) => toDiagnostic(source, error)));
    else documents.push({ source, root: toTree(yaml, document) });
  }
  const rules = diagnostics.length === 0 ? undefined : rulesIn(source);
  return { documents, diagnostics: rules === undefined ? diagnostics : [rules] };
}

/** Rules where YAML is expected: no word about YAML would help. */
function rulesIn(source: Source): Diagnostic | undefined {
  const found = /^(?:\*\w+|-[AINP] \S.*|(?:sudo )?ip6?tables .*)$/m.exec(source.text);
  if (found === null || /^[ \t]*(?:- )?"?kind"?[ \t]*:/m.test(source.text)) return undefined;
  const span = { start: found.index, end: found.index + found[0].length };
  const help = '`chainwalk trace`, `verify`, `diff` and `check` take rules';
  return { kind: 'malformed', message: 'these are rules of iptables, where YAML or JSON is expected', source, span, help };
}

/** A List as kubectl prints it, item by item: thousands of pods would not fit into one document of the library.
 *  Undefined: it is something else, or not all of it can be read. */
function readListed(yaml: Yaml, text: string): Node | undefined {
  const head = /(?:^|\n)items:\n(?=- )/.exec(text);
  if (head === null || /^(?:---|\.\.\.)|^(?:- )?[^#\n]*\{\{/m.test(text.slice(0, head.index))) return undefined;
  const start = head.index + head[0].length;
  const rest = /\n(?![- \n])/g;
  rest.lastIndex = start;
  const end = rest.exec(text)?.index ?? text.length;
  const outside = text.slice(0, head.index + 1) + text.slice(end + 1);
  const kind = /^kind: (\w*List)$/m.exec(outside)?.[1];
  if (kind === undefined || /^[^a-z\s]/m.test(outside)) return undefined;
  const items: Node[] = [];
  for (let from = start; from < end; ) {
    const next = text.indexOf('\n- ', from);
    const to = next < 0 || next > end ? end : next;
    const item = readBlockYaml(text, { start: from, end: to }) ?? readItem(yaml, text, { start: from, end: to });
    if (item?.kind !== 'list') return undefined;
    items.push(...item.items);
    from = to + 1;
  }
  const span = { start, end };
  const none = { start: 0, end: 0 };
  const entry = (key: string, value: Node): Entry => ({ key, keySpan: none, value });
  return {
    kind: 'map',
    entries: [entry('kind', { kind: 'scalar', value: kind, span: none }), entry('items', { kind: 'list', items, span })],
    span,
  };
}

/** One item by the library; its places are those of the whole text. */
function readItem(yaml: Yaml, text: string, { start, end }: Span): Node | undefined {
  const document = yaml.parseDocument(text.slice(start, end), OPTIONS);
  return document.errors.length > 0 || isBroken(yaml, document) ? undefined : toTree(yaml, document, start);
}

/** For YAML inside a string, such as an annotation. */
export function nestedDocuments(yaml: Yaml): ReadNested {
  return (text) => {
    const document = yaml.parseDocument(text, OPTIONS);
    const [error] = document.errors;
    if (error === undefined) return { root: toTree(yaml, document) };
    return { problem: firstLine(error.message), span: { start: error.pos[0], end: error.pos[1] } };
  };
}

/** `name: {{ .Release.Name }}` is good YAML: a map whose key is a map. */
function isBroken(yaml: Yaml, document: YamlDocument.Parsed): boolean {
  let mapAsKey = false;
  yaml.visit(document, {
    Pair: (_, { key }) => {
      mapAsKey ||= yaml.isMap(key);
    },
  });
  return mapAsKey || document.errors.length > 0;
}

/** A line for each line that has a template. */
function templatesIn(source: Source, { start, end }: Span): readonly Diagnostic[] {
  return [...source.text.slice(start, end).matchAll(/\{\{[^\n]*?(?:\}\}|$)/gm)].map((found) => ({
    kind: 'malformed',
    message: `\`${found[0]}\` is a template that was not rendered`,
    source,
    span: { start: start + found.index, end: start + found.index + found[0].length },
    help: RENDER_FIRST,
  }));
}

function toDiagnostic(source: Source, { message, pos }: { readonly message: string; readonly pos: readonly [number, number] }): Diagnostic {
  return { kind: 'malformed', message: firstLine(message), source, span: { start: pos[0], end: Math.max(pos[0] + 1, pos[1]) } };
}

/** The first line, without the place that the library adds, as our messages are. */
function firstLine(message: string): string {
  const line = (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '');
  return line.charAt(0).toLowerCase() + line.slice(1);
}

const NOWHERE: Span = { start: 0, end: 0 };

function toTree(yaml: Yaml, document: YamlDocument.Parsed, offset = 0): Node {
  const spanOf = (node: YamlNode | null): Span => (node?.range ? { start: offset + node.range[0], end: offset + node.range[1] } : NOWHERE);
  const convert = (node: YamlNode | null, fallback: Span): Node => {
    if (yaml.isAlias(node)) return convert((node.resolve(document) as YamlNode | undefined) ?? null, spanOf(node));
    if (yaml.isMap(node)) return { kind: 'map', entries: entries(node.items as Pair<YamlNode, YamlNode | null>[]), span: spanOf(node) };
    if (yaml.isSeq(node)) {
      return { kind: 'list', items: node.items.map((item) => convert(item as YamlNode, fallback)), span: spanOf(node) };
    }
    const span = node === null ? fallback : spanOf(node);
    return { kind: 'scalar', value: yaml.isScalar(node) ? plain(node) : null, span };
  };
  const entries = (pairs: readonly Pair<YamlNode, YamlNode | null>[]): readonly Entry[] => {
    const own = pairs
      .filter(({ key }) => !isMergeKey(key))
      .map(({ key, value }) => {
        const keySpan = spanOf(key);
        return { key: yaml.isScalar(key) ? String(key.value) : '', keySpan, value: convert(value, keySpan) };
      });
    const merged = pairs
      .filter(({ key }) => isMergeKey(key))
      .flatMap(({ key, value }) => {
        const from = convert(value, spanOf(key));
        return (from.kind === 'list' ? from.items : [from]).flatMap((one) => (one.kind === 'map' ? one.entries : []));
      });
    return [...own, ...merged.filter(({ key }, index) => ![...own, ...merged.slice(0, index)].some((other) => other.key === key))];
  };
  const isMergeKey = (key: YamlNode): boolean => yaml.isScalar(key) && key.source === '<<';
  return convert(document.contents, NOWHERE);
}

/** Dates and base 60 are YAML 1.1, and not what Kubernetes reads. */
function plain({ value, source }: { readonly value: unknown; readonly source?: string }): string | number | boolean | null {
  if (typeof value === 'number' && source?.includes(':') === true) return source;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  return source ?? String(value);
}
