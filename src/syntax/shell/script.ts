/** Reads scripts line by line and carries them out; says what was not carried out, and why. */
import { outsideTable } from '../iptables/restoreMistakes.ts';
import type { Span } from '../text/source.ts';
import type { ShellNode } from './ast.ts';
import { type Cursor, here, lineEnd, skipBlanks, UnreadableScript, unreadable } from './cursor.ts';
import { effectsOf } from './effects.ts';
import type { Machine } from './machine.ts';
import { newCursor, readCommandLine, skipSeparators, takeSeparator } from './parse.ts';
import { programsOf } from './programs.ts';
import type { ScriptReading } from './reading.ts';
import { runShell } from './run.ts';

/** A script that takes more commands than this is not carried out to its end. */
const MOST_STEPS = 20_000;
/** After so many lines that cannot be read, each is read by itself. */
const MOST_FAILURES = 50;

export interface ScriptReader {
  readonly reading: ScriptReading;
  readonly machine: Machine;
  /** commands that may call iptables, carried out or not */
  readonly mentions: ShellNode[];
  failures: number;
  /** rules without a call; the first has been reported */
  strays: number;
}

export function scriptReader(reading: ScriptReading, given: ReadonlyMap<string, string>): ScriptReader {
  const { text } = reading.source;
  const shebang = /^\ufeff?#!.*/.exec(text)?.[0];
  const machine: Machine = {
    text,
    report: reading.report,
    given,
    variables: new Map(),
    functions: new Map(),
    arguments: givenArguments(given),
    locals: [],
    files: new Map(),
    exits: shebang !== undefined && /[ \t]-\w*e/.test(shebang),
    status: true,
    steps: MOST_STEPS,
    depth: 0,
    braces: shebang === undefined || /bash|zsh|ksh/.test(shebang),
    run: runShell,
    programs: programsOf(reading, () => machine),
  };
  return { reading, machine, mentions: [], failures: 0, strays: 0 };
}

/** `--set 1=start` */
function givenArguments(given: ReadonlyMap<string, string>): Machine['arguments'] {
  const values: string[] = [];
  for (let at = 1; given.has(String(at)); at++) values.push(given.get(String(at)) ?? '');
  return { values, open: values.length === 0 };
}

export function readScript(reader: ScriptReader, { start, end }: Span): void {
  const { text } = reader.reading.source;
  let cursor = newCursor(text, { start, end });
  while (cursor.at < end) {
    const from = cursor.at;
    const stop = logicalEnd(text, from, end);
    if (reader.failures > MOST_FAILURES && cursor.end !== stop) cursor = newCursor(text, { start: from, end: stop });
    try {
      const nodes = readLine(cursor);
      if (!nodes.every((node) => runOne(reader, node, end))) return;
    } catch (problem) {
      if (!(problem instanceof UnreadableScript)) throw problem;
      cannotRead(reader, problem, { from, to: cursor.at });
      cursor = newCursor(text, { start: Math.max(from + 1, logicalEnd(text, firstSign(text, from, end), end)), end });
      continue;
    }
    if (cursor.at >= cursor.end && cursor.end < end) cursor = newCursor(text, { start: cursor.end, end });
    if (cursor.at === from) return;
  }
}

/** Where the line that begins here ends, and those that a backslash joins to it. */
function logicalEnd(text: string, from: number, end: number): number {
  for (let at = from; ; ) {
    const newline = text.indexOf('\n', at);
    if (newline < 0 || newline >= end) return end;
    const before = text[newline - 1] === '\r' ? newline - 2 : newline - 1;
    if (before < from || text[before] !== '\\') return newline + 1;
    at = newline + 1;
  }
}

/** After empty lines and comments. */
function firstSign(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && (/\s/.test(text[at] as string) || text[at] === '#')) {
    if (text[at] !== '#') at++;
    else at = text.indexOf('\n', at) < 0 ? end : text.indexOf('\n', at);
  }
  return Math.max(from, Math.min(end - 1, at));
}

/** The commands of one line, however many lines it takes, with their here-documents. */
function readLine(cursor: Cursor): readonly ShellNode[] {
  const nodes: ShellNode[] = [];
  skipSeparators(cursor);
  while (cursor.at < cursor.end && lineEnd(cursor) === 0) {
    nodes.push(readCommandLine(cursor));
    skipBlanks(cursor);
    if (lineEnd(cursor) === 0 && cursor.at < cursor.end && !takeSeparator(cursor))
      throw unreadable(cursor, `cannot read \`${here(cursor)}\` here`);
    skipBlanks(cursor);
  }
  skipSeparators(cursor);
  return nodes;
}

/** False when the script ends here. */
function runOne(reader: ScriptReader, node: ShellNode, end: number): boolean {
  const { machine, reading } = reader;
  if (effectsOf(machine, [node]).calls) reader.mentions.push(node);
  if (isRule(machine.text, node)) {
    if (reader.strays++ > 0) return true;
    const finding = outsideTable(
      [{ text: machine.text.slice(node.start, node.start + 2), quoted: false, start: node.start, end: node.end }],
      node,
    );
    reading.report({ ...finding, span: { start: node.start, end: node.end } });
    return true;
  }
  const { flow } = machine.run(machine, node, { asked: false });
  if (flow?.kind !== 'exit' && flow?.kind !== 'return') return true;
  const left = machine.text.slice(node.end, end);
  if (machine.steps > 0 && /^[^#\n]*\bip6?tables(?:-\w+)*[ \t]/m.test(left)) {
    reading.report({
      kind: 'warning',
      code: 'script-call-not-reached',
      message: 'the script ends here: the calls of iptables after it are not carried out',
      span: { start: node.start, end: node.end },
    });
  }
  return false;
}

function isRule(text: string, { kind, start }: ShellNode): boolean {
  return kind === 'simple' && /^-[A-Z] /.test(text.slice(start, start + 3));
}

function cannotRead(reader: ScriptReader, problem: UnreadableScript, { from, to }: { readonly from: number; readonly to: number }): void {
  const { reading } = reader;
  reader.failures++;
  const { text } = reading.source;
  const start = firstSign(text, from, text.length);
  const end = Math.max(logicalEnd(text, start, text.length), to);
  const span = { start, end: Math.max(start, Math.min(end, logicalEnd(text, start, text.length)) - 1) };
  if (!/\bip6?tables\b/.test(text.slice(start, end)))
    reading.strangers.push({ kind: 'warning', code: 'script-other-line', message: 'this line is not a call of iptables', span });
  else
    reading.report({ kind: 'malformed', code: 'script-not-evaluated', message: problem.message, span: problem.span, help: problem.help });
}

/** What is left to say when all of the text was read. `hasErrors`: something was said that matters more. */
export function endScripts({ machine, reading, mentions }: ScriptReader, hasErrors: boolean): void {
  const silent = [...machine.functions.values()].filter(({ called, body }) => !called && effectsOf(machine, [body]).calls);
  const [first] = silent;
  const asked = machine.functions.get(machine.given.get('1') ?? '');
  if (reading.calls === 0 && first !== undefined && !hasErrors) {
    if (asked !== undefined) {
      asked.called = true;
      machine.arguments = { ...machine.arguments, values: machine.arguments.values.slice(1) };
      machine.run(machine, asked.body, { asked: false });
    } else {
      const names = silent.map(({ name }) => name);
      const help = `say which one runs with \`--set 1=${names.includes('start') ? 'start' : first.name}\`; there are ${names.join(', ')}`;
      reading.report({
        kind: 'malformed',
        code: 'script-call-not-reached',
        message: 'this script calls none of the functions that call iptables',
        span: nameOf(first),
        help,
      });
      return;
    }
  }
  for (const state of hasErrors ? [] : silent.filter(({ called }) => !called)) {
    reading.report({
      kind: 'warning',
      code: 'script-call-not-reached',
      message: `function \`${state.name}\` is never called: its calls of iptables are not carried out`,
      span: nameOf(state),
    });
  }
  const [mention] = mentions;
  if (reading.calls === 0 && mention !== undefined && first === undefined && !hasErrors) {
    const help = 'its conditions decide: give the values that they need with `--set NAME=VALUE`';
    reading.report({
      kind: 'malformed',
      code: 'script-call-not-reached',
      message: 'this script reaches no call of iptables',
      span: { start: mention.start, end: mention.end },
      help,
    });
  }
}

function nameOf({ name, span: { start } }: { readonly name: string; readonly span: Span }): Span {
  return { start, end: start + name.length };
}
