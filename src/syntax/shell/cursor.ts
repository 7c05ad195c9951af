/** A place in the text of a script, and what is skipped between words. */
import type { Span } from '../text/source.ts';
import type { HereDocument, Redirect, ShellNode, ShellWord } from './ast.ts';

/** Mutable while a script is read. */
export interface Cursor {
  readonly text: string;
  at: number;
  readonly end: number;
  /** how deep commands are nested here */
  depth: number;
  /** here-documents whose text begins at the next line */
  readonly pending: PendingHere[];
  /** reads commands up to a word or sign that closes them; here because words contain commands */
  readonly list: (cursor: Cursor, closing: readonly string[]) => readonly ShellNode[];
}

export interface PendingHere {
  readonly delimiter: string;
  readonly literal: boolean;
  readonly stripTabs: boolean;
  readonly fill: (here: HereDocument) => void;
}

export type OpenRedirect = { -readonly [Name in keyof Redirect]: Redirect[Name] };

/** Why a script cannot be read. */
export class UnreadableScript extends Error {
  readonly span: Span;
  readonly help: string | undefined;

  constructor(message: string, span: Span, help?: string) {
    super(message);
    this.span = span;
    this.help = help;
  }
}

export function unreadable(cursor: Cursor, message: string, from = cursor.at): UnreadableScript {
  return new UnreadableScript(message, { start: from, end: Math.min(cursor.end, Math.max(from + 1, cursor.at)) });
}

export function isAt(cursor: Cursor, text: string): boolean {
  return cursor.at + text.length <= cursor.end && cursor.text.startsWith(text, cursor.at);
}

/** The character at the cursor; nothing at the end. */
export function here({ text, at, end }: Cursor): string {
  return at < end ? (text[at] as string) : '';
}

export function match(cursor: Cursor, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text);
  return found === null || cursor.at + found[0].length > cursor.end ? undefined : found;
}

/** The text from the cursor to the next sign; empty where a sign is at the cursor. It searches for the sign, since a pattern that matches one
 *  character after another can run out of stack in a text of megabytes. `sign` has the flag g. */
export function untilSign({ text, at, end }: Cursor, sign: RegExp): string {
  sign.lastIndex = at;
  return text.slice(at, Math.min(sign.exec(text)?.index ?? end, end));
}

/** Length of the line end at the cursor: 0, 1, or 2 for CRLF. */
export function lineEnd(cursor: Cursor): number {
  return isAt(cursor, '\n') ? 1 : isAt(cursor, '\r\n') ? 2 : 0;
}

/** Blanks, joined lines and a comment. */
export function skipBlanks(cursor: Cursor): void {
  for (;;) {
    for (let skipped = true; skipped; ) {
      const length = match(cursor, /[ \t]{1,1000}|\\\r?\n/y)?.[0].length ?? 0;
      cursor.at += length;
      skipped = length > 0;
    }
    if (here(cursor) !== '#') return;
    const stop = cursor.text.indexOf('\n', cursor.at);
    cursor.at = Math.min(cursor.end, stop < 0 ? cursor.end : stop);
    if (cursor.text[cursor.at - 1] === '\r') cursor.at--;
  }
}

/** The literal text of a word, quotes undone; undefined when it has more than text. */
export function literal({ parts }: ShellWord): string | undefined {
  let text = '';
  for (const part of parts) {
    if (part.kind !== 'text') return undefined;
    text += part.text;
  }
  return text;
}
