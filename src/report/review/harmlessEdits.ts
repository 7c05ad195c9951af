/** Rules that were edited and change nothing: a reviewer sees them in the text, and is told that they do no harm. */
import { mergeBounds } from '../../connection/bounds.ts';
import { plural } from '../../lib/plural.ts';
import { boundsText } from '../text/bounds.ts';
import type { Review } from './review.ts';

const MOST_NAMES = 3;

/** `2 rules changed in net/pod.rules, behaviour equal (proved for whole connections over IPv4, the host given)`; undefined: there is none. */
export function harmlessEditsText({ subjects }: Pick<Review, 'subjects'>): string | undefined {
  const edited = subjects.flatMap(({ file, bounds, edits = 0 }) => (edits > 0 ? [{ file, bounds, edits }] : []));
  if (edited.length === 0) return undefined;
  const files = [...new Set(edited.map(({ file }) => file))];
  const more = files.length - MOST_NAMES;
  const names = `${files.slice(0, MOST_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const count = edited.reduce((sum, { edits }) => sum + edits, 0);
  const bounds = mergeBounds(edited.flatMap((one) => one.bounds ?? []));
  return `${plural(count, 'rule')} changed in ${names}, behaviour equal (proved for ${boundsText(bounds)})`;
}
