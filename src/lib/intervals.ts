/** Closed intervals over any totally ordered domain of numbers, bigints or strings (never mixed in one set). */
export type Scalar = number | bigint | string;

export interface Interval<T extends Scalar = Scalar> {
  readonly lo: T;
  readonly hi: T;
}

/** A set as intervals that are sorted, disjoint and not empty. Neighbours may touch. */
export type IntervalSet<T extends Scalar = Scalar> = readonly Interval<T>[];

export function point<T extends Scalar>(value: T): Interval<T> {
  return { lo: value, hi: value };
}

/** Sorts and merges overlapping intervals; drops empty ones (`lo > hi`). */
export function normalize<T extends Scalar>(intervals: readonly Interval<T>[]): IntervalSet<T> {
  const sorted = intervals.filter(({ lo, hi }) => lo <= hi).sort((a, b) => (a.lo < b.lo ? -1 : a.lo > b.lo ? 1 : 0));
  const merged: Interval<T>[] = [];
  for (const next of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && next.lo <= last.hi) {
      if (next.hi > last.hi) merged[merged.length - 1] = { lo: last.lo, hi: next.hi };
    } else merged.push(next);
  }
  return merged;
}

export function includes<T extends Scalar>(set: IntervalSet<T>, value: T): boolean {
  for (const { lo, hi } of set) {
    if (value < lo) return false;
    if (value <= hi) return true;
  }
  return false;
}
