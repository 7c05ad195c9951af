/** A line of a source text with a caret below the part that is meant. */

import { printable } from '../../lib/printable.ts';
import type { Source, Span } from '../../syntax/text/source.ts';
import { lineStarts, positionAt } from '../../syntax/text/source.ts';

export interface Framed {
  readonly source: Source;
  readonly span: Span;
  readonly width: number;
}

export interface Frame {
  readonly code: string;
  readonly caret: string;
}

/** The line in which the span starts, cut to the width around it; none for an empty line. */
export function codeFrame({ source, span, width }: Framed): Frame | undefined {
  const { line, column } = positionAt(startsOf(source), span.start);
  const lineStart = span.start - (column - 1);
  const feed = source.text.indexOf('\n', lineStart);
  const lineEnd = feed < 0 ? source.text.length : feed;
  if (lineEnd === lineStart) return undefined;
  const gutter = `${String(line).padStart(5)} | `;
  const room = Math.max(40, width - gutter.length);
  const long = lineEnd - lineStart > room;
  const from = long ? Math.max(lineStart, Math.min(span.start - Math.floor(room / 3), lineEnd - room)) : lineStart;
  const to = Math.min(lineEnd, from + room);
  const before = from > lineStart ? '...' : '';
  const after = to < lineEnd ? '...' : '';
  const shown = source.text.slice(from + before.length, Math.max(from, to - after.length)).replace(/\r$/, '');
  const caretEnd = Math.max(span.start + 1, Math.min(span.end, to - after.length));
  return {
    code: `${gutter}${before}${printable(shown)}${after}`,
    caret: `${' '.repeat(5)} | ${' '.repeat(span.start - from)}${'^'.repeat(caretEnd - span.start)}`,
  };
}

const known = new WeakMap<Source, readonly number[]>();

function startsOf(source: Source): readonly number[] {
  const starts = known.get(source) ?? lineStarts(source.text);
  known.set(source, starts);
  return starts;
}
