/** The second of two equal rules of a chain is a mistake, or the trace of a second run. */
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Claim } from '../proof/claim.ts';
import { blaming } from './ofRules.ts';

export const noDuplicateRule: Claim = {
  id: 'no-duplicate-rule',
  level: 'warning',
  statement: 'No rule occurs twice in its chain.',
  judge: ({ ruleset }) => {
    const found: { readonly rule: Rule; readonly why: string }[] = [];
    for (const { chains } of ruleset.tables.values()) {
      for (const { rules } of chains.values()) {
        for (const alike of byTarget(rules)) {
          const first = new Map<string, Rule>();
          for (const rule of alike.length === 1 ? [] : alike) {
            const { text } = rule;
            const known = first.get(text);
            if (known === undefined) first.set(text, rule);
            else found.push({ rule, why: `the same as rule ${known.number} of ${rule.chain} in table ${rule.table}` });
          }
        }
      }
    }
    return blaming(found.toSorted((a, b) => a.rule.line - b.rule.line));
  },
};

/** Equal rules have equal targets, and a target is known before a rule's text is made. */
function byTarget(rules: readonly Rule[]): Iterable<readonly Rule[]> {
  const groups = new Map<string | undefined, Rule[]>();
  for (const rule of rules) {
    const known = groups.get(rule.target);
    if (known === undefined) groups.set(rule.target, [rule]);
    else known.push(rule);
  }
  return groups.values();
}
