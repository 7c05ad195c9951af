/** YAML or JSON inside a string of a manifest, such as `data.mesh` of a ConfigMap: read where it stands, with the places of the file.
 *  The forms of strings: YAML 1.2, chapters 7 and 8 */
import type { ProblemSink } from '../../syntax/text/problems.ts';
import type { Source, Span } from '../../syntax/text/source.ts';
import type { Document, Node, ReadNested, ScalarNode } from '../yaml/node.ts';

export interface NestedText {
  readonly source: Source;
  readonly node: Node;
  readonly readNested: ReadNested;
  readonly report: ProblemSink;
}

/** Undefined when it is not a string, or cannot be read, which has been reported. */
export function readNestedText({ source, node, readNested, report }: NestedText): Document | undefined {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return undefined;
  const read = readNested(node.value);
  const place = placesIn(source.text, node.span, node.value);
  if ('problem' in read) {
    const start = place(read.span?.start ?? 0);
    report({ kind: 'malformed', message: read.problem, span: { start, end: start + 1 } });
    return undefined;
  }
  return { source, root: moved(read.root, place) };
}

/** Where a character of the value stands in the file; where the form is too free to tell, the string itself. */
function placesIn(text: string, span: Span, value: string): (offset: number) => number {
  const raw = text.slice(span.start, span.end);
  if (raw.startsWith('|')) return literalPlaces(text, span, value);
  const first = raw[0] === '"' || raw[0] === "'" ? 1 : 0;
  if (raw.includes('\n') || raw.startsWith('>')) return () => span.start;
  if (first === 0) return (offset) => span.start + offset;
  const unit = raw[0] === '"' ? /\\u[\da-fA-F]{4}|\\x[\da-fA-F]{2}|\\.|[^\\]/gsy : /''|[^']/gsy;
  unit.lastIndex = 1;
  const starts: number[] = [];
  for (let found = unit.exec(raw); found !== null; found = unit.exec(raw)) starts.push(span.start + found.index);
  return (offset) => starts[offset] ?? span.start;
}

/** Below its header a literal block is what the file has, less the indentation. */
function literalPlaces(text: string, span: Span, value: string): (offset: number) => number {
  const lines = value.split('\n');
  const filled = Math.max(
    lines.findIndex((line) => line.trim() !== ''),
    0,
  );
  const header = text.indexOf('\n', span.start);
  const starts: number[] = [];
  for (let at = header; at >= 0 && starts.length < lines.length; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const start = starts[filled] ?? span.start;
  const blanks = (line: string) => /^ */.exec(line)?.[0].length ?? 0;
  const indent = blanks(text.slice(start, span.end)) - blanks(lines[filled] ?? '');
  const offsets: number[] = [];
  for (let at = 0, index = 0; index < lines.length; at += (lines[index] ?? '').length + 1, index++) offsets.push(at);
  return (offset) => {
    const line = offsets.findLastIndex((first) => first <= offset);
    return (starts[line] ?? span.start) + (lines[line] === '' ? 0 : indent) + offset - (offsets[line] ?? 0);
  };
}

function moved(node: Node, place: (offset: number) => number): Node {
  const at = (span: Span): Span => ({
    start: place(span.start),
    end: Math.max(place(span.start) + 1, place(Math.max(span.end - 1, 0)) + 1),
  });
  const span = at(node.span);
  switch (node.kind) {
    case 'scalar':
      return { ...node, span } satisfies ScalarNode;
    case 'list':
      return { ...node, span, items: node.items.map((item) => moved(item, place)) };
    case 'map':
      return {
        ...node,
        span,
        entries: node.entries.map((entry) => ({ ...entry, keySpan: at(entry.keySpan), value: moved(entry.value, place) })),
      };
  }
}
