/** What is said of several subjects is said once. */

/** Notes of each subject by its name; one that not all of them have names those that do. */
export function mergeNotes(notes: readonly { readonly subject: string; readonly notes: readonly string[] }[]): readonly string[] {
  const subjects = new Map<string, Set<string>>();
  for (const { subject, notes: said } of notes) for (const note of said) subjects.set(note, (subjects.get(note) ?? new Set()).add(subject));
  return [...subjects].map(([note, names]) => (names.size === notes.length ? note : `${note} (${someOf([...names])})`));
}

const MOST_NAMES = 3;

function someOf(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return more <= 0 ? names.join(', ') : `${names.slice(0, MOST_NAMES).join(', ')} and ${more} more`;
}
