/** Which part of a text an answer is about, where the text is not rules alone. */

import type { Assumption } from '../mesh/assumption.ts';
import { asksOrder } from '../ruleset/asWritten.ts';
import { everyRule } from '../ruleset/everyRule.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { namedFile } from '../syntax/text/source.ts';

/** One of each text: `the rules are lines 42 to 79 of a log; 2 blocks before that are not read`. */
export function excerptAssumptions(rulesets: readonly Ruleset[]): readonly Assumption[] {
  const order = rulesets.some((one) => one.backends !== undefined && everyRule(one).some(asksOrder));
  const twice = [...new Set(rulesets.flatMap(({ replaced = [] }) => replaced))];
  const second = twice.map(
    (table) => `table ${table} stands twice in the text, and the second takes the place of the first, as in iptables-restore`,
  );
  const says = [...excerptTexts(rulesets), ...(order ? [BOTH_BACKENDS] : []), ...second];
  return says.map((one) => ({ about: 'rules', says: one, options: [] }));
}

const BOTH_BACKENDS =
  'iptables-legacy and iptables-nft both have rules here, and both decide; the one that was loaded last is asked first, which no dump shows: either may be';

/** Parts of texts, as sentences. */
export function excerptTexts(rulesets: readonly Ruleset[]): readonly string[] {
  const files = [...new Set(rulesets.filter(({ excerpt }) => excerpt !== undefined).map(({ source }) => namedFile(source)))];
  return files.map((file) => {
    const parts = rulesets.filter(({ source, excerpt }) => namedFile(source) === file && excerpt !== undefined);
    const [first] = parts;
    const several = new Set(parts.map(({ family }) => family)).size > 1;
    const lines = [...new Set(parts.map(({ family, excerpt }) => `${excerpt?.lines}${several ? ` (IPv${family})` : ''}`))];
    const whose = files.length > 1 ? ` in ${file}` : '';
    const noun = lines.length === 1 && /^\d+$/.test(first?.excerpt?.lines ?? '') ? 'line' : 'lines';
    return `the rules${whose} are ${noun} ${lines.join(' and ')} of ${first?.excerpt?.of}${first?.excerpt?.left ?? ''}`;
  });
}
