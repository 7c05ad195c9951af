/** `iptables-restore` in a script: its options, its input, and the blocks that it carries out. man iptables-restore */

import type { TableState } from '../iptables/openTables.ts';
import { restoreInto } from '../iptables/restoreInto.ts';
import { rulesetOf, tableNamed } from '../iptables/tablesOfText.ts';
import { linesOf } from '../text/lines.ts';
import type { Span } from '../text/source.ts';
import { type Machine, type RestoreRequest, reportUnknown } from './machine.ts';
import { backendOf, fail, type ScriptReading, scriptWordsOf } from './reading.ts';
import { type Piece, type ShellInput, type Status, shellText } from './values.ts';

const RESTORE = /^(?:\S*\/)?(ip6?tables)(?:-(nft|legacy))?-restore$/;

interface Restore extends RestoreRequest {
  readonly numberAt: (offset: number) => number;
}

export function restore(reading: ScriptReading, machine: Machine, { program, words, input: piped, line, numberAt }: Restore): Status {
  const [, name, backend] = RESTORE.exec(program) ?? [];
  reading.calls++;
  if (scriptWordsOf(machine, words) === undefined) return true;
  const options = readOptions(words.map(({ text }) => text));
  const input = options.file === undefined ? piped : fileInput(machine, options.file, line);
  const span = { start: line.start, end: line.end };
  if (options.wrong !== undefined)
    return fail(reading, { kind: 'malformed', code: 'unknown-option', message: `\`${program}\` does not take \`${options.wrong}\``, span });
  if (input === undefined) {
    return fail(reading, {
      kind: 'malformed',
      code: 'script-not-evaluated',
      message: `what \`${program}\` reads is not in this text`,
      span,
      help: 'give the rules themselves',
    });
  }
  if (input.unknown !== undefined) {
    reportUnknown(machine, input.unknown);
    return true;
  }
  if (options.test) return true;
  const family = name === 'ip6tables' ? 6 : 4;
  const made = { file: reading.source.file, text: shellText(input) };
  const place = placeInPieces(input.pieces);
  const lines = [...linesOf(made.text, 0)].map((one) => ({ ...one, number: numberAt(place(one).start) }));
  const { world } = reading;
  const ruleset = rulesetOf(world, { family, backend: backendOf(backend) });
  const existing = (table: string): TableState | undefined => tableNamed(ruleset, table);
  const chosen = options.table === undefined ? lines : onlyTable(made.text, lines, options.table);
  const common = { source: made, lines: chosen, report: reading.report, only: family, family, place } as const;
  const kind = backendOf(backend);
  restoreInto(world, options.noflush ? { ...common, existing } : common, { program: { family, backend: kind } });
  return true;
}

interface Options {
  readonly noflush: boolean;
  readonly test: boolean;
  readonly table: string | undefined;
  readonly file: string | undefined;
  readonly wrong: string | undefined;
}

const LONG: Readonly<Record<string, string>> = {
  '--noflush': '-n',
  '--test': '-t',
  '--counters': '-c',
  '--verbose': '-v',
  '--wait': '-w',
  '--wait-interval': '-W',
  '--table': '-T',
  '--modprobe': '-M',
};

/** iptables iptables-restore.c options[] */
function readOptions(words: readonly string[]): Options {
  let [noflush, test] = [false, false];
  let [table, file, wrong]: (string | undefined)[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    const [name = '', attached] = word.startsWith('--')
      ? word.split('=', 2)
      : [word.slice(0, 2), word.length > 2 ? word.slice(2) : undefined];
    const option = LONG[name] ?? name;
    if (option === '-T') table = attached ?? words[++at];
    else if (option === '-M') at += attached === undefined ? 1 : 0;
    else if (option === '-w' || option === '-W') at += attached === undefined && /^\d+$/.test(words[at + 1] ?? '') ? 1 : 0;
    else if (/^-[a-zA-Z]+$/.test(word) || LONG[name] !== undefined) {
      const letters = LONG[name] === undefined ? word.slice(1) : option.slice(1);
      noflush ||= letters.includes('n');
      test ||= letters.includes('t');
      if (!/^[ntcv]+$/.test(letters)) wrong ??= word;
    } else if (word.startsWith('-') && word !== '-') wrong ??= word;
    else if (word !== '-') file = word;
  }
  return { noflush, test, table, file, wrong };
}

export function fileInput({ files }: Machine, name: string, { start, end }: Span): ShellInput {
  const file = files.get(name);
  const unknown = { what: name, start, end, message: `\`${name}\` is not written in this text`, help: 'give the file itself' };
  return { pieces: file?.pieces ?? [], unknown: file === undefined ? unknown : file.unknown, at: 0 };
}

/** From places in the text that the pieces make to places in the script. */
export function placeInPieces(pieces: readonly Piece[]): (span: Span) => Span {
  const starts: number[] = [];
  let length = 0;
  for (const { text } of pieces) {
    starts.push(length);
    length += text.length;
  }
  return ({ start, end }) => {
    const at = Math.max(0, lastAtMost(starts, start));
    const piece = pieces[at];
    if (piece === undefined) return { start: 0, end: 0 };
    if (!piece.exact) return { start: piece.start, end: piece.end };
    const shift = piece.start - (starts[at] as number);
    return { start: Math.min(piece.end, start + shift), end: Math.min(piece.end, end + shift) };
  };
}

function lastAtMost(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] as number) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** `-T TABLE`: the lines of that block. */
function onlyTable<L extends Span>(text: string, lines: readonly L[], table: string): readonly L[] {
  let inside = false;
  return lines.filter(({ start, end }) => {
    const content = text.slice(start, end).trim();
    if (content.startsWith('*')) inside = content.slice(1).trim() === table;
    const kept = inside || content.startsWith('#');
    if (content === 'COMMIT') inside = false;
    return kept;
  });
}
