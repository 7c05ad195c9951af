/** Physical lines of a text, without their ends. */
import type { Span } from './source.ts';

export interface Line extends Span {
  /** 1-based */
  readonly number: number;
}

/** May be walked more than once. */
export function linesOf(text: string, from: number): Iterable<Line> {
  return { [Symbol.iterator]: () => walk(text, from) };
}

function* walk(text: string, from: number): Generator<Line> {
  let number = 1;
  for (let start = from; start < text.length; number++) {
    const newline = text.indexOf('\n', start);
    const stop = newline < 0 ? text.length : newline;
    yield { number, start, end: trimReturn(text, start, stop) };
    start = stop + 1;
  }
}

function trimReturn(text: string, start: number, end: number): number {
  return end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
}
