/** A fast reader of the YAML that kubectl prints: block maps and lists, scalars of one line, literal blocks.
 *  It gives up on everything else, and the library reads the text in its place; where both read, they agree, which is tested. */

import type { Span } from '../../syntax/text/source.ts';
import type { Entry, Node, ScalarNode } from './node.ts';
import { MOST_DEPTH } from './tree.ts';

/** The node of text[start, end), whose first line may begin with `- `; undefined: it is not in this subset. */
export function readBlockYaml(text: string, { start, end }: Span): Node | undefined {
  if (/[\t\r]/.test(text.slice(start, end))) return undefined;
  const reader: Reader = { text, lines: linesOf(text, start, end), at: 0, depth: 0 };
  try {
    const [first] = reader.lines;
    if (first === undefined) return undefined;
    const node = readNode(reader, first.indent);
    return reader.at === reader.lines.length ? node : undefined;
  } catch (error) {
    if (error instanceof NotInSubset) return undefined;
    throw error;
  }
}

/** Where the subset ends. */
class NotInSubset extends Error {}

function giveUp(): never {
  throw new NotInSubset();
}

interface Line {
  /** of its first character, and after its last one that is not a blank */
  start: number;
  readonly end: number;
  /** columns before the first character; after a dash, those of what the dash introduces */
  indent: number;
}

interface Reader {
  readonly text: string;
  readonly lines: readonly Line[];
  at: number;
  /** of maps and lists around the next line */
  depth: number;
}

function linesOf(text: string, start: number, end: number): readonly Line[] {
  const lines: Line[] = [];
  for (let from = start; from < end; ) {
    const feed = text.indexOf('\n', from);
    const to = feed < 0 || feed > end ? end : feed;
    let first = from;
    while (first < to && text.charCodeAt(first) === 32) first++;
    let last = to;
    while (last > first && text.charCodeAt(last - 1) === 32) last--;
    lines.push({ start: first, end: last, indent: first - from });
    from = to + 1;
  }
  return lines;
}

function readNode(reader: Reader, indent: number): Node {
  const line = reader.lines[reader.at] ?? giveUp();
  if (reader.depth++ >= MOST_DEPTH) giveUp();
  const node = isDash(reader.text, line) ? readList(reader, indent) : readMap(reader, indent);
  reader.depth--;
  return node;
}

function isDash(text: string, { start, end }: Line): boolean {
  return text.charCodeAt(start) === 45 && (start + 1 === end || text.charCodeAt(start + 1) === 32);
}

function readList(reader: Reader, indent: number): Node {
  const { text, lines } = reader;
  const items: Node[] = [];
  const begin = lines[reader.at]?.start ?? 0;
  for (let line = lines[reader.at]; line !== undefined && line.indent === indent && isDash(text, line); line = lines[reader.at]) {
    let first = line.start + 1;
    while (first < line.end && text.charCodeAt(first) === 32) first++;
    if (first >= line.end) giveUp();
    if (isDash(text, { ...line, start: first }) || keyEnd(text, first, line.end) > 0) {
      // what comes after the dash goes on in the lines below
      const inner = indent + first - line.start;
      line.start = first;
      line.indent = inner;
      items.push(readNode(reader, inner));
    } else {
      items.push(readScalar(reader, { start: first, end: line.end }, indent));
      reader.at++;
    }
  }
  return { kind: 'list', items, span: { start: begin, end: lines[reader.at - 1]?.end ?? begin } };
}

function readMap(reader: Reader, indent: number): Node {
  const { text, lines } = reader;
  const entries: Entry[] = [];
  const keys = new Set<string>();
  const begin = lines[reader.at]?.start ?? 0;
  for (let line = lines[reader.at]; line !== undefined && line.indent === indent; line = lines[reader.at]) {
    if (isDash(text, line)) break;
    const colon = keyEnd(text, line.start, line.end);
    if (colon <= 0) giveUp();
    const key = keyOf(text, line.start, colon);
    if (keys.has(key)) giveUp();
    keys.add(key);
    const keySpan = { start: line.start, end: colon };
    let first = colon + 1;
    while (first < line.end && text.charCodeAt(first) === 32) first++;
    entries.push({ key, keySpan, value: readValue(reader, { keySpan, first, line, indent }) });
  }
  const next = lines[reader.at];
  if (entries.length === 0 || (next !== undefined && next.indent > indent)) giveUp();
  return { kind: 'map', entries, span: { start: begin, end: lines[reader.at - 1]?.end ?? begin } };
}

interface Value {
  readonly keySpan: Span;
  readonly first: number;
  readonly line: Line;
  readonly indent: number;
}

function readValue(reader: Reader, { keySpan, first, line, indent }: Value): Node {
  if (first < line.end && reader.text[first] === '|') return readLiteral(reader, { start: first, end: line.end }, indent);
  if (first < line.end) {
    const scalar = readScalar(reader, { start: first, end: line.end }, indent);
    reader.at++;
    return scalar;
  }
  reader.at++;
  const next = reader.lines[reader.at];
  const below = next !== undefined && (next.indent > indent || (next.indent === indent && isDash(reader.text, next)));
  return below ? readNode(reader, next.indent) : { kind: 'scalar', value: null, span: keySpan };
}

/** `|` or `|-`, and the deeper lines below; their own indentation goes, and so do empty lines at the end. */
function readLiteral(reader: Reader, header: Span, indent: number): Node {
  const { text, lines } = reader;
  const style = text.slice(header.start, header.end);
  const first = lines[++reader.at];
  if ((style !== '|' && style !== '|-') || first === undefined || first.indent <= indent || first.start === first.end) giveUp();
  const content: string[] = [];
  let line: Line | undefined = first;
  for (; line !== undefined && (line.indent >= first.indent || line.start === line.end); line = lines[++reader.at]) {
    // an empty line that is longer than the indentation has blanks of its own
    if (line.start === line.end && line.indent > first.indent) giveUp();
    const feed = text.indexOf('\n', line.start);
    const from = line.start - (line.indent - first.indent);
    content.push(line.start === line.end ? '' : text.slice(from, feed < 0 ? text.length : feed));
  }
  while (content.at(-1) === '') content.pop();
  const end = lines[reader.at - 1]?.end ?? header.end;
  return { kind: 'scalar', value: content.join('\n') + (style === '|' ? '\n' : ''), span: { start: header.start, end } };
}

/** After it comes the colon; 0: there is no key of a kind that is read here. */
function keyEnd(text: string, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 58) {
      if (at + 1 === end || text.charCodeAt(at + 1) === 32) return at > start ? at : 0;
      // annotations have keys such as f:spec, and no other colon in a key is read here
      continue;
    }
    if (!isKeyCharacter(code)) return 0;
  }
  return 0;
}

/** Letters, digits, and `- . / _`. */
function isKeyCharacter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 45 && code <= 57) || code === 95;
}

function keyOf(text: string, start: number, end: number): string {
  const key = text.slice(start, end);
  return PLAIN_WORD.test(key) && !RESOLVED.test(key) ? key : giveUp();
}

const PLAIN_WORD = /^[A-Za-z_][\w./-]*$/;
/** Words that YAML 1.1 takes for something else than a string. */
const RESOLVED = /^(?:y|yes|n|no|true|false|on|off|null)$/i;

function readScalar(reader: Reader, span: Span, indent: number): Node {
  const { text } = reader;
  const first = text[span.start];
  if (first === '"') return { kind: 'scalar', value: doubleQuoted(text.slice(span.start, span.end)), span };
  if (first === "'") return { kind: 'scalar', value: singleQuoted(text.slice(span.start, span.end)), span };
  const words = text.slice(span.start, span.end);
  if (words === '{}') return { kind: 'map', entries: [], span };
  if (words === '[]') return { kind: 'list', items: [], span };
  // a deeper line would go on with the text
  const next = reader.lines[reader.at + 1];
  if (next !== undefined && next.indent > indent && next.start < next.end) giveUp();
  return { kind: 'scalar', value: plainValue(words), span };
}

function doubleQuoted(text: string): string {
  // of the escapes of JSON, which YAML has too; the end of the text is the end of the line
  if (!/^"(?:[^"\\\n]|\\["\\/bfnrt])*"$/.test(text)) giveUp();
  return JSON.parse(text) as string;
}

function singleQuoted(text: string): string {
  if (!/^'(?:[^'\n]|'')*'$/.test(text)) giveUp();
  return text.slice(1, -1).replaceAll("''", "'");
}

/** Whatever one of the readers of YAML 1.1 might take for a number, a time or a date. */
const LIKE_A_NUMBER = /^(?:0x[\da-f_]*|0b[01_]*|0o[0-7_]*|[\d_]*(?:\.[\d_]*)?(?:e[-+]?\d*)?|[\d_]+(?::\d*)+(?:\.[\d_]*)?|\d{4}-.*)$/i;

/** Numbers other than whole ones, dates and base 60 are left to the library. */
function plainValue(text: string): ScalarNode['value'] {
  if (/^(?:0|-?[1-9]\d{0,14})$/.test(text)) return Number(text);
  if (/^(?:true|false)$/.test(text)) return text === 'true';
  if (text === 'null') return null;
  if (RESOLVED.test(text) || text === '~') giveUp();
  // no indicator at the start, and nothing in it that ends a plain scalar
  if (/^\d/.test(text) ? LIKE_A_NUMBER.test(text) : !/^(?:--?)?[A-Za-z_/$(]/.test(text)) giveUp();
  if (/: |:$| #/.test(text)) giveUp();
  return text;
}
