/** Carries out the rules of a log that count, as the rules of a host; says which lines they are. */

import { plural } from '../../lib/plural.ts';
import type { Family } from '../../packet/address.ts';
import type { Excerpt } from '../iptables/ast.ts';
import { restoreInto } from '../iptables/restoreInto.ts';
import type { ScriptReading } from '../shell/reading.ts';
import type { Line } from '../text/lines.ts';
import { callWords } from './callWords.ts';
import { type ChosenRules, chosenRules, ofStream, streamsOf } from './chosenRules.ts';
import { type LogBlock, type LogItems, logItems } from './logItems.ts';
import { type LogLine, logLines } from './logLines.ts';
import { type FilePiece, pieceText, placeInFile } from './pieces.ts';

export interface LogReading extends Pick<ScriptReading, 'source' | 'report' | 'world' | 'family'> {
  /** of the log; absent: all of the text */
  readonly lines?: Iterable<Line>;
  /** whose rules, where the log has those of several */
  readonly pod?: string | undefined;
  readonly call: (words: ReturnType<typeof callWords>, line: LogLine & { readonly start: number; readonly end: number }) => unknown;
}

/** What was read, by family; undefined: the log has no rules at all, which has not been reported. */
export function readLog(reading: LogReading): ReadonlyMap<Family, Excerpt> | undefined {
  const lines = logLines(reading.source.text, reading.lines);
  const items = logItems(lines);
  if (items.blocks.length === 0 && items.calls.length === 0) return undefined;
  const chosen = choose(reading, items);
  if (chosen === undefined) return new Map();
  const { rules, others } = chosen;
  if (rules.blocks.length === 0 && rules.calls.length === 0) {
    const [first] = items.blocks;
    if (first !== undefined) reading.report({ ...CUT_OFF, span: spanOf(first) });
    return new Map();
  }
  for (const { block, family } of rules.blocks) carryOut(reading, block, family);
  for (const { line } of rules.calls)
    reading.call(callWords(line), { ...line, ...placeInFile(line.pieces)({ start: 0, end: line.text.length }) });
  const failed = sayWhatFailed(reading, rules, items);
  return excerptsOf(rules, { others, failed });
}

interface Chosen {
  readonly rules: ChosenRules;
  /** streams whose rules are the same */
  readonly others: number;
}

/** Undefined where it is not clear whose rules are wanted, which has been reported. */
function choose({ report, family = 4, pod, source }: LogReading, items: LogItems): Chosen | undefined {
  const all = streamsOf(items);
  const streams = pod === undefined ? all : all.filter((stream) => stream === pod || stream.split('/').includes(pod));
  const start = { start: 0, end: Math.min(source.text.length, 1) };
  const named = all.map((stream) => `\`${stream === '' ? '(not named)' : stream}\``);
  const list = `${named.slice(0, MOST_NAMED).join(', ')}${named.length > MOST_NAMED ? ` and ${named.length - MOST_NAMED} more` : ''}`;
  if (streams.length === 0) {
    report({
      kind: 'malformed',
      code: 'several-pods',
      message: `this log has no rules of pod \`${pod}\``,
      span: start,
      help: `it has those of ${list}`,
    });
    return undefined;
  }
  const read = streams.map((stream) => chosenRules(ofStream(items, stream), family));
  const full = read.filter(({ blocks, calls }) => blocks.length + calls.length > 0);
  const [first] = full;
  if (full.length <= 1) return { rules: first ?? chosenRules(items, family), others: 0 };
  if (full.every((one) => textOf(one) === textOf(first as ChosenRules)))
    return { rules: full.at(-1) as ChosenRules, others: full.length - 1 };
  const message = `this log has the rules of ${plural(full.length, 'pod')}: ${list}`;
  const help = `say which: \`chainwalk trace LOG --pod NAME\`; \`chainwalk print LOG --pod NAME\` writes the rules of one for the other commands`;
  report({ kind: 'malformed', code: 'several-pods', message, span: start, help });
  return undefined;
}

const MOST_NAMED = 6;

function textOf({ blocks, calls }: ChosenRules): string {
  const lines = [...blocks.flatMap(({ block }) => block.lines), ...calls.map(({ line }) => line)];
  return lines.flatMap(({ text }) => (text.startsWith('#') ? [] : [text.trim()])).join('\n');
}

function carryOut(
  { source, report, world, family: asked }: LogReading,
  { lines, family, backend, isDump }: LogBlock,
  guessed: Family,
): void {
  const pieces: FilePiece[] = [];
  const made: { start: number; end: number; number: number }[] = [];
  let length = 0;
  for (const line of lines) {
    made.push({ start: length, end: length + line.text.length, number: line.number });
    const at = line.pieces.at(-1)?.end ?? 0;
    pieces.push(...line.pieces, { text: '\n', start: at, end: at, exact: false });
    length += line.text.length + 1;
  }
  const input = { source: { file: source.file, text: pieceText(pieces) }, lines: made, report, place: placeInFile(pieces) };
  // a dump says its family and backend itself; what a program is to read has those of the program
  if (isDump || family === undefined) restoreInto(world, input, { family: asked ?? guessed });
  else restoreInto(world, { ...input, family }, { program: { family, backend } });
}

/** Whether the log says that the rules were not loaded. */
function sayWhatFailed({ report }: LogReading, { blocks, calls, cutOff }: ChosenRules, { failures, strays, intruders }: LogItems): boolean {
  const end = Math.min(...[...blocks.map(({ block }) => block.end), ...calls.map((call) => call.end)]);
  const failure = failures.find((one) => one.end > end);
  if (failure !== undefined) {
    const { pieces, text } = failure.line;
    const message = 'the log says that loading these rules failed: the answer is what they would do once loaded';
    report({ kind: 'warning', code: 'log-failure', message, span: placeInFile(pieces)({ start: 0, end: text.length }) });
  }
  const stray = strays.find((one) => one.end > Math.min(...blocks.map(({ block }) => block.start)));
  if (stray !== undefined) {
    const { pieces, text } = stray.line;
    const message = 'a rule outside a table, within the lines that are read or after them';
    report({ kind: 'malformed', code: 'outside-a-table', message, span: placeInFile(pieces)({ start: 0, end: text.length }) });
  }
  for (const { line } of intruders) {
    const message = 'this line stands in a table, and is passed over: a name is before it, as before lines of another program';
    report({ kind: 'warning', code: 'pasted-text', message, span: placeInFile(line.pieces)({ start: 0, end: line.text.length }) });
  }
  if (cutOff !== undefined) report({ ...CUT_OFF, kind: 'warning', message: `${CUT_OFF.message}: it is not read`, span: spanOf(cutOff) });
  return failure !== undefined;
}

const CUT_OFF = {
  kind: 'malformed',
  code: 'cut-off',
  message: 'the log breaks off in this table: it has no `COMMIT`',
  help: 'give the whole log: `kubectl logs` without `--tail` and `--since`',
} as const;

function spanOf({ lines }: LogBlock): { readonly start: number; readonly end: number } {
  const [first] = lines;
  return first === undefined ? { start: 0, end: 1 } : placeInFile(first.pieces)({ start: 0, end: first.text.length });
}

interface HowRead {
  readonly others: number;
  readonly failed: boolean;
}

function excerptsOf(rules: ChosenRules, { others, failed }: HowRead): ReadonlyMap<Family, Excerpt> {
  const numbers = new Map<Family, number[]>();
  const add = (family: Family, ...lines: readonly LogLine[]): void => {
    numbers.set(family, [...(numbers.get(family) ?? []), ...lines.map(({ number }) => number)]);
  };
  for (const { block, family } of rules.blocks) add(family, ...block.lines);
  for (const { line, family } of rules.calls) add(family, line);
  const stream = rules.blocks.at(-1)?.block.stream ?? rules.calls.at(-1)?.stream ?? '';
  const left = [
    ...(rules.earlier > 0 ? [plural(rules.earlier, 'block')] : []),
    ...(rules.earlierCalls > 0 ? [plural(rules.earlierCalls, 'call')] : []),
  ];
  const whose = `${stream === '' ? '' : ` of ${stream}`}${others === 0 ? '' : ` and ${others} more with the same rules`}`;
  const verb = rules.earlier + rules.earlierCalls === 1 ? 'is' : 'are';
  const earlier = left.length === 0 ? '' : `; ${left.join(' and ')} before that ${verb} not read`;
  return new Map(
    [...numbers].map(([family, lines]) => [
      family,
      { lines: ranges(lines), of: `a log${whose}`, left: `${earlier}${failed ? '; it says that loading them failed' : ''}` },
    ]),
  );
}

/** Lines from the first to the last, less what lies between blocks: at most three ranges. */
function ranges(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const number of sorted) {
    const last = runs.at(-1);
    if (last !== undefined && number - last[1] <= 3) last[1] = number;
    else runs.push([number, number]);
  }
  const shown = runs.length > 3 ? [[runs[0]?.[0] ?? 0, runs.at(-1)?.[1] ?? 0] as [number, number]] : runs;
  return shown.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`)).join(', ');
}
