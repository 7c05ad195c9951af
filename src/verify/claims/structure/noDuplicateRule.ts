/** The second of two equal rules of a chain is a mistake of whoever wrote it, or the trace of a second run. */
import type { Rule } from '../../../ruleset/ruleset.ts';
import type { Claim } from '../../claim.ts';
import { blaming } from './rules.ts';

export const noDuplicateRule: Claim = {
  id: 'no-duplicate-rule',
  level: 'warning',
  statement: 'No rule stands twice in its chain.',
  judge: ({ ruleset }) => {
    const found: { readonly rule: Rule; readonly why: string }[] = [];
    for (const { chains } of ruleset.tables.values()) {
      for (const { rules } of chains.values()) {
        const first = new Map<string, Rule>();
        for (const rule of rules) {
          const known = first.get(rule.text);
          if (known === undefined) first.set(rule.text, rule);
          else found.push({ rule, why: `the same as rule ${known.number} of ${rule.chain} in table ${rule.table}` });
        }
      }
    }
    return blaming(found);
  },
};
