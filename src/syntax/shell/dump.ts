/** Table blocks of a dump between the commands of a text, as people paste them. */
import type { ShellNode } from './ast.ts';
import type { Cursor } from './cursor.ts';

const TABLE = /\*[ \t]*[a-z]+[ \t]*(?=\r?$)/my;
/** What may stand between two blocks: comments, blank lines, calls that print the next one. */
const BETWEEN =
  /(?:(?:#.*|[ \t]*|(?:\S+[ \t]+){0,12}(?:\/\S*\/)?ip6?tables(?:-nft|-legacy)?-save(?:[ \t]+\S+)*[ \t]*)\r?\n)*(?=\*[ \t]*[a-z]+[ \t]*\r?$)/my;

/** Is the cursor where a table block begins, or the comments above one? */
export function atDump(cursor: Cursor): boolean {
  return blockStart(cursor) !== undefined;
}

function blockStart({ text, at }: Cursor): number | undefined {
  if (at > 0 && text[at - 1] !== '\n') return undefined;
  TABLE.lastIndex = at;
  if (TABLE.test(text)) return at;
  return undefined;
}

/** The comment lines right above, which may say who printed the block. */
function commentsAbove(text: string, at: number, from: number): number {
  let start = at;
  for (;;) {
    const before = text.lastIndexOf('\n', start - 2) + 1;
    if (start - 1 < from || before < from || before >= start || text[before] !== '#') return start;
    start = before;
  }
}

/** The blocks from the cursor on, each up to its COMMIT. */
export function readDump(cursor: Cursor): ShellNode {
  const start = commentsAbove(cursor.text, cursor.at, 0);
  for (;;) {
    const commit = /^[ \t]*COMMIT.*$/gm;
    commit.lastIndex = cursor.at;
    const found = commit.exec(cursor.text);
    if (found === null || found.index >= cursor.end) {
      cursor.at = cursor.end;
      break;
    }
    cursor.at = Math.min(cursor.end, found.index + found[0].length);
    const next = cursor.text.indexOf('\n', cursor.at);
    if (next < 0 || next + 1 >= cursor.end) break;
    BETWEEN.lastIndex = next + 1;
    const between = BETWEEN.exec(cursor.text);
    if (between === null || next + 1 + between[0].length >= cursor.end) break;
    cursor.at = next + 1 + between[0].length;
  }
  if (cursor.text[cursor.at - 1] === '\r') cursor.at--;
  return { kind: 'dump', start, end: cursor.at };
}
