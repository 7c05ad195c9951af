/** Lines and columns of places; the lines of a text are counted once. */
import { lineStarts, type Position, positionAt, type Source, type Span } from '../syntax/source.ts';

const STARTS = new WeakMap<Source, readonly number[]>();

export function positionOf({ source, span }: { readonly source: Source; readonly span: Span }): Position {
  const starts = STARTS.get(source) ?? lineStarts(source.text);
  STARTS.set(source, starts);
  return positionAt(starts, span.start);
}
