/** `nft` in a script: its options, and the commands that it carries out. man nft(8) */
import type { NftExpression } from '../nft/ast.ts';
import { nftInto } from '../nft/readNft.ts';
import type { Span } from '../text/source.ts';
import { type Machine, reportUnknown } from './machine.ts';
import { fail, type ScriptReading, scriptWordsOf } from './reading.ts';
import { fileInput, placeInPieces } from './restoreCall.ts';
import { type Piece, type ShellField, type ShellInput, type Status, shellText } from './values.ts';

export interface NftCall {
  readonly machine: Machine;
  /** begin with the program */
  readonly words: readonly ShellField[];
  readonly input?: ShellInput | undefined;
  readonly line: Span;
  readonly numberAt: (offset: number) => number;
}

export function nftCall(reading: ScriptReading, { machine, words: fields, input: piped, line, numberAt }: NftCall): Status {
  reading.calls++;
  if (scriptWordsOf(machine, fields) === undefined) return true;
  const options = readOptions(fields.slice(1));
  if (options.checks) return true;
  const { file } = options;
  const input =
    file === undefined
      ? { pieces: piecesOf(reading.source.text, options.words), at: 0 }
      : file.text === '-' || file.text === '/dev/stdin'
        ? piped
        : fileInput(machine, file.text, line);
  if (input === undefined) {
    const message = 'what `nft` reads is not in this text';
    return fail(reading, { kind: 'malformed', code: 'script-not-evaluated', message, span: line, help: 'give the rules themselves' });
  }
  if (input.unknown !== undefined) {
    reportUnknown(machine, input.unknown);
    return true;
  }
  const text = shellText(input);
  const place = placeInPieces(input.pieces);
  let failed = false;
  nftInto(reading.world.nft, {
    text,
    span: { start: 0, end: text.length },
    report: (finding) => {
      failed ||= finding.kind === 'malformed' || finding.kind === 'not-loadable';
      reading.report(finding);
    },
    place,
    lineOf: (offset) => numberAt(place({ start: offset, end: offset }).start),
    defined: options.defined,
  });
  return !failed;
}

interface Options {
  readonly words: readonly ShellField[];
  readonly file?: ShellField;
  readonly checks: boolean;
  readonly defined: ReadonlyMap<string, NftExpression>;
}

const VALUED = /^(?:-f|--file|-I|--includepath|-D|--define|-d|--debug)$/;

function readOptions(fields: readonly ShellField[]): Options {
  let at = 0;
  let file: ShellField | undefined;
  let checks = false;
  const defined = new Map<string, NftExpression>();
  for (; at < fields.length; at++) {
    const field = fields[at] as ShellField;
    const { text } = field;
    if (!/^-[\w-]/.test(text)) break;
    if (text === '-c' || text === '--check') checks = true;
    if (!VALUED.test(text) && !/^-\w*f$/.test(text)) continue;
    const value = fields[++at];
    if (value === undefined) break;
    if (/^(?:-\w*f|--file)$/.test(text)) file = value;
    const [name, given] = /^(?:-D|--define)$/.test(text) ? value.text.split('=', 2) : [];
    if (name !== undefined && given !== undefined)
      defined.set(name, { kind: 'value', form: 'word', text: given, start: value.start, end: value.end });
  }
  return { words: fields.slice(at), ...(file !== undefined && { file }), checks, defined };
}

/** nft puts its words together with blanks. */
function piecesOf(text: string, words: readonly ShellField[]): readonly Piece[] {
  return words.flatMap((word, at): readonly Piece[] => {
    const { start, end } = word;
    const [from, to] = text.slice(start, end) === word.text ? [start, end] : [start + 1, end - 1];
    const exact = text.slice(from, to) === word.text;
    const piece = { text: word.text, exact, ...(exact ? { start: from, end: to } : { start, end }) };
    return at === 0 ? [piece] : [{ text: ' ', exact: false, start, end: start }, piece];
  });
}
