/** A text made of parts of a file, each of which keeps its place there. */
import type { Span } from '../text/source.ts';

/** A part, and where it stands in the file. */
export interface FilePiece extends Span {
  readonly text: string;
  /** each character of it stands in the file as it is; an escape sequence does not */
  readonly exact: boolean;
}

export function pieceText(pieces: readonly FilePiece[]): string {
  return pieces.length === 1 ? (pieces[0] as FilePiece).text : pieces.map(({ text }) => text).join('');
}

/** The characters from `from` up to `to`. */
export function slicePieces(pieces: readonly FilePiece[], from: number, to = Number.POSITIVE_INFINITY): readonly FilePiece[] {
  const kept: FilePiece[] = [];
  let at = 0;
  for (const piece of pieces) {
    const [start, end] = [Math.max(from - at, 0), Math.min(to - at, piece.text.length)];
    at += piece.text.length;
    if (start >= end) continue;
    const whole = start === 0 && end === piece.text.length;
    if (whole) kept.push(piece);
    else if (piece.exact)
      kept.push({ text: piece.text.slice(start, end), start: piece.start + start, end: piece.start + end, exact: true });
    else kept.push({ ...piece, text: piece.text.slice(start, end) });
  }
  return kept;
}

/** From places in the text that the pieces make to places in the file. */
export function placeInFile(pieces: readonly FilePiece[]): (span: Span) => Span {
  const starts: number[] = [];
  let length = 0;
  for (const { text } of pieces) {
    starts.push(length);
    length += text.length;
  }
  const at = (offset: number, isEnd: boolean): number => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= (isEnd ? offset - 1 : offset)) low = middle;
      else high = middle - 1;
    }
    const piece = pieces[low];
    if (piece === undefined) return 0;
    const shift = offset - (starts[low] as number);
    return piece.exact ? Math.min(piece.end, piece.start + shift) : isEnd ? piece.end : piece.start;
  };
  return ({ start, end }) => ({ start: at(start, false), end: at(Math.max(end, start), end > start) });
}
