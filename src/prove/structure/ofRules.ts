/** What claims on the structure of rules share. */
import type { Rule, Ruleset } from '../../ruleset/ruleset.ts';
import type { Judgement, Violation } from '../proof/claim.ts';

export function rulesInChains({ tables }: Ruleset): readonly Rule[] {
  return [...tables.values()].flatMap((table) => [...table.chains.values()].flatMap(({ rules }) => rules));
}

/** Rules that break a claim, each with the reason. */
export function blaming(violations: readonly { readonly rule: Rule | undefined; readonly why: string }[]): Judgement {
  return { violations: violations.map(({ rule, why }): Violation => ({ kind: 'rule', rule, why })), doubts: [] };
}
