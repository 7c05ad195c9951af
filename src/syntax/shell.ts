/** Reads shell lines that call iptables, and carries the calls out in order. man iptables */
import { isTable, TABLES } from '../netfilter/hooks.ts';
import type { Family } from '../packet/address.ts';
import type { Word } from './ast.ts';
import { readCommand } from './commands.ts';
import { grammar } from './generated/iptablesSave.ts';
import type { Line } from './lines.ts';
import { newState, run, type State } from './recogniser.ts';
import type { Report } from './report.ts';
import { type ShellCommand, shellCommands } from './shellWords.ts';
import type { Source, Span } from './source.ts';
import { carryOut, newTable, type TableState } from './tables.ts';

const PROGRAM = /^(?:\/\S*\/)?(ip6?tables)(?:-nft|-legacy)?$/;
const SAVES_OR_RESTORES = /^(?:\/\S*\/)?ip6?tables(?:-nft|-legacy)?-(?:save|restore)$/;
/** What may stand before the program. */
const PREFIX = new Set(['sudo', 'exec', 'command', '$']);
const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s;

export interface ShellReader {
  readonly source: Source;
  readonly report: Report;
  readonly s: State;
  /** set by the caller; assignments in the text do not change them */
  readonly given: ReadonlyMap<string, string>;
  readonly assigned: Map<string, string>;
  readonly tables: Map<Family, TableState[]>;
}

export function shellReader(source: Source, report: Report, given: ReadonlyMap<string, string>): ShellReader {
  const s = newState();
  s.text = source.text;
  return { source, report, s, given, assigned: new Map(given), tables: new Map() };
}

export function isShellCall(line: string): boolean {
  return /^[ \t]*(?:\$ |sudo (?:-\S+ )*)*(?:\/\S*\/)?ip6?tables(?:-nft|-legacy)?[ \t]/.test(line);
}

/** Reads physical lines, joining those that end in a backslash. */
export function readShell(reader: ShellReader, lines: readonly Line[]): void {
  const { text } = reader.source;
  for (let at = 0; at < lines.length; at++) {
    const first = lines[at] as Line;
    let last = first;
    while (endsInBackslash(text, last) && lines[at + 1] !== undefined) last = lines[++at] as Line;
    readLogicalLine(reader, { number: first.number, start: first.start, end: last.end });
  }
}

function endsInBackslash(text: string, line: Span): boolean {
  let count = 0;
  while (line.end - count > line.start && text.charCodeAt(line.end - 1 - count) === 92) count++;
  return count % 2 === 1;
}

function readLogicalLine(reader: ShellReader, line: Line): void {
  const { s } = reader;
  if (!run(s, grammar.rules.shell, line)) return reportUnreadable(reader, line);
  let succeeded = true;
  for (const command of shellCommands(s, { values: reader.assigned, report: reader.report })) {
    const skipped = (command.after === '||' && succeeded) || (command.after === '&&' && !succeeded);
    if (!skipped) succeeded = readCall(reader, command, line);
  }
}

/** Carries one command of a line out; false when it fails. */
function readCall(reader: ShellReader, { words, incomplete, after }: ShellCommand, line: Line): boolean {
  const { report } = reader;
  let at = 0;
  while (at < words.length && (PREFIX.has(words[at]?.text ?? '') || (at > 0 && /^-[A-Za-z]+$/.test(words[at]?.text ?? '')))) at++;
  const program = words[at];
  if (program === undefined) return true;
  const assignment = ASSIGNMENT.exec(program.text) ?? (program.text === 'export' ? ASSIGNMENT.exec(words[at + 1]?.text ?? '') : null);
  if (assignment !== null) {
    const [, name = '', value = ''] = assignment;
    if (!reader.given.has(name) && !incomplete) reader.assigned.set(name, value);
    return true;
  }
  const family = PROGRAM.exec(program.text)?.[1] === 'ip6tables' ? 6 : 4;
  if (!PROGRAM.test(program.text)) return otherCommand(reader, words.slice(at), after);
  if (incomplete) return true;
  const read = readCommand(words.slice(at + 1), program);
  if ('message' in read) {
    report(read);
    return false;
  }
  if (read.family !== undefined && read.family !== family) {
    report({ kind: 'malformed', message: `\`${program.text}\` does not take \`-${read.family}\``, span: program });
    return false;
  }
  const name = read.table ?? { text: 'filter', quoted: false, start: program.start, end: program.end };
  if (!isTable(name.text)) {
    report({ kind: 'malformed', message: `unknown table \`${name.text}\``, span: name, help: `the tables are ${TABLES.join(', ')}` });
    return false;
  }
  const origin = { span: { start: line.start, end: line.end }, line: line.number };
  return carryOut({ table: tableOf(reader, family, name), report, form: 'shell' }, read.command, origin);
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

/** What cannot be carried out must not hide a call of iptables: a loop or a condition around it is an error. */
function otherCommand({ report }: ShellReader, words: readonly Word[], after: ShellCommand['after']): true {
  const first = words[0] as Word;
  const call = words.find((word) => PROGRAM.test(word.text));
  if (call !== undefined) {
    const message = `cannot tell whether \`${call.text}\` runs here: \`${first.text}\` is not evaluated`;
    report({ kind: 'malformed', message, span: call, help: 'write the call on a line of its own' });
  } else if (SAVES_OR_RESTORES.test(first.text) || /^(?:true|:|set|exit|echo)$/.test(first.text)) {
    if (first.text.endsWith('-restore')) report({ kind: 'warning', message: `\`${first.text}\` is not carried out`, span: first });
  } else if (after !== '|') {
    report({ kind: 'warning', message: `\`${first.text}\` is not a call of iptables and is not carried out`, span: first });
  }
  return true;
}

function reportUnreadable({ s, report }: ShellReader, line: Line): void {
  const at = Math.min(s.far, line.end);
  const rest = s.text.slice(at, line.end);
  if (at >= line.end) {
    const open = openingQuote(s.text, line);
    return report({ kind: 'malformed', message: 'this quote is never closed', span: { start: open, end: open + 1 } });
  }
  const substitution = rest.startsWith('(') || rest.startsWith('`') || /^\$?[({]/.test(rest);
  const found = rest[0] === '$' || rest[0] === '`' || rest[0] === '(' ? rest.slice(0, 20).split(/[ \t]/)[0] : rest[0];
  report({
    kind: 'malformed',
    message: substitution ? `cannot evaluate \`${found}\`` : `cannot read \`${found}\` here`,
    span: { start: at, end: at + 1 },
    help: 'write the value in its place, or a variable and `--set NAME=VALUE`',
  });
}

function openingQuote(text: string, line: Span): number {
  let open = -1;
  let quote = 0;
  for (let at = line.start; at < line.end; at++) {
    const code = text.charCodeAt(at);
    if (code === 92 && quote !== 39) at++;
    else if (quote === 0 && (code === 34 || code === 39)) {
      quote = code;
      open = at;
    } else if (code === quote) quote = 0;
  }
  return quote === 0 ? line.end - 1 : open;
}
