/** Reads shell lines that call iptables, and carries the calls out in order. man iptables */
import { isTable, TABLES } from '../netfilter/hooks.ts';
import type { Family } from '../packet/address.ts';
import type { Word } from './ast.ts';
import { carryOut } from './carryOut.ts';
import { readCommand } from './commands.ts';
import { grammar } from './generated/iptablesSave.ts';
import type { Line } from './lines.ts';
import { newState, run, type State } from './recogniser.ts';
import type { Finding, Report } from './report.ts';
import { isSaveCall } from './shellCall.ts';
import { type ShellCommand, shellCommands } from './shellWords.ts';
import type { Source, Span } from './source.ts';
import { newTable, type TableState } from './tableState.ts';
import { unreadable } from './unreadable.ts';

const PROGRAM = /^(?:\/\S*\/)?(ip6?tables)(?:-nft|-legacy)?$/;
/** What may stand before the program. */
const PREFIX = new Set(['sudo', 'exec', 'command', '$']);
/** Commands that change no rules. */
const HARMLESS = new Set(['true', ':', 'set', 'echo', 'exit']);
const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s;

export interface ShellReader {
  readonly s: State;
  readonly report: Report;
  /** set by the caller; assignments in the text do not change them */
  readonly given: ReadonlyMap<string, string>;
  readonly values: Map<string, string>;
  readonly tables: Map<Family, TableState[]>;
  /** lines that do not call iptables: worth a word only where others do */
  readonly strangers: Finding[];
  calls: number;
}

export function shellReader({ text }: Source, report: Report, given: ReadonlyMap<string, string>): ShellReader {
  return { s: newState(text), report, given, values: new Map(given), tables: new Map(), strangers: [], calls: 0 };
}

/** Reads physical lines, joining those that end in a backslash. */
export function readShell(reader: ShellReader, lines: readonly Line[]): void {
  const { text } = reader.s;
  for (let at = 0; at < lines.length; at++) {
    const first = lines[at] as Line;
    let last = first;
    while (endsInBackslash(text, last) && lines[at + 1] !== undefined) last = lines[++at] as Line;
    const end = endsInBackslash(text, last) ? last.end - 1 : last.end;
    readLogicalLine(reader, { number: first.number, start: first.start, end });
  }
}

export function endsInBackslash(text: string, { start, end }: Span): boolean {
  let count = 0;
  while (end - count > start && text.charCodeAt(end - 1 - count) === 92) count++;
  return count % 2 === 1;
}

function readLogicalLine(reader: ShellReader, line: Line): void {
  const { s } = reader;
  if (!run(s, grammar.rules.shell, line)) {
    reportUnreadable(reader, line);
    return;
  }
  let succeeded = true;
  for (const command of shellCommands(s, reader)) {
    const skipped = (command.after === '||' && succeeded) || (command.after === '&&' && !succeeded);
    if (!skipped) succeeded = readOne(reader, command, line);
  }
}

function readOne(reader: ShellReader, command: ShellCommand, line: Line): boolean {
  const { words, incomplete } = command;
  let at = 0;
  while (PREFIX.has(words[at]?.text ?? '') || (at > 0 && /^-[A-Za-z]+$/.test(words[at]?.text ?? ''))) at++;
  const program = words[at];
  if (program === undefined) return true;
  if (PROGRAM.test(program.text)) {
    reader.calls++;
    return incomplete || call(reader, words.slice(at), line);
  }
  const [, name = '', value = ''] = ASSIGNMENT.exec(program.text === 'export' ? (words[at + 1]?.text ?? '') : program.text) ?? [];
  if (name === '') otherCommand(reader, command, program);
  else if (!reader.given.has(name) && !incomplete) reader.values.set(name, value);
  return true;
}

/** `words` begin with the program. False when the call fails. */
function call(reader: ShellReader, words: readonly Word[], line: Line): boolean {
  const program = words[0] as Word;
  const family = PROGRAM.exec(program.text)?.[1] === 'ip6tables' ? 6 : 4;
  const read = readCommand(words.slice(1), program);
  if ('message' in read) return fail(reader, read);
  if (read.family !== undefined && read.family !== family) {
    return fail(reader, { kind: 'malformed', message: `\`${program.text}\` does not take \`-${read.family}\``, span: program });
  }
  const name = read.table ?? { text: 'filter', quoted: false, start: program.start, end: program.end };
  if (!isTable(name.text)) {
    const help = `the tables are ${TABLES.join(', ')}`;
    return fail(reader, { kind: 'malformed', message: `unknown table \`${name.text}\``, span: name, help });
  }
  if (read.command.kind === 'look') return true;
  const setting = { table: tableOf(reader, family, name), report: reader.report, form: 'shell' } as const;
  return carryOut(setting, read.command, { span: { start: line.start, end: line.end }, line: line.number });
}

function fail({ report }: ShellReader, finding: Finding): false {
  report(finding);
  return false;
}

function tableOf(reader: ShellReader, family: Family, name: Word): TableState {
  const tables = reader.tables.get(family) ?? [];
  reader.tables.set(family, tables);
  const known = tables.find((table) => table.name.text === name.text);
  if (known !== undefined) return known;
  const table = newTable(name);
  tables.push(table);
  return table;
}

/** What is not carried out must not hide a call of iptables: a loop or a condition around one is an error. */
function otherCommand({ report, strangers }: ShellReader, { words, after }: ShellCommand, program: Word): void {
  const hidden = words.find((word) => PROGRAM.test(word.text));
  if (hidden !== undefined) {
    const message = `cannot tell whether \`${hidden.text}\` runs here: \`${program.text}\` is not evaluated`;
    report({ kind: 'malformed', message, span: hidden, help: 'write the call on a line of its own' });
  } else if (!HARMLESS.has(program.text) && !isSaveCall(program.text) && after !== '|') {
    const message = `\`${program.text}\` is not a call of iptables and is not carried out`;
    strangers.push({ kind: 'warning', message, span: program });
  }
}

function reportUnreadable({ s, report, strangers }: ShellReader, line: Line): void {
  const { text } = s;
  if (!/\bip6?tables\b/.test(text.slice(line.start, line.end))) {
    strangers.push({ kind: 'warning', message: 'this line is not a call of iptables', span: { start: line.start, end: line.end } });
    return;
  }
  const at = Math.min(s.far, line.end);
  if (at < line.end && '$`('.includes(text[at] as string)) {
    const found = text.slice(at, line.end).split(/[ \t]/, 1)[0] ?? '';
    const help = 'write the value, or a variable `$NAME` and `--set NAME=VALUE`';
    report({ kind: 'malformed', message: `cannot evaluate \`${found}\``, span: { start: at, end: at + found.length }, help });
  } else report(unreadable(s, { start: line.start, end: line.end, grammar, quotes: `"'` }));
}
