/** Text in a column: wrapped, or cut where it would be too long or too high. */
import { wrap } from '../../lib/layout.ts';
import { printable } from '../../lib/printable.ts';

/** No line is wider than `width`, and there are at most `most`; the last then ends in `...`. */
export function fitted(text: string, { width, most }: { readonly width: number; readonly most: number }): readonly string[] {
  const lines = wrap(printable(text), width)
    .flatMap((line) => pieces(line, width))
    .map(shown);
  if (lines.length <= most) return lines;
  const last = lines[most - 1] ?? '';
  return [...lines.slice(0, most - 1), shown(`${last.slice(0, width - CUT.length - 1)} ${CUT}`.trimStart())];
}

const CUT = '...';

/** Half a character, which a cut may leave, is not text. */
function shown(line: string): string {
  return line.replaceAll(GLUE, ' ').replaceAll(/\p{Surrogate}|[\ufffe\uffff]/gu, '?');
}

/** A word that is wider than the column goes on below. */
function pieces(line: string, width: number): readonly string[] {
  if (line.length <= width) return [line];
  if (line.includes(GLUE)) return wrap(line.replaceAll(GLUE, ' '), width).flatMap((part) => pieces(part, width));
  return Array.from({ length: Math.ceil(line.length / width) }, (_, at) => line.slice(at * width, (at + 1) * width).trim());
}

/** A blank at which no line ends. */
const GLUE = '\u00a0';

/** The parts of a text that belong together stay on one line where there is room. */
export function keptWhole(parts: readonly string[]): string {
  return parts.map((part) => part.replaceAll(' ', GLUE)).join(' ');
}
