/** What the rules of a table ask about. Interface names fall into parts that no rule of a table distinguishes: the names it mentions, and what lies between them. */

import type { Interval } from '../../lib/intervals.ts';
import { eachMatch } from '../../netfilter/everyEffect.ts';
import { eachFieldLeaf, type FieldLeaf, type MatchExpr } from '../../netfilter/matchExpr.ts';
import type { Field } from '../../packet/fields.ts';
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
  eachMatchOf(table, (match) => eachFieldLeaf(match, collect));
  return { iif: partsBetween(ends.iif), oif: partsBetween(ends.oif) };
}

/** Every field that some rule of the table asks about. */
export function askedFields(table: Table): ReadonlySet<Field> {
  const fields = new Set<Field>();
  const collect = ({ field }: FieldLeaf): void => void fields.add(field);
  eachMatchOf(table, (match) => eachFieldLeaf(match, collect));
  return fields;
}

function eachMatchOf({ chains }: Table, visit: (match: MatchExpr) => void): void {
  for (const { rules } of chains.values()) for (const rule of rules) eachMatch(rule, visit);
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
