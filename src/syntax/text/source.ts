/** Text with a name, and places in it. */
export interface Source {
  /** path as given, or `-` for standard input */
  readonly file: string;
  readonly text: string;
  /** in no file: written here, for the pod of a manifest */
  readonly rendered?: true;
  /** settings that it was rendered from: what people name and edit */
  readonly origin?: Source;
  /** of a virtual machine whose proxy's user is not given */
  readonly machine?: true;
  /** lines of the file that `text` has as another file of the same rules: counters of chains, dates (`likeTexts`) */
  readonly varied?: readonly string[];
}

/** The file that people know the text by. */
export function namedFile({ file, origin }: Source): string {
  return origin?.file ?? file;
}

/** Half-open range of UTF-16 offsets in a source text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Of a node, without what else it has. */
export function bareSpan({ start, end }: Span): Span {
  return { start, end };
}

export interface Position {
  /** 1-based */
  readonly line: number;
  /** 1-based, in UTF-16 units */
  readonly column: number;
}

/** Offsets of the line starts of `text`; a line ends at LF. */
export function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Position of an offset by binary search; `starts` comes from `lineStarts`. */
export function positionAt(starts: readonly number[], place: number): Position {
  const offset = Math.floor(place);
  let lo = 0;
  let hi = starts.length - 1;
  while (lo < hi) {
    const mid = (lo + hi + 1) >> 1;
    if ((starts[mid] as number) <= offset) lo = mid;
    else hi = mid - 1;
  }
  return { line: lo + 1, column: offset - (starts[lo] as number) + 1 };
}
