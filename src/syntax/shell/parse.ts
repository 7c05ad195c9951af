/** Commands of a script: lists, pipelines, simple commands, functions. POSIX shell, section 2.10 */
import type { Redirect, ShellAssignment, ShellNode, ShellWord, Simple } from './ast.ts';
import { COMPOUND, readCompound, wordIs } from './compound.ts';
import { type Cursor, here, isAt, lineEnd, literal, match, type OpenRedirect, skipBlanks, unreadable } from './cursor.ts';
import { atDump, readDump } from './dump.ts';
import { readPending } from './hereDocument.ts';
import { readShellWord } from './words.ts';

/** Deeper nests are not read: the reader calls itself. */
const MOST_DEPTH = 100;

export function newCursor(text: string, { start, end }: { readonly start: number; readonly end: number }): Cursor {
  return { text, at: start, end, depth: 0, pending: [], list: readShellList };
}

/** Blanks, comments, line ends and single semicolons between commands. */
export function skipSeparators(cursor: Cursor): void {
  for (;;) {
    skipBlanks(cursor);
    const ends = lineEnd(cursor);
    if (ends > 0) {
      cursor.at += ends;
      readPending(cursor);
    } else return;
  }
}

/** Commands up to one of `closing`, which is left where it is; at the end of the text when there is none. */
function readShellList(cursor: Cursor, closing: readonly string[]): readonly ShellNode[] {
  const nodes: ShellNode[] = [];
  if (++cursor.depth > MOST_DEPTH) throw unreadable(cursor, 'commands are nested too deep here');
  for (;;) {
    skipSeparators(cursor);
    if (closing.some((word) => wordIs(cursor, word))) break;
    if (cursor.at >= cursor.end) {
      if (closing.length === 0) break;
      throw unreadable(cursor, `expected ${closing.map((word) => `\`${word}\``).join(' or ')}, found the end`, Math.max(0, cursor.end - 1));
    }
    nodes.push(readCommandLine(cursor));
    skipBlanks(cursor);
    if (closing.some((word) => wordIs(cursor, word))) break;
    if (lineEnd(cursor) === 0 && cursor.at < cursor.end && !takeSeparator(cursor))
      throw unreadable(cursor, `cannot read \`${here(cursor)}\` here`);
  }
  cursor.depth--;
  return nodes;
}

/** `;` or `&`, but not a part of `;;` or `&&`. */
export function takeSeparator(cursor: Cursor): boolean {
  if ((!isAt(cursor, ';') && !isAt(cursor, '&')) || isAt(cursor, ';;') || isAt(cursor, '&&')) return false;
  cursor.at++;
  return true;
}

/** Pipelines joined by `&&` and `||`. */
export function readCommandLine(cursor: Cursor): ShellNode {
  if (atDump(cursor)) return readDump(cursor);
  const first = readPipeline(cursor);
  const rest: { readonly operator: '&&' | '||'; readonly node: ShellNode }[] = [];
  for (;;) {
    skipBlanks(cursor);
    const operator = isAt(cursor, '&&') ? '&&' : isAt(cursor, '||') ? '||' : undefined;
    if (operator === undefined) break;
    cursor.at += 2;
    skipSeparators(cursor);
    rest.push({ operator, node: readPipeline(cursor) });
  }
  return rest.length === 0 ? first : { kind: 'andOr', first, rest, start: first.start, end: cursor.at };
}

function readPipeline(cursor: Cursor): ShellNode {
  skipBlanks(cursor);
  const start = cursor.at;
  let negated = false;
  while (wordIs(cursor, '!') || wordIs(cursor, 'time')) {
    negated = wordIs(cursor, '!') !== negated;
    cursor.at += wordIs(cursor, '!') ? 1 : 4;
    skipBlanks(cursor);
  }
  const stages = [readOne(cursor)];
  for (skipBlanks(cursor); isAt(cursor, '|') && !isAt(cursor, '||'); skipBlanks(cursor)) {
    cursor.at += isAt(cursor, '|&') ? 2 : 1;
    skipSeparators(cursor);
    stages.push(readOne(cursor));
  }
  const [only] = stages;
  return stages.length === 1 && only !== undefined && !negated ? only : { kind: 'pipeline', negated, stages, start, end: cursor.at };
}

/** Names have bounds: without one a pattern runs out of stack in a word of megabytes. */
const DEFINITION =
  /(?:function[ \t]{1,100}([\w.:-]{1,1000})[ \t]{0,100}(?:\([ \t]{0,100}\))?|([\w.:-]{1,1000})[ \t]{0,100}\([ \t]{0,100}\))/y;

function readOne(cursor: Cursor): ShellNode {
  skipBlanks(cursor);
  const start = cursor.at;
  const defined = match(cursor, DEFINITION);
  const name = defined?.[1] ?? defined?.[2];
  if (defined !== undefined && name !== undefined) {
    cursor.at += defined[0].length;
    skipSeparators(cursor);
    const body = readOne(cursor);
    if (body.kind === 'simple') throw unreadable(cursor, `the body of \`${name}\` must stand between \`{\` and \`}\``, start);
    return { kind: 'function', name, body, start, end: cursor.at };
  }
  const opening = COMPOUND.find((word) => wordIs(cursor, word));
  if (opening === undefined) return readSimple(cursor);
  const compound = readCompound(cursor, opening);
  const redirects: Redirect[] = [];
  for (skipBlanks(cursor); readRedirect(cursor, redirects); skipBlanks(cursor));
  return { ...compound, redirects, start, end: cursor.at };
}

const ASSIGNMENT = /([A-Za-z_][A-Za-z0-9_]{0,1000})(\+?)=/y;
const PROMPT = /(?:\$|\[?[\w.-]{1,64}@[\w.-]{1,64}[^\n#$]{0,60}[#$])[ \t]{1,100}(?=\S)/y;
/** More are not read. */
const MOST_WORDS = 10_000;

function readSimple(cursor: Cursor): Simple {
  const isLineStart = /(?:^|\n)[ \t]*$/.test(cursor.text.slice(Math.max(0, cursor.at - 80), cursor.at));
  if (isLineStart) cursor.at += match(cursor, PROMPT)?.[0].length ?? 0;
  const start = cursor.at;
  const assignments: ShellAssignment[] = [];
  const words: ShellWord[] = [];
  const redirects: Redirect[] = [];
  let end = start;
  for (; ; end = cursor.at) {
    skipBlanks(cursor);
    if (readRedirect(cursor, redirects)) continue;
    const found = words.length === 0 || DECLARES.has(literal(words[0] as ShellWord) ?? '') ? match(cursor, ASSIGNMENT) : undefined;
    if (found !== undefined) assignments.push(readAssignment(cursor, found));
    else {
      const word = readShellWord(cursor);
      if (word === undefined) break;
      if (words.push(word) > MOST_WORDS) throw unreadable(cursor, `this command has more than ${MOST_WORDS} words`, start);
    }
  }
  if (cursor.at === start) throw unreadable(cursor, `cannot read \`${here(cursor) || 'the end'}\` here`);
  return { kind: 'simple', assignments, words, redirects, start, end };
}

/** Their arguments are assignments. */
const DECLARES = new Set(['export', 'readonly', 'local', 'declare', 'typeset']);

function readAssignment(cursor: Cursor, [all, name = '', append = '']: RegExpExecArray): ShellAssignment {
  const start = cursor.at;
  cursor.at += all.length;
  if (here(cursor) !== '(') {
    const value = readShellWord(cursor) ?? { parts: [], start: cursor.at, end: cursor.at };
    return { name, append: append !== '', value, start, end: cursor.at };
  }
  cursor.at++;
  const values: ShellWord[] = [];
  for (skipSeparators(cursor); here(cursor) !== ')'; skipSeparators(cursor)) {
    const word = readShellWord(cursor);
    if (word === undefined) throw unreadable(cursor, 'this list is never closed', start);
    values.push(word);
  }
  cursor.at++;
  return { name, append: append !== '', value: values, start, end: cursor.at };
}

const REDIRECT = /(\d*|\{\w+\})(<<-|<<<|<<|<&|<>|>>|>&|>\||&>>|&>|<|>)/y;

function readRedirect(cursor: Cursor, redirects: Redirect[]): boolean {
  const start = cursor.at;
  const [all, descriptor = '', operator = ''] = match(cursor, REDIRECT) ?? [];
  if (all === undefined) return false;
  cursor.at += all.length;
  if (here(cursor) === '(') throw unreadable(cursor, `cannot evaluate \`${operator}(\``, start);
  skipBlanks(cursor);
  const target = readShellWord(cursor);
  if (target === undefined) throw unreadable(cursor, `\`${operator}\` needs a file`, start);
  const redirect: OpenRedirect = { operator, target, start, end: cursor.at, ...(descriptor !== '' && { descriptor }) };
  if (operator === '<<' || operator === '<<-') {
    cursor.pending.push({
      delimiter: target.parts.map((part) => (part.kind === 'text' ? part.text : '')).join(''),
      literal: target.parts.some((part) => part.kind === 'text' && part.quoted),
      stripTabs: operator === '<<-',
      fill: (document) => {
        redirect.here = document;
      },
    });
  }
  redirects.push(redirect);
  return true;
}
