/** The word that was probably meant: a few letters away, or one that begins with it, or one that has all its parts. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const ranked = words.map((known) => ({ known, distance: distance(lower, known.toLowerCase()) })).sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  if (best !== undefined && best.distance <= Math.max(2, word.length / 3)) return best.known;
  if (word.length < 3) return undefined;
  const parts = lower.split('-');
  return words.find((known) => known.startsWith(lower)) ?? words.find((known) => parts.every((part) => known.split('-').includes(part)));
}

/** Edits between two words: insert, delete, replace. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
