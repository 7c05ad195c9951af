/** The programs that a script reads and writes rules with. man iptables, iptables-restore */
import { isTable, TABLES } from '../../netfilter/hooks.ts';
import type { Family } from '../../packet/address.ts';
import type { Word } from '../ast.ts';
import { carryOut } from '../carryOut.ts';
import { readCommand } from '../commands.ts';
import { linesOf } from '../lines.ts';
import type { Finding, Report } from '../report.ts';
import { restoreInto } from '../restoreInto.ts';
import { lineStarts, positionAt, type Source, type Span } from '../source.ts';
import { newTable, type TableState } from '../tableState.ts';
import { putTable, rulesetFor, tableNamed, type World } from '../world.ts';
import type { Machine, Programs, RestoreRequest } from './machine.ts';
import { reportUnknown } from './machine.ts';
import type { Field, Input, Piece, Status } from './values.ts';
import { textOf } from './values.ts';

const PROGRAM = /^(?:\S*\/)?(ip6?tables)(?:-(nft|legacy))?$/;
const RESTORE = /^(?:\S*\/)?(ip6?tables)(?:-(nft|legacy))?-restore$/;
const ANY = /^(?:\S*\/)?ip6?tables(?:-(?:nft|legacy))?(?:-restore|-save)?$/;

export interface Reading {
  readonly source: Source;
  readonly report: Report;
  readonly world: World;
  readonly family?: Family | undefined;
  /** lines that do not call iptables: worth a word only where others do */
  readonly strangers: Finding[];
  /** calls and dumps that were carried out */
  calls: number;
}

export function programsOf(reading: Reading, machine: () => Machine): Programs {
  const starts = lineStarts(reading.source.text);
  return {
    isCall: (program) => ANY.test(program),
    call: (words, line) => call(reading, { machine: machine(), words, line, number: positionAt(starts, line.start).line }),
    restore: (request) => restore(reading, machine(), { ...request, numberAt: (offset) => positionAt(starts, offset).line }),
    dump: (span) => dump(reading, { span, number: positionAt(starts, span.start).line }),
    stranger: (message, { start, end }) => reading.strangers.push({ kind: 'warning', message, span: { start, end } }),
  };
}

interface Call {
  readonly machine: Machine;
  /** begin with the program */
  readonly words: readonly Field[];
  readonly line: Span;
  readonly number: number;
}

function call(reading: Reading, { machine, words: fields, line, number }: Call): Status {
  reading.calls++;
  const words = wordsOf(machine, fields);
  const program = words?.[0];
  // an error was reported: what the command says does not matter
  if (words === undefined || program === undefined) return true;
  const family = PROGRAM.exec(program.text)?.[1] === 'ip6tables' ? 6 : 4;
  const read = readCommand(words.slice(1), program);
  if ('message' in read) return fail(reading, read);
  if (read.family !== undefined && read.family !== family) {
    return fail(reading, { kind: 'malformed', message: `\`${program.text}\` does not take \`-${read.family}\``, span: program });
  }
  const name = read.table ?? { text: 'filter', quoted: false, start: program.start, end: program.end };
  if (!isTable(name.text)) {
    const help = `the tables are ${TABLES.join(', ')}`;
    return fail(reading, { kind: 'malformed', message: `unknown table \`${name.text}\``, span: name, help });
  }
  const looks = read.command.kind === 'look' || read.command.kind === 'check';
  const ruleset = looks
    ? reading.world.rulesets.find((one) => one.family === family)
    : rulesetFor(reading.world, { family, familyFrom: 'command', form: 'shell' });
  const table = tableNamed(ruleset, name.text) ?? newTable(name);
  if (ruleset !== undefined && !looks) putTable(ruleset, table);
  const origin = { span: { start: line.start, end: line.end }, line: number };
  return carryOut({ table, report: reading.report, form: 'shell' }, read.command, origin);
}

/** The words of a call; nothing when one of them is not known, which is then said. */
function wordsOf(machine: Machine, fields: readonly Field[]): readonly Word[] | undefined {
  let known = true;
  for (const field of fields) {
    const given =
      field.arguments === true
        ? {
            what: '$@',
            start: field.start,
            end: field.end,
            help: 'give them with `--set 1=VALUE`',
            message: 'the arguments of the script are not known here',
          }
        : field.unknown;
    if (given === undefined) continue;
    known = false;
    reportUnknown(machine, given);
  }
  return known ? fields.map(({ text, start, end }, at) => inOrder({ text, quoted: false, start, end }, at)) : undefined;
}

/** Words that one variable makes stand at one place. A fraction keeps their order, which tells which option was given first. */
function inOrder(word: Word, at: number): Word {
  const order = at / 4096;
  return { ...word, start: word.start + order, end: word.end + order };
}

function fail({ report }: Reading, finding: Finding): false {
  report(finding);
  return false;
}

function dump(reading: Reading, { span, number }: { readonly span: Span; readonly number: number }): void {
  reading.calls++;
  const { source, report, world, family } = reading;
  const text = source.text.slice(0, span.end);
  const lines = [...linesOf(text, span.start)].map((line) => ({ ...line, number: line.number + number - 1 }));
  restoreInto(world, { source, lines, report }, family === undefined ? {} : { family });
}

interface Restore extends RestoreRequest {
  readonly numberAt: (offset: number) => number;
}

function restore(reading: Reading, machine: Machine, { program, words, input: piped, line, numberAt }: Restore): Status {
  const [, name, backend] = RESTORE.exec(program) ?? [];
  reading.calls++;
  if (wordsOf(machine, words) === undefined) return true;
  const options = readOptions(words.map(({ text }) => text));
  const input = options.file === undefined ? piped : fileInput(machine, options.file, line);
  const span = { start: line.start, end: line.end };
  if (options.wrong !== undefined)
    return fail(reading, { kind: 'malformed', message: `\`${program}\` does not take \`${options.wrong}\``, span });
  if (input === undefined) {
    return fail(reading, {
      kind: 'malformed',
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
  const made = { file: reading.source.file, text: textOf(input) };
  const place = placeIn(input.pieces);
  const lines = [...linesOf(made.text, 0)].map((one) => ({ ...one, number: numberAt(place(one).start) }));
  const { world } = reading;
  const ruleset = world.rulesets.find((one) => one.family === family);
  const existing = (table: string): TableState | undefined => tableNamed(ruleset, table);
  const chosen = options.table === undefined ? lines : onlyTable(made.text, lines, options.table);
  const common = { source: made, lines: chosen, report: reading.report, only: family, family, place } as const;
  const kind = backend === 'nft' || backend === 'legacy' ? backend : undefined;
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

function fileInput({ files }: Machine, name: string, { start, end }: Span): Input {
  const file = files.get(name);
  const unknown = { what: name, start, end, message: `\`${name}\` is not written in this text`, help: 'give the file itself' };
  return { pieces: file?.pieces ?? [], unknown: file === undefined ? unknown : file.unknown, at: 0 };
}

/** From places in the text that the pieces make to places in the script. */
function placeIn(pieces: readonly Piece[]): (span: Span) => Span {
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
