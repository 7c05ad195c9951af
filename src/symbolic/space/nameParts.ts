/** What the rules of a table ask about. Interface names fall into parts that no rule of a table distinguishes: the names it mentions, and what lies between them. */

import type { Interval } from '../../lib/intervals.ts';
import { eachMatch } from '../../netfilter/everyEffect.ts';
import { eachFieldLeaf, type FieldLeaf } from '../../netfilter/matchExpr.ts';
import type { Field } from '../../packet/fields.ts';
import { digestOf } from '../../ruleset/chainDigest.ts';
import type { Table } from '../../ruleset/ruleset.ts';

export interface NameParts {
  readonly iif: readonly Interval<string>[];
  readonly oif: readonly Interval<string>[];
}

export function nameParts(table: Table): NameParts {
  const ends = { iif: new Set<string>(), oif: new Set<string>() };
  const collect = (leaf: FieldLeaf): void => {
    if (leaf.kind !== 'in' || (leaf.field !== 'iif' && leaf.field !== 'oif')) return;
    for (const { lo, hi } of leaf.intervals) ends[leaf.field].add(String(lo)).add(String(hi));
  };
  const asking = [...table.chains.values()].filter(({ name }) =>
    digestOf(table, name).asks.some((field) => field === 'iif' || field === 'oif'),
  );
  for (const { rules } of asking) for (const rule of rules) eachMatch(rule, (match) => eachFieldLeaf(match, collect));
  return { iif: partsBetween(ends.iif), oif: partsBetween(ends.oif) };
}

/** Every field that some rule of the table asks about. */
export function askedFields(table: Table): ReadonlySet<Field> {
  return new Set([...table.chains.keys()].flatMap((name) => digestOf(table, name).asks));
}

/** Greater than every interface name. */
const LAST = '\uffff\uffff';

/** Each end by itself, and the names strictly between neighbours, written as the two neighbours. */
function partsBetween(ends: ReadonlySet<string>): readonly Interval<string>[] {
  const sorted = ['', ...[...ends].filter((end) => end !== '').sort(), LAST];
  return sorted.flatMap((end, index) => {
    const next = sorted[index + 1];
    return next === undefined ? [] : [...(end === '' ? [] : [{ lo: end, hi: end }]), { lo: end, hi: next }];
  });
}
