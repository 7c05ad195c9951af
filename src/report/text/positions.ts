/** Lines and columns of places; the lines of a text are counted once. */
import { lineStarts, type Position, positionAt, type Source, type Span } from '../../syntax/text/source.ts';

const STARTS = new WeakMap<Source, readonly number[]>();

interface Placed {
  readonly source: Source;
  readonly span: Span;
}

export function positionOf({ source, span }: Placed): Position {
  return positionAt(startsOf(source), span.start);
}

/** After its last character. */
export function endPosition({ source, span }: Placed): Position {
  return positionAt(startsOf(source), Math.max(span.start, span.end));
}

function startsOf(source: Source): readonly number[] {
  const starts = STARTS.get(source) ?? lineStarts(source.text);
  STARTS.set(source, starts);
  return starts;
}
