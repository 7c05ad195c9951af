/** The word that was probably meant: a few letters away, or one that begins with it, or one that has all its parts. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const best = closest(word, words);
  if (best !== undefined && best.distance <= Math.max(2, word.length / 3)) return best.word;
  if (word.length < 3) return undefined;
  const lower = word.toLowerCase();
  const parts = lower.split('-');
  return words.find((known) => known.startsWith(lower)) ?? words.find((known) => parts.every((part) => known.split('-').includes(part)));
}

/** The word with the fewest edits, whatever the case of letters; undefined: there is no word. */
export function closest(word: string, words: readonly string[]): { readonly word: string; readonly distance: number } | undefined {
  const lower = word.toLowerCase();
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const known of words) {
    // no number of edits is less than the difference in length
    if (best !== undefined && Math.abs(known.length - word.length) >= best.distance) continue;
    const edits = distance(lower, known.toLowerCase(), best?.distance);
    if (best === undefined || edits < best.distance) best = { word: known, distance: edits };
  }
  return best;
}

/** Edits between two words: insert, delete, replace, and two neighbours that have changed places. With `most`: any number above it stands
 *  for all that are more. */
export function distance(a: string, b: string, most = Number.POSITIVE_INFINITY): number {
  if (Math.abs(a.length - b.length) > most) return Math.abs(a.length - b.length);
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : replace;
      next.push(Math.min(replace, swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    // what is to come adds edits, at best from the row before
    if (Math.min(...next) > most && Math.min(...row) > most) return most + 1;
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Names of which the word is a part, between their dashes; if there is none, anywhere in them. */
export function namesWith(word: string, names: readonly string[]): readonly string[] {
  const lower = word.toLowerCase();
  const whole = names.filter((name) => `-${name}-`.includes(`-${lower}-`));
  return lower === '' ? [] : whole.length > 0 ? whole : names.filter((name) => name.includes(lower));
}
