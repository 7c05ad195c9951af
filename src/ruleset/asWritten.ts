/** What stands in the texts of two backends, and what was added to ask both. */
import type { Rule, Ruleset } from './ruleset.ts';

/** The order of the backends is not a rule of the ruleset. */
export function asksOrder({ clauses }: Rule): boolean {
  return clauses[0]?.text === LOADED_LAST;
}

export const LOADED_LAST = 'whether iptables-nft was loaded last';

/** One ruleset for each backend: what is said of the text of rules is said of them as they were written. */
export function asWritten(ruleset: Ruleset): readonly Ruleset[] {
  const { backends } = ruleset;
  return backends === undefined ? [ruleset] : [backends.nft, backends.legacy];
}
