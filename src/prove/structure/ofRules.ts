/** What claims on the structure of rules share. */
import type { Rule, Ruleset, Table } from '../../ruleset/ruleset.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import type { Doubtful, Judgement, Level, Violation } from '../proof/claim.ts';

/** Rules that break a claim, each with the reason. */
export function blaming(
  violations: readonly { readonly rule: Rule | undefined; readonly why: string; readonly level?: Level }[],
): Judgement {
  return { violations: violations.map((one): Violation => ({ kind: 'rule', ...one })), doubts: [] };
}

/** Is only a part of the table in the text? Who calls its chains is not known then. */
export function isPart({ chains }: Table): boolean {
  return [...chains.values()].some(({ notShown }) => notShown);
}

/** What a claim about whole tables says of parts. */
export function doubtsOfParts({ tables }: Ruleset): readonly Doubtful[] {
  return [...tables.values()].filter(isPart).map((table) => {
    const rules = [...table.chains.values()].flatMap((chain) => (chain.notShown ? chain.rules : []));
    return { set: EMPTY, rules: rules.slice(0, 1), why: `the text shows a part of table ${table.name} only` };
  });
}
