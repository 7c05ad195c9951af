/** Which of many rows of values a packet has, without a look at each: a tree that asks about one field after the other. */
import type { Interval, IntervalSet, Scalar } from '../lib/intervals.ts';
import type { Field } from '../packet/fields.ts';
import { READERS } from './readers.ts';
import type { Skb } from './skb.ts';

export interface IndexedRow {
  /** for each field the values that it may have */
  readonly row: readonly IntervalSet[];
  /** rows with lower ones come first */
  readonly place: number;
}

interface Node {
  /** of the last field: the first row that ends here */
  readonly place: number;
  readonly points: ReadonlyMap<Scalar, Node>;
  readonly ranges: readonly Range[];
  /** the ranges have no value in common */
  readonly apart: boolean;
}

interface Range extends Interval<Scalar> {
  readonly node: Node;
}

/** No row. */
export const NOWHERE = Number.POSITIVE_INFINITY;

/** The place of the first row that a packet has; `NOWHERE` without one. */
export function rowIndex(fields: readonly Field[], rows: readonly IndexedRow[]): (skb: Skb) => number {
  const root = grow(rows, 0, fields.length);
  const readers = fields.map((field) => READERS[field]);
  return (skb) => {
    const values: Scalar[] = [];
    for (const read of readers) {
      const value = read(skb);
      if (value === undefined) return NOWHERE;
      values.push(value);
    }
    return firstPlace(root, values, 0);
  };
}

function grow(rows: readonly IndexedRow[], level: number, fields: number): Node {
  if (level === fields) {
    const place = rows.reduce((least, one) => Math.min(least, one.place), NOWHERE);
    return { place, points: new Map(), ranges: [], apart: true };
  }
  const points = new Map<Scalar, IndexedRow[]>();
  const ranges = new Map<string, { readonly of: Interval<Scalar>; readonly rows: IndexedRow[] }>();
  for (const one of rows) {
    for (const of of one.row[level] ?? []) {
      const isPoint = of.lo === of.hi;
      const key = isPoint ? '' : `${of.lo} ${of.hi}`;
      const known = isPoint ? points.get(of.lo) : ranges.get(key)?.rows;
      if (known !== undefined) known.push(one);
      else if (isPoint) points.set(of.lo, [one]);
      else ranges.set(key, { of, rows: [one] });
    }
  }
  const sorted = [...ranges.values()]
    .map(({ of, rows: inside }): Range => ({ lo: of.lo, hi: of.hi, node: grow(inside, level + 1, fields) }))
    .sort((a, b) => (a.lo < b.lo ? -1 : a.lo > b.lo ? 1 : 0));
  return {
    place: NOWHERE,
    points: new Map([...points].map(([value, inside]) => [value, grow(inside, level + 1, fields)])),
    ranges: sorted,
    apart: sorted.every(({ lo }, at) => at === 0 || (sorted[at - 1] as Range).hi < lo),
  };
}

function firstPlace(node: Node, values: readonly Scalar[], level: number): number {
  if (level === values.length) return node.place;
  const value = values[level] as Scalar;
  const point = node.points.get(value);
  let first = point === undefined ? NOWHERE : firstPlace(point, values, level + 1);
  for (let at = lastFrom(node.ranges, value); at >= 0; at--) {
    const range = node.ranges[at] as Range;
    if (value <= range.hi) first = Math.min(first, firstPlace(range.node, values, level + 1));
    if (node.apart) break;
  }
  return first;
}

/** The last range that begins at the value or before it. */
function lastFrom(ranges: readonly Range[], value: Scalar): number {
  let from = 0;
  let to = ranges.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((ranges[middle] as Range).lo <= value) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}
