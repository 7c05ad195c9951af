/** Here-documents: the lines after a command that are its input. POSIX shell, section 2.7.4 */
import type { ShellWord } from './ast.ts';
import { type Cursor, type PendingHere, UnreadableScript } from './cursor.ts';
import { readHereLine } from './words.ts';

/** Reads the here-documents that begin at this line. */
export function readPending(cursor: Cursor): void {
  for (const pending of cursor.pending.splice(0)) readOne(cursor, pending);
}

function readOne(cursor: Cursor, pending: PendingHere): void {
  const from = cursor.at;
  const lines: { readonly start: number; readonly end: number; readonly next: number }[] = [];
  /** pasted text is often indented as a whole: a line that is the end word but for blanks ends it, too, where no other does */
  let indented: { readonly count: number; readonly next: number } | undefined;
  for (let start = from; start < cursor.end; ) {
    const newline = cursor.text.indexOf('\n', start);
    const next = newline < 0 || newline >= cursor.end ? cursor.end : newline + 1;
    const end = newline < 0 || newline >= cursor.end ? cursor.end : cursor.text[newline - 1] === '\r' ? newline - 1 : newline;
    const content = cursor.text.slice(start, end);
    if ((pending.stripTabs ? content.replace(/^\t+/, '') : content) === pending.delimiter) {
      finish(cursor, { pending, lines, next });
      return;
    }
    if (content.trim() === pending.delimiter) indented ??= { count: lines.length, next };
    lines.push({ start, end, next });
    start = next;
  }
  if (indented === undefined)
    throw new UnreadableScript(`this here-document is never ended by \`${pending.delimiter}\``, {
      start: Math.max(0, from - 1),
      end: from,
    });
  finish(cursor, { pending, lines: lines.slice(0, indented.count), next: indented.next });
}

interface Finished {
  readonly pending: PendingHere;
  readonly lines: readonly { readonly start: number; readonly end: number }[];
  readonly next: number;
}

function finish(cursor: Cursor, { pending, lines, next }: Finished): void {
  pending.fill({ lines: lines.map((line) => readLine(cursor, pending, line)) });
  cursor.at = next;
}

function readLine(
  cursor: Cursor,
  { literal, stripTabs }: PendingHere,
  { start, end }: { readonly start: number; readonly end: number },
): ShellWord {
  const from = stripTabs ? start + (/^\t*/.exec(cursor.text.slice(start, end))?.[0].length ?? 0) : start;
  const text = cursor.text.slice(from, end);
  if (literal || !/[\\$`]/.test(text)) return { parts: [{ kind: 'text', text, quoted: true }], start: from, end };
  return readHereLine({ ...cursor, at: from, end, pending: [] });
}
