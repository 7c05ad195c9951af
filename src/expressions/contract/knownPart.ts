/** A value of which a field keeps a part: whether it is one of some is known where the other bits do not matter. */
import type { Interval } from '../../lib/intervals.ts';
import { and, inSet, type MatchExpr, or, unmodelled } from '../../netfilter/matchExpr.ts';
import type { Field } from '../../packet/fields.ts';
import { passes, type Values } from './selection.ts';

export interface KnownPart {
  readonly field: Field;
  /** the greatest value of the part */
  readonly last: number;
  /** what the whole may be */
  readonly wholes: (part: number) => readonly number[];
  /** how the rest is called */
  readonly rest: string;
}

export function knownWhere({ field, last, wholes, rest }: KnownPart, values: Values): MatchExpr {
  const sure: Interval<number>[] = [];
  const open: Interval<number>[] = [];
  for (let part = 0; part <= last; part++) {
    const all = wholes(part);
    const met = all.filter((whole) => passes(whole, values)).length;
    if (met > 0) add(met === all.length ? sure : open, part);
  }
  const unsure = open.length === 0 ? [] : [and(inSet(field, open), unmodelled(rest))];
  return or(...(sure.length === 0 ? [] : [inSet(field, sure)]), ...unsure);
}

function add(found: Interval<number>[], value: number): void {
  const before = found.at(-1);
  if (before?.hi === value - 1) found[found.length - 1] = { lo: before.lo, hi: value };
  else found.push({ lo: value, hi: value });
}
