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

/** Rows that agree in the fields before its level. What its next field divides them into is found out when a packet first comes to it: of
 *  100,000 elements a trace meets one, and a tree of all of them was half of its memory. */
interface Node {
  readonly rows: readonly IndexedRow[];
  /** absent: no packet came, or few rows */
  divided?: Divided;
}

interface Divided {
  readonly points: ReadonlyMap<Scalar, Node>;
  readonly ranges: readonly Range[];
  /** the ranges have no value in common */
  readonly apart: boolean;
}

interface Range extends Interval<Scalar> {
  readonly node: Node;
}

/** Fewer are tried faster than divided. */
const FEW = 4;

/** No row. */
export const NOWHERE = Number.POSITIVE_INFINITY;

/** The place of the first row that a packet has; `NOWHERE` without one. */
export function rowIndex(fields: readonly Field[], rows: readonly IndexedRow[]): (skb: Skb) => number {
  const root: Node = { rows };
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

function divide(rows: readonly IndexedRow[], level: number): Divided {
  const points = new Map<Scalar, { readonly rows: IndexedRow[] }>();
  const ranges = new Map<string, Range & { readonly node: { readonly rows: IndexedRow[] } }>();
  for (const one of rows) {
    for (const { lo, hi } of one.row[level] ?? []) {
      const key = lo === hi ? '' : `${lo} ${hi}`;
      const known = lo === hi ? points.get(lo) : ranges.get(key)?.node;
      if (known !== undefined) known.rows.push(one);
      else if (lo === hi) points.set(lo, { rows: [one] });
      else ranges.set(key, { lo, hi, node: { rows: [one] } });
    }
  }
  const sorted = [...ranges.values()].sort((a, b) => (a.lo < b.lo ? -1 : a.lo > b.lo ? 1 : 0));
  return { points, ranges: sorted, apart: sorted.every(({ lo }, at) => at === 0 || (sorted[at - 1] as Range).hi < lo) };
}

/** Rows of the node agree with the values before `level`. */
function firstPlace(node: Node, values: readonly Scalar[], level: number): number {
  if (level === values.length || node.rows.length < FEW) return firstOf(node.rows, values, level);
  node.divided ??= divide(node.rows, level);
  const { points, ranges, apart } = node.divided;
  const value = values[level] as Scalar;
  const point = points.get(value);
  let first = point === undefined ? NOWHERE : firstPlace(point, values, level + 1);
  for (let at = lastFrom(ranges, value); at >= 0; at--) {
    const range = ranges[at] as Range;
    if (value <= range.hi) first = Math.min(first, firstPlace(range.node, values, level + 1));
    if (apart) break;
  }
  return first;
}

function firstOf(rows: readonly IndexedRow[], values: readonly Scalar[], level: number): number {
  let first = NOWHERE;
  for (const { row, place } of rows) if (place < first && holdsFrom(row, values, level)) first = place;
  return first;
}

function holdsFrom(row: readonly IntervalSet[], values: readonly Scalar[], level: number): boolean {
  for (let at = level; at < values.length; at++) {
    const value = values[at] as Scalar;
    if (!(row[at] ?? []).some(({ lo, hi }) => lo <= value && value <= hi)) return false;
  }
  return true;
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
