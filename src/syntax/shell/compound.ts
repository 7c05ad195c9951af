/** Compound commands: if, for, while, case, groups and tests. POSIX shell, section 2.9.4; bash(1), Compound Commands */
import type { Arm, Branch, Compound, ShellNode, ShellWord, TestToken } from './ast.ts';
import { type Cursor, here, isAt, lineEnd, match, skipBlanks, unreadable, untilSign } from './cursor.ts';
import { arithmetic, readShellWord } from './words.ts';

/** The words and signs that open one; `((` and `[[` before their halves. */
export const COMPOUND = ['if', 'for', 'while', 'until', 'case', '{', '((', '(', '[['] as const;
type Opening = (typeof COMPOUND)[number];

/** Does this word, as a whole, stand at the cursor? A sign is one wherever it stands. */
export function wordIs(cursor: Cursor, word: string): boolean {
  if (!isAt(cursor, word)) return false;
  if (/^[();]/.test(word)) return true;
  const next = cursor.at + word.length < cursor.end ? cursor.text[cursor.at + word.length] : undefined;
  return next === undefined || /[\s;&|<>()]/.test(next);
}

function take(cursor: Cursor, word: string): void {
  if (!wordIs(cursor, word)) throw unreadable(cursor, `expected \`${word}\`, found ${found(cursor)}`);
  cursor.at += word.length;
}

function found(cursor: Cursor): string {
  const text = match(cursor, /[^\s;]{1,40}/y)?.[0];
  return text === undefined ? (cursor.at >= cursor.end ? 'the end' : 'the end of the line') : `\`${text}\``;
}

function skipLines(cursor: Cursor): void {
  for (skipBlanks(cursor); lineEnd(cursor) > 0; skipBlanks(cursor)) cursor.at += lineEnd(cursor);
}

export function readCompound(cursor: Cursor, opening: Opening): Compound {
  if (opening === '((') return { kind: 'arithmetic', text: arithmetic(cursor, 2) };
  cursor.at += opening.length;
  switch (opening) {
    case 'if':
      return readIf(cursor);
    case 'for':
      return readFor(cursor);
    case 'while':
    case 'until': {
      const condition = closed(cursor, 'do');
      return { kind: 'while', until: opening === 'until', condition, body: closed(cursor, 'done') };
    }
    case 'case':
      return readCase(cursor);
    case '{':
      return { kind: 'group', body: closed(cursor, '}') };
    case '(':
      return { kind: 'subshell', body: closed(cursor, ')') };
    case '[[':
      return { kind: 'test', tokens: readTest(cursor) };
  }
}

function closed(cursor: Cursor, word: string): readonly ShellNode[] {
  const body = cursor.list(cursor, [word]);
  take(cursor, word);
  return body;
}

function readIf(cursor: Cursor): Compound {
  const branches: Branch[] = [];
  for (;;) {
    const condition = closed(cursor, 'then');
    branches.push({ condition, body: cursor.list(cursor, ['elif', 'else', 'fi']) });
    if (!wordIs(cursor, 'elif')) break;
    take(cursor, 'elif');
  }
  if (!wordIs(cursor, 'else')) {
    take(cursor, 'fi');
    return { kind: 'if', branches, otherwise: [] };
  }
  take(cursor, 'else');
  return { kind: 'if', branches, otherwise: closed(cursor, 'fi') };
}

function readFor(cursor: Cursor): Compound {
  skipBlanks(cursor);
  if (isAt(cursor, '((')) {
    const clauses = arithmetic(cursor, 2).split(';');
    return { kind: 'count', clauses, body: loopBody(cursor) };
  }
  const name = match(cursor, /[A-Za-z_]\w{0,1000}/y)?.[0];
  if (name === undefined) throw unreadable(cursor, `expected the name of a variable, found ${found(cursor)}`);
  cursor.at += name.length;
  skipLines(cursor);
  if (!wordIs(cursor, 'in')) return { kind: 'for', name, body: loopBody(cursor) };
  cursor.at += 2;
  const words: ShellWord[] = [];
  for (skipBlanks(cursor); ; skipBlanks(cursor)) {
    const word = readShellWord(cursor);
    if (word === undefined) break;
    words.push(word);
  }
  return { kind: 'for', name, words, body: loopBody(cursor) };
}

function loopBody(cursor: Cursor): readonly ShellNode[] {
  skipBlanks(cursor);
  if (isAt(cursor, ';')) cursor.at++;
  skipLines(cursor);
  if (wordIs(cursor, '{')) {
    cursor.at++;
    return closed(cursor, '}');
  }
  take(cursor, 'do');
  return closed(cursor, 'done');
}

function readCase(cursor: Cursor): Compound {
  skipBlanks(cursor);
  const subject = readShellWord(cursor);
  if (subject === undefined) throw unreadable(cursor, `expected a word, found ${found(cursor)}`);
  skipLines(cursor);
  take(cursor, 'in');
  const arms: Arm[] = [];
  for (skipLines(cursor); !wordIs(cursor, 'esac'); skipLines(cursor)) arms.push(readArm(cursor));
  take(cursor, 'esac');
  return { kind: 'case', subject, arms };
}

function readArm(cursor: Cursor): Arm {
  const patterns: ShellWord[] = [];
  if (here(cursor) === '(') cursor.at++;
  for (;;) {
    skipBlanks(cursor);
    const pattern = readShellWord(cursor);
    if (pattern === undefined) throw unreadable(cursor, `expected a pattern, found ${found(cursor)}`);
    patterns.push(pattern);
    skipBlanks(cursor);
    if (here(cursor) !== '|') break;
    cursor.at++;
  }
  take(cursor, ')');
  const body = cursor.list(cursor, [';;', ';&', 'esac']);
  const end = match(cursor, /;;&|;;|;&/y)?.[0] ?? '';
  cursor.at += end.length;
  return { patterns, body, end };
}

function readTest(cursor: Cursor): readonly TestToken[] {
  const tokens: TestToken[] = [];
  for (;;) {
    skipLines(cursor);
    if (wordIs(cursor, ']]')) break;
    const operator = match(cursor, /&&|\|\||[<>()]/y)?.[0];
    const word = operator === undefined ? readShellWord(cursor) : undefined;
    if (operator !== undefined) {
      cursor.at += operator.length;
      tokens.push({ operator });
    } else if (word !== undefined) {
      tokens.push(word);
      const before = tokens.at(-1);
      if (before !== undefined && 'parts' in before && cursor.text.slice(before.start, before.end) === '=~')
        tokens.push(readExpression(cursor));
    } else throw unreadable(cursor, `expected \`]]\`, found ${found(cursor)}`);
  }
  cursor.at += 2;
  return tokens;
}

const BLANK = /\s/g;

/** What follows `=~`: blanks end it, brackets do not. */
function readExpression(cursor: Cursor): ShellWord {
  skipBlanks(cursor);
  const start = cursor.at;
  if (/["'$]/.test(here(cursor))) return readShellWord(cursor) ?? { parts: [], start, end: start };
  const text = untilSign(cursor, BLANK);
  cursor.at += text.length;
  return { parts: [{ kind: 'text', text, quoted: false }], start, end: cursor.at };
}
