/** Answers that are alike are said once, with whom else they are about. */
import { paragraph } from '../../lib/layout.ts';
import { printable } from '../../lib/printable.ts';
import type { Paint } from '../text/paint.ts';

/** Names that are shown of those that are answered as the first one is. */
const MOST_NAMES = 5;

/** `most`: how many names are listed; empty for no names. */
export function sameLines(
  others: readonly string[],
  { paint, width }: { readonly paint: Paint; readonly width: number },
  most = MOST_NAMES,
): readonly string[] {
  if (others.length === 0) return [];
  const names = others.slice(0, most).map(printable);
  const more = others.length - names.length;
  const text = `the same for ${others.length} more: ${names.join(', ')}${more > 0 ? ` and ${more} others` : ''}`;
  return [paint.dim(paragraph({ text, width, hang: 2 }))];
}
