/** The second of two equal rules of a chain is a mistake, or the trace of a second run. */
import { groupBy } from '../../lib/groupBy.ts';
import { matchesNothing } from '../../netfilter/matchExpr.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Claim, Violation } from '../proof/claim.ts';

export const noDuplicateRule: Claim = {
  id: 'no-duplicate-rule',
  level: 'warning',
  statement: 'No rule occurs twice in its chain.',
  judge: ({ ruleset }) => {
    const equals: (readonly Rule[])[] = [];
    for (const { chains } of ruleset.tables.values()) {
      for (const { rules } of chains.values()) equals.push(...occurringTwice(rules));
    }
    // the second of each, then the third of each: what is cut off adds nothing
    const repeats = equals.flatMap((alike) => alike.slice(1).map((rule, index) => ({ rule, index, alike })));
    const sorted = repeats.toSorted((a, b) => a.index - b.index || a.rule.line - b.rule.line);
    const occurrences = new Map(sorted.map(({ rule, alike }) => [rule, alike]));
    const together = (rules: readonly Rule[]): string => reasonOf(new Set(rules.flatMap((rule) => [occurrences.get(rule) ?? []])));
    return { violations: sorted.map(({ rule }): Violation => ({ kind: 'rule', rule, why: '', together })), doubts: [] };
  },
};

/** A program that runs again writes all of its rules again: these are one mistake. */
function reasonOf(equals: ReadonlySet<readonly Rule[]>): string {
  const counts = [...equals].map(({ length }) => length);
  const [most, least] = [Math.max(...counts), Math.min(...counts)];
  const [first] = [...equals][0] ?? [];
  if (counts.length > 1) {
    return most === least
      ? `${counts.length} rules occur ${timesOf(most)} each, as if what writes them had run ${timesOf(most)}`
      : `${counts.length} rules occur more than once, some of them ${timesOf(most)}`;
  }
  const where = first === undefined ? '' : `rule ${first.number} of ${first.chain} in table ${first.table}`;
  return most === 2 ? `the same as ${where}` : `${where} occurs ${timesOf(most)}`;
}

function timesOf(count: number): string {
  return count === 2 ? 'twice' : `${count} times`;
}

/** Equal rules have equal targets, and a target is known before a rule's text is made. A rule that is not for this family is judged in the
 *  other. */
function occurringTwice(rules: readonly Rule[]): readonly (readonly Rule[])[] {
  return [...groupBy(rules, ({ target }) => target).values()]
    .filter(({ length }) => length > 1)
    .flatMap((alike) => [...groupBy(alike, ({ text }) => text).values()])
    .filter(([first, ...more]) => first !== undefined && more.length > 0 && !matchesNothing(first.match));
}
