/** The text that the rules of an answer come from. */
import { type Counters, countersOf } from '../../ruleset/counters.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Source } from '../../syntax/text/source.ts';

export interface AnsweredRules {
  readonly file: string;
  readonly source: Source | undefined;
}

/** As a key of the rule's object, where its text has counters. */
export function countersIn(rule: Rule, { source }: AnsweredRules): { readonly counters?: Counters } {
  const counters = source && countersOf(source, rule);
  return counters === undefined ? {} : { counters };
}
