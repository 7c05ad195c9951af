/** Words of a script: quotes, escapes, and what begins with `$` or a backquote. POSIX shell, sections 2.2 and 2.6 */
import type { Edit, ShellWord, WordPart } from './ast.ts';
import { type Cursor, here, isAt, match, UnreadableScript, unreadable, untilSign } from './cursor.ts';

/** What ends a word outside of quotes; a part of one in double quotes, in a here-document, in braces. */
const WORD_ENDS = /[\s'"\\$`;&|<>()]/g;
const QUOTE_ENDS = /["\\$`]/g;
const HERE_ENDS = /[\\$`]/g;
const BACKQUOTE_ENDS = /[`\\]/g;
const BRACE_ENDS = /['"\\$`}]/g;
const NAME = /[A-Za-z_][A-Za-z0-9_]{0,1000}|\d|[@*#?$!-]/y;

/** The word at the cursor; undefined when none begins here. */
export function readShellWord(cursor: Cursor): ShellWord | undefined {
  const start = cursor.at;
  const parts: WordPart[] = [];
  while (cursor.at < cursor.end && readPart(cursor, parts));
  return cursor.at === start ? undefined : { parts, start, end: cursor.at };
}

function readPart(cursor: Cursor, parts: WordPart[]): boolean {
  const plain = untilSign(cursor, WORD_ENDS);
  if (plain !== '') {
    cursor.at += plain.length;
    parts.push({ kind: 'text', text: plain, quoted: false });
    return true;
  }
  switch (here(cursor)) {
    case "'":
      parts.push({ kind: 'text', text: upTo(cursor, "'"), quoted: true });
      return true;
    case '"':
      readDouble(cursor, parts);
      return true;
    case '$':
    case '`':
      readDollar(cursor, parts, false);
      return true;
    case '\\': {
      const joined = match(cursor, /\\\r?\n/y)?.[0];
      if (joined === undefined) parts.push({ kind: 'text', text: cursor.text.slice(cursor.at + 1, cursor.at + 2), quoted: true });
      cursor.at = Math.min(cursor.end, cursor.at + (joined?.length ?? 2));
      return true;
    }
    default:
      return false;
  }
}

/** What stands between the sign at the cursor and the next `close`. */
function upTo(cursor: Cursor, close: string): string {
  const from = cursor.at;
  const stop = cursor.text.indexOf(close, from + 1);
  if (stop < 0 || stop >= cursor.end) throw neverClosed(cursor, from, close);
  cursor.at = stop + 1;
  return cursor.text.slice(from + 1, stop);
}

function neverClosed(cursor: Cursor, from: number, close: string): UnreadableScript {
  cursor.at = from + 1;
  const what = close === "'" || close === '"' ? 'quote' : `\`${cursor.text[from]}\``;
  return new UnreadableScript(`this ${what} is never closed`, { start: from, end: from + 1 }, `close it with \`${close}\``);
}

function readDouble(cursor: Cursor, parts: WordPart[]): void {
  const from = cursor.at++;
  parts.push({ kind: 'text', text: '', quoted: true });
  while (here(cursor) !== '"') {
    if (cursor.at >= cursor.end) throw neverClosed(cursor, from, '"');
    readInner(cursor, parts, '"');
  }
  cursor.at++;
}

/** A part of a double-quoted text or of a here-document; `also` is what a backslash takes besides `$`, a backquote and itself. */
function readInner(cursor: Cursor, parts: WordPart[], also: string): void {
  const plain = untilSign(cursor, also === '"' ? QUOTE_ENDS : HERE_ENDS);
  if (plain !== '') {
    cursor.at += plain.length;
    parts.push({ kind: 'text', text: plain, quoted: true });
  } else if (here(cursor) === '\\') {
    const joined = match(cursor, /\\\r?\n/y)?.[0];
    const next = cursor.text[cursor.at + 1] ?? '';
    if (joined === undefined)
      parts.push({ kind: 'text', text: `$\`\\${also}`.includes(next) && next !== '' ? next : `\\${next}`, quoted: true });
    cursor.at = Math.min(cursor.end, cursor.at + (joined?.length ?? 2));
  } else readDollar(cursor, parts, true);
}

/** A line of a here-document whose end word is not quoted. */
export function readHereLine(cursor: Cursor): ShellWord {
  const start = cursor.at;
  const parts: WordPart[] = [];
  while (cursor.at < cursor.end) readInner(cursor, parts, '');
  return { parts, start, end: cursor.at };
}

/** Where the backquote is that ends the one at the cursor: a backslash takes the next character. */
function closingBackquote({ text, at, end }: Cursor): number | undefined {
  BACKQUOTE_ENDS.lastIndex = at + 1;
  for (let found = BACKQUOTE_ENDS.exec(text); found !== null && found.index < end; found = BACKQUOTE_ENDS.exec(text)) {
    if (found[0] === '`') return found.index;
    BACKQUOTE_ENDS.lastIndex = found.index + 2;
  }
  return undefined;
}

function readDollar(cursor: Cursor, parts: WordPart[], quoted: boolean): void {
  const start = cursor.at;
  const span = (): { readonly start: number; readonly end: number } => ({ start, end: cursor.at });
  if (here(cursor) === '`') {
    const close = closingBackquote(cursor);
    if (close === undefined) throw neverClosed(cursor, start, '`');
    const list = inside(cursor, { from: start + 1, to: close });
    cursor.at = close + 1;
    parts.push({ kind: 'command', list, quoted, ...span() });
  } else if (isAt(cursor, '$((')) {
    const text = arithmetic(cursor, 3);
    parts.push({ kind: 'arithmetic', text, quoted, ...span() });
  } else if (isAt(cursor, '$(')) {
    cursor.at += 2;
    const list = cursor.list(cursor, [')']);
    cursor.at++;
    parts.push({ kind: 'command', list, quoted, ...span() });
  } else if (isAt(cursor, '${')) parts.push(braced(cursor, quoted));
  else if (!quoted && isAt(cursor, "$'")) {
    cursor.at++;
    parts.push({ kind: 'text', text: unescaped(upTo(cursor, "'")), quoted: true });
  } else {
    cursor.at++;
    const name = match(cursor, NAME)?.[0];
    if (name === undefined) parts.push({ kind: 'text', text: '$', quoted });
    else {
      cursor.at += name.length;
      parts.push({ kind: 'parameter', name, quoted, ...span() });
    }
  }
}

function inside(cursor: Cursor, { from, to }: { readonly from: number; readonly to: number }): ReturnType<Cursor['list']> {
  return cursor.list({ ...cursor, at: from, end: to, pending: [] }, []);
}

/** The text between `((` and `))`; `skip` characters open it. */
export function arithmetic(cursor: Cursor, skip: number): string {
  const from = cursor.at;
  let depth = 0;
  for (cursor.at += skip; cursor.at < cursor.end; cursor.at++) {
    const sign = here(cursor);
    if (sign === '(') depth++;
    else if (sign === ')' && depth > 0) depth--;
    else if (isAt(cursor, '))')) {
      cursor.at += 2;
      return cursor.text.slice(from + skip, cursor.at - 2);
    } else if (sign === ')') break;
  }
  throw neverClosed(cursor, from, '))');
}

/** `${NAME}`, `${#NAME}`, `${NAME:-WORD}` and their like */
function braced(cursor: Cursor, quoted: boolean): WordPart {
  const start = cursor.at;
  cursor.at += 2;
  const length = isAt(cursor, '#') && !isAt(cursor, '#}') && !isAt(cursor, '#:');
  if (length) cursor.at++;
  const name = match(cursor, /(?:[A-Za-z_][A-Za-z0-9_]{0,1000}(?:\[[@*\d]{1,20}\])?|\d{1,20}|[@*#?$!-])/y)?.[0];
  if (name === undefined) {
    throw new UnreadableScript('cannot read what follows `${`', { start, end: Math.min(cursor.at + 1, cursor.end) });
  }
  cursor.at += name.length;
  const operator = length ? 'length' : (match(cursor, /:?[-=+?]|%%?|##?/y)?.[0] ?? (here(cursor) === '}' ? '' : 'other'));
  if (!length && operator !== 'other') cursor.at += operator.length;
  const word = bracedWord(cursor, start);
  const edit: Edit | undefined = operator === '' ? undefined : { operator, word };
  return { kind: 'parameter', name, quoted, ...(edit && { edit }), start, end: cursor.at };
}

/** Up to the `}` that closes. */
function bracedWord(cursor: Cursor, open: number): ShellWord {
  const start = cursor.at;
  const parts: WordPart[] = [];
  while (here(cursor) !== '}') {
    if (cursor.at >= cursor.end) throw neverClosed(cursor, open, '}');
    const plain = untilSign(cursor, BRACE_ENDS);
    if (plain !== '') {
      cursor.at += plain.length;
      parts.push({ kind: 'text', text: plain, quoted: false });
    } else if (!readPart(cursor, parts)) throw unreadable(cursor, `cannot read \`${here(cursor)}\` here`);
  }
  const word = { parts, start, end: cursor.at };
  cursor.at++;
  return word;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' };

/** Backslashes as `$'...'`, `printf` and `echo -e` take them. */
export function unescaped(text: string): string {
  return text.replace(/\\([ntr\\'"])/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}
