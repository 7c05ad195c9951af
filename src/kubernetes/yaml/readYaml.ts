/** YAML and JSON texts to document trees. The library for YAML is large: the caller that needs it hands it in. */
import type { CST } from 'yaml';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { Source, Span } from '../../syntax/text/source.ts';
import { readBlockYaml } from './blockYaml.ts';
import type { Document, Entry, Node, ReadNested } from './node.ts';
import { readJson } from './readJson.ts';
import { type Flaw, MOST_DEPTH, tooDeep } from './tree.ts';
import { RENDER_FIRST } from './unrendered.ts';
import { toTree, type Yaml } from './yamlTree.ts';

export interface ReadDocuments {
  readonly documents: readonly Document[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Kubernetes reads YAML 1.1: `yes` and `on` are booleans. Merge keys and keys that are there twice are found where the tree is made, in
 *  linear time; warnings of the library would go past our own output. */
const OPTIONS = { version: '1.1', strict: true, uniqueKeys: false, logLevel: 'error' } as const;

/** A text that is JSON; undefined: it is something else, which takes the library. */
export function jsonDocument(source: Source): ReadDocuments | undefined {
  const tree = readJson(source.text);
  if (tree === undefined) return undefined;
  if (tree.flaws.length === 0) return { documents: [{ source, root: tree.root }], diagnostics: [] };
  return { documents: [], diagnostics: tree.flaws.map((flaw) => toDiagnostic(source, flaw)) };
}

/** All documents of a text. What cannot be read is said, all at once. */
export function documentsOf(yaml: Yaml, given: Source): ReadDocuments {
  const { documents, diagnostics } = readDocuments(yaml, { ...given, text: given.text.replace(HEADER, commented) });
  return {
    documents: documents.map(({ root }) => ({ source: given, root })),
    diagnostics: diagnostics.map((one) => ({ ...one, source: given })),
  };
}

/** The line that `helm get values` prints above the values; without values of the user's own there is `null` below it. */
const HEADER = /^(?:USER-SUPPLIED|COMPUTED) VALUES:(?=[ \t]*\r?$)/m;
/** As long as it was: places stay. */
const commented = (line: string): string => `#${line.slice(1)}`;

function readDocuments(yaml: Yaml, source: Source): ReadDocuments {
  const json = jsonDocument(source);
  if (json !== undefined) return json;
  const list = readListed(yaml, source.text);
  if (list !== undefined) return { documents: [{ source, root: list }], diagnostics: [] };
  const parsed = parsedApart(yaml, source.text) ?? parsedBy(yaml, source.text);
  if ('flaw' in parsed) return { documents: [], diagnostics: [toDiagnostic(source, parsed.flaw)] };
  const documents: Document[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [index, { span, tree, flaws, mapAsKey }] of parsed.all.entries()) {
    const whole = { start: span.start, end: parsed.all[index + 1]?.span.start ?? source.text.length };
    const templates = mapAsKey || flaws.length > 0 ? templatesIn(source, whole) : [];
    if (templates.length > 0) diagnostics.push(...templates);
    else if (flaws.length > 0) diagnostics.push(...flaws.map((flaw) => toDiagnostic(source, flaw)));
    else documents.push({ source, root: tree });
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
  const parsed = parsedBy(yaml, text.slice(start, end), start);
  if ('flaw' in parsed || parsed.all.length !== 1) return undefined;
  const [one] = parsed.all;
  return one === undefined || one.flaws.length > 0 ? undefined : one.tree;
}

/** Documents between lines of `---`, which end whatever is before them, one at a time: what the library makes of thousands of pods is many
 *  times as large as what is kept. Undefined: not all can be read so. */
function parsedApart(yaml: Yaml, text: string): { readonly all: readonly Parsed[] } | undefined {
  const marks = [...text.matchAll(/^---[ ]*\n/gm)];
  if (marks.length === 0 || /^(?:---[ ]*[^ \n]|\.\.\.|%)|\r/m.test(text)) return undefined;
  const all: Parsed[] = [];
  let start = 0;
  for (const mark of [...marks, undefined]) {
    const span = { start, end: mark?.index ?? text.length };
    start = span.end + (mark?.[0].length ?? 0);
    const first = contentStart(text, span);
    if (first === span.end) continue;
    const tree = readBlockYaml(text, { start: first, end: span.end });
    if (tree !== undefined) all.push({ span, tree, flaws: [], mapAsKey: false });
    else {
      const parsed = parsedBy(yaml, text.slice(span.start, span.end), span.start);
      if ('flaw' in parsed) return undefined;
      all.push(...parsed.all);
    }
  }
  return { all };
}

/** Behind blank lines and comments. */
function contentStart(text: string, { start, end }: Span): number {
  const before = /(?:[ ]*(?:#.*)?\n)*/y;
  before.lastIndex = start;
  return Math.min(before.exec(text) === null ? start : before.lastIndex, end);
}

interface Parsed {
  readonly span: Span;
  readonly tree: Node;
  /** those of the library, or else those of the tree */
  readonly flaws: readonly Flaw[];
  readonly mapAsKey: boolean;
}

/** The documents of a text that begins at `offset`; whatever the library throws is said of the text. */
function parsedBy(yaml: Yaml, text: string, offset = 0): { readonly all: readonly Parsed[] } | { readonly flaw: Flaw } {
  try {
    const tokens = [...new yaml.Parser().parse(text)];
    const deep = placeOfDepth(tokens);
    if (deep !== undefined) return { flaw: tooDeep({ start: offset + deep, end: offset + deep + 1 }) };
    const all = [...new yaml.Composer(OPTIONS).compose(tokens)].map((document) => {
      const { root: tree, flaws, mapAsKey } = toTree(yaml, document, offset);
      const errors = document.errors.map(({ message, pos: [start, end] }) => ({
        message: firstLine(message),
        span: { start: offset + start, end: offset + end },
      }));
      return {
        span: { start: offset + document.range[0], end: offset + document.range[2] },
        tree,
        flaws: errors.length > 0 ? errors : flaws,
        mapAsKey,
      };
    });
    return { all };
  } catch (error) {
    return { flaw: { message: `this cannot be read: ${firstLine(String(error))}`, span: { start: offset, end: offset + 1 } } };
  }
}

/** Where a text is nested too deeply. What composes documents calls itself for each level, and would end the process. */
function placeOfDepth(tokens: readonly CST.Token[]): number | undefined {
  const open = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > MOST_DEPTH) return token.offset;
    const inner = 'items' in token ? token.items.flatMap(({ key, value }) => [key, value]) : 'value' in token ? [token.value] : [];
    for (const one of inner) if (typeof one === 'object' && one !== null) open.push({ token: one, depth: depth + 1 });
  }
  return undefined;
}

/** For YAML inside a string, such as an annotation. */
export function nestedDocuments(yaml: Yaml): ReadNested {
  return (text) => {
    const parsed = nested(yaml, text);
    if ('flaw' in parsed) return { problem: parsed.flaw.message, span: parsed.flaw.span };
    return { root: parsed.root };
  };
}

function nested(yaml: Yaml, text: string): { readonly root: Node } | { readonly flaw: Flaw } {
  const json = readJson(text);
  const parsed = json === undefined ? parsedBy(yaml, text) : { all: [{ tree: json.root, flaws: json.flaws }] };
  if ('flaw' in parsed) return parsed;
  const [first, second] = parsed.all;
  if (first === undefined) return { root: { kind: 'scalar', value: null, span: { start: 0, end: 0 } } };
  const flaw =
    first.flaws[0] ?? (second === undefined ? undefined : { message: 'there are several documents', span: { start: 0, end: 1 } });
  return flaw === undefined ? { root: first.tree } : { flaw };
}

/** A line for each line that has a template. */
function templatesIn(source: Source, { start, end }: Span): readonly Diagnostic[] {
  return [...source.text.slice(start, end).matchAll(/\{\{[^\n]*?(?:\}\}|$)/gm)].map((found) => ({
    kind: 'malformed',
    message: `\`${found[0]}\` is a template that was not rendered`,
    ofOneObject: true,
    source,
    span: { start: start + found.index, end: start + found.index + found[0].length },
    help: RENDER_FIRST,
  }));
}

function toDiagnostic(source: Source, { message, span: { start, end } }: Flaw): Diagnostic {
  return { kind: 'malformed', message, ofOneObject: true, source, span: { start, end: Math.max(start + 1, end) } };
}

/** The first line, without the place that the library adds, as our messages are. */
function firstLine(message: string): string {
  const line = (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '');
  return line.charAt(0).toLowerCase() + line.slice(1);
}
