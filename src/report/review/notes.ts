/** What is said of several subjects is said once. */

import { assumptionTexts, TURNING } from '../../mesh/assumption.ts';
import type { Review } from './review.ts';

/** Notes of each subject by its name; one that not all of them have names those that do. */
export function mergeNotes(notes: readonly { readonly subject: string; readonly notes: readonly string[] }[]): readonly string[] {
  const subjects = new Map<string, Set<string>>();
  for (const { subject, notes: said } of notes) for (const note of said) subjects.set(note, (subjects.get(note) ?? new Set()).add(subject));
  return [...subjects].map(([note, names]) => (names.size === notes.length ? note : `${note} (${someOf([...names])})`));
}

/** What the subjects of a review rest on, each once: what turns answers round, or else what may be folded. */
export function assumedIn({ subjects }: Pick<Review, 'subjects'>, turning: boolean): readonly string[] {
  const resting = subjects.filter(({ assumptions }) => assumptions !== undefined);
  return mergeNotes(
    resting.map(({ name, assumptions = [] }) => {
      const own = assumptions.filter(({ about }) => TURNING.includes(about) === turning);
      return { subject: name, notes: assumptionTexts(own) };
    }),
  );
}

const MOST_NAMES = 3;

function someOf(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return more <= 0 ? names.join(', ') : `${names.slice(0, MOST_NAMES).join(', ')} and ${more} more`;
}
