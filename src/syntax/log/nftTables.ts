/** Tables of nft in a log: without what a collector put before their lines. */
import { plural } from '../../lib/plural.ts';
import { nftTablesIn } from '../nft/signs.ts';
import type { Line } from '../text/lines.ts';
import type { TextFinding } from '../text/problems.ts';
import type { Source, Span } from '../text/source.ts';
import { type LogLine, logLines } from './logLines.ts';
import { pieceText, placeInFile } from './pieces.ts';

export interface LoggedTable {
  readonly text: string;
  /** of the table in it */
  readonly span: Span;
  /** from places in it to places in the file */
  readonly place: (span: Span) => Span;
  /** of the file, by an offset */
  readonly lineOf: (offset: number) => number;
}

export interface LoggedTables {
  readonly tables: readonly LoggedTable[];
  readonly findings: readonly TextFinding[];
}

/** `pod`: whose tables, where the log has those of several. Undefined: it has none. */
export function nftTablesInLog({ text }: Source, given: Iterable<Line>, pod?: string): LoggedTables | undefined {
  const streams = new Map<string, LogLine[]>();
  for (const line of logLines(text, given)) streams.set(line.stream, [...(streams.get(line.stream) ?? []), line]);
  const found = [...streams].flatMap(([stream, lines]) => {
    const tables = tablesOf(lines);
    return tables.length === 0 ? [] : [{ stream, tables }];
  });
  if (found.length === 0) return undefined;
  const start = { start: 0, end: Math.min(text.length, 1) };
  const wanted = pod === undefined ? found : found.filter(({ stream }) => stream === pod || stream.split('/').includes(pod));
  const named = found.map(({ stream }) => `\`${stream === '' ? '(not named)' : stream}\``).join(', ');
  const problem = { kind: 'malformed', code: 'several-pods', span: start } as const;
  const [first] = wanted;
  if (first === undefined)
    return {
      tables: [],
      findings: [{ ...problem, message: `this log has no tables of pod \`${pod}\``, help: `it has those of ${named}` }],
    };
  const texts = new Set(wanted.map(({ tables }) => tables.map(wordsOf).join('\n')));
  if (texts.size > 1) {
    const message = `this log has the tables of ${plural(wanted.length, 'pod')}: ${named}`;
    return { tables: [], findings: [{ ...problem, message, help: 'say which: `chainwalk trace LOG --pod NAME`' }] };
  }
  const last = new Map(first.tables.map((table) => [headOf(table), table]));
  const [begin] = [...last.values()];
  const span = begin === undefined ? start : begin.place({ start: begin.span.start, end: begin.text.indexOf('\n', begin.span.start) });
  const others = wanted.length === 1 ? '' : `, of ${wanted.length} pods with the same tables`;
  const again = first.tables.length === last.size ? '' : '; of a table that is there more than once the last is read';
  const message = `these tables are read without what stands before their lines${others}${again}`;
  const help = 'give what `nft list ruleset` prints, without what a collector of logs puts before it';
  return { tables: [...last.values()], findings: [{ kind: 'warning', code: 'pasted-text', message, span, help }] };
}

function tablesOf(lines: readonly LogLine[]): readonly LoggedTable[] {
  const pieces = lines.flatMap((line) => {
    const at = line.pieces.at(-1)?.end ?? 0;
    return [...line.pieces, { text: '\n', start: at, end: at, exact: false }];
  });
  const text = pieceText(pieces);
  const { tables } = nftTablesIn(text);
  if (tables.length === 0) return [];
  const place = placeInFile(pieces);
  const lineOf = numbersOf(lines);
  return tables.map((span) => ({ text, span, place, lineOf }));
}

/** Asked in rising order. */
function numbersOf(lines: readonly LogLine[]): (offset: number) => number {
  const ends: number[] = [];
  for (const { text } of lines) ends.push((ends.at(-1) ?? 0) + text.length + 1);
  let at = 0;
  return (offset) => {
    if (at > 0 && offset < (ends[at - 1] ?? 0)) at = 0;
    while (at < ends.length - 1 && offset >= (ends[at] ?? 0)) at++;
    return lines[at]?.number ?? 1;
  };
}

function wordsOf({ text, span }: LoggedTable): string {
  return text.slice(span.start, span.end);
}

/** `table ip filter`: ip is the family of a table that says none. */
function headOf(table: LoggedTable): string {
  const words = /^\s*(?:(?:add|create)\s+)?table\s+([^{]*)/.exec(wordsOf(table))?.[1]?.trim() ?? '';
  return words.includes(' ') ? words.replace(/\s+/g, ' ') : `ip ${words}`;
}
