/** Which rulesets belong together: the families of one pod. */

import type { Verified } from '../prove/judge/verifyRules.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import type { Source } from '../syntax/text/source.ts';

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

/** One name for the files of each: rules of several pods in a file are `dumps.rules`, `dumps.rules (2)`. */
export function namesOfPods(
  pods: readonly (readonly Ruleset[])[],
  fileOf: (source: Source) => string,
): readonly { readonly name: string; readonly file: string }[] {
  const seen = new Map<string, number>();
  return pods.map((rulesets) => {
    const files = [...new Set(rulesets.map(({ source }) => fileOf(source)))];
    const count = (seen.get(files.join()) ?? 0) + 1;
    seen.set(files.join(), count);
    return { name: `${files.join(', ')}${count > 1 ? ` (${count})` : ''}`, file: files[0] ?? '' };
  });
}
