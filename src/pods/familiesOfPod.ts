/** Which rulesets belong together: the families of one pod. */

import type { Verified } from '../prove/judge/verifyRules.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';

/** Those of one file; and two files, when one is all IPv4 and the other all IPv6. */
export function podsOf(rulesets: readonly Ruleset[]): readonly (readonly Ruleset[])[] {
  const byFile = new Map<Ruleset['source'], Ruleset[]>();
  for (const ruleset of rulesets) byFile.set(ruleset.source, [...(byFile.get(ruleset.source) ?? []), ruleset]);
  const files = [...byFile.values()];
  const families = files.map((pod) => pod.map(({ family }) => family).join());
  return files.length === 2 && families.toSorted().join(' ') === '4 6' ? [files.flat()] : files;
}

/** The verdicts on equal rules of another file: what is said of the lines of one is true of those of the other. */
export function inOtherFile(known: Verified, pod: readonly Ruleset[]): Verified {
  const rulesets = known.rulesets.map((one) => pod.find(({ family }) => family === one.family) ?? one);
  const renamed = (note: string): string => {
    const at = known.rulesets.findIndex(({ source }) => note.includes(`(${source.file}:`));
    return at < 0 ? note : note.replace(`(${known.rulesets[at]?.source.file}:`, () => `(${rulesets[at]?.source.file}:`);
  };
  return { ...known, rulesets, notes: known.notes.map(renamed) };
}
