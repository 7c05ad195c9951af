/** Lines of a log as the programs wrote them: without what the collector put before them, and with what it had quoted taken apart. */
import { type Line, linesOf } from '../text/lines.ts';
import { type FilePiece, pieceText, slicePieces } from './pieces.ts';
import { type LinePrefix, namesBefore, prefixOf } from './prefixes.ts';
import { quotedMessage } from './quoted.ts';

export interface LogLine {
  readonly text: string;
  readonly pieces: readonly FilePiece[];
  /** 1-based, in the file */
  readonly number: number;
  /** who wrote it, `web-0/istio-init`; empty: the log does not say */
  readonly stream: string;
  /** a message of a program's log, and no line of a text that it prints */
  readonly isMessage: boolean;
}

/** Layers of prefixes, one in the other. */
const MOST_LAYERS = 8;

/** `given`: those of a part of the text. */
export function logLines(text: string, given?: Iterable<Line>): readonly LogLine[] {
  const read: LogLine[] = [];
  const names = new Map<string, LinePrefix>();
  for (const line of given ?? linesOf(text, text.charCodeAt(0) === 0xfeff ? 1 : 0)) {
    const part = peeled({ pieces: withoutColours(text, line), stream: '', isMessage: false }, names);
    for (const { pieces, stream, isMessage } of part)
      read.push({ text: pieceText(pieces), pieces, number: line.number, stream, isMessage });
  }
  return read;
}

/** Stern paints names; escape sequences are no part of a line. */
function withoutColours(text: string, { start, end }: Line): readonly FilePiece[] {
  const line = text.slice(start, end);
  if (!line.includes('\x1b')) return [{ text: line, start, end, exact: true }];
  const pieces: FilePiece[] = [];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  const colour = /\x1b\[[\d;]*[A-Za-z]/g;
  let from = 0;
  for (const { 0: found, index } of [...line.matchAll(colour), { 0: '', index: line.length }]) {
    if (index > from) pieces.push({ text: line.slice(from, index), start: start + from, end: start + index, exact: true });
    from = index + found.length;
  }
  return pieces;
}

type Part = Pick<LogLine, 'pieces' | 'stream' | 'isMessage'>;

/** Several lines where a message holds them. `names`: prefixes of names that have been seen, which lines of any text may have. */
function peeled(given: Part, names: Map<string, LinePrefix>, layers = 0): readonly Part[] {
  const { pieces, stream, isMessage } = given;
  const text = pieceText(pieces);
  if (layers > MOST_LAYERS) return [given];
  const quoted = quotedMessage(pieces, text);
  if (quoted !== undefined) {
    const of = quoted.pod === undefined || stream !== '' ? stream : quoted.pod;
    const lines = linesIn(quoted.pieces);
    return lines.flatMap((one) =>
      peeled({ pieces: one, stream: of, isMessage: lines.length === 1 && !isRuleLike(one) }, names, layers + 1),
    );
  }
  const prefix = prefixOf(text) ?? (stream === '' ? (namesBefore(text) ?? knownNames(text, names)) : undefined);
  if (prefix === undefined) return [given];
  if (prefix.stream !== undefined) names.set(text.slice(0, prefix.length), prefix);
  const rest = slicePieces(pieces, prefix.length);
  return peeled(
    { pieces: rest, stream: stream === '' ? (prefix.stream ?? '') : stream, isMessage: isMessage || prefix.isMessage === true },
    names,
    layers + 1,
  );
}

/** By the first word, or the first two: names may stand in columns, and the line itself may begin with blanks. */
function knownNames(text: string, names: ReadonlyMap<string, LinePrefix>): LinePrefix | undefined {
  if (names.size === 0) return undefined;
  for (const form of NAMES) {
    const [all = '', without = ''] = form.exec(text) ?? [];
    const found = names.get(all) ?? names.get(`${without} `);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** With all blanks behind the last name, and without. */
const NAMES = [/^(\S+)[ \t]+/, /^(\S+[ \t]+\S+)[ \t]+/, /^(\S+[ \t]+\S+[ \t]+\S+)[ \t]+/];

function linesIn(pieces: readonly FilePiece[]): readonly (readonly FilePiece[])[] {
  const lines: FilePiece[][] = [[]];
  for (const piece of pieces) {
    if (piece.text === '\n') lines.push([]);
    else if (piece.text !== '\r') lines.at(-1)?.push(piece);
  }
  if (lines.length > 1 && lines.at(-1)?.length === 0) lines.pop();
  return lines;
}

function isRuleLike(pieces: readonly FilePiece[]): boolean {
  return /^(?:\*|:|-[A-Z] |\[\d+:\d+\] |COMMIT|# |[+>] |(?:\/\S*\/)?ip6?tables)/.test(pieceText(pieces));
}
