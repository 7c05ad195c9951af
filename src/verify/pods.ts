/** Which rulesets belong together: the families of one pod. */
import type { Ruleset } from '../ruleset/ruleset.ts';

/** Those of one file; and two files, when one is all IPv4 and the other all IPv6. */
export function podsOf(rulesets: readonly Ruleset[]): readonly (readonly Ruleset[])[] {
  const byFile = new Map<Ruleset['source'], Ruleset[]>();
  for (const ruleset of rulesets) byFile.set(ruleset.source, [...(byFile.get(ruleset.source) ?? []), ruleset]);
  const files = [...byFile.values()];
  const families = files.map((pod) => pod.map(({ family }) => family).join());
  return files.length === 2 && families.toSorted().join(' ') === '4 6' ? [files.flat()] : files;
}
