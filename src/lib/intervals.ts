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
  const [only] = intervals;
  // of nearly all rules, of which there are 100,000: a list that grows has room for 17
  if (only !== undefined && intervals.length === 1) return only.lo <= only.hi ? [only] : [];
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
  let [from, to] = [0, set.length];
  // a set of nftables may have 100,000
  while (from < to) {
    const middle = (from + to) >> 1;
    if (value > (set[middle] as Interval<T>).hi) from = middle + 1;
    else to = middle;
  }
  const found = set[from];
  return found !== undefined && value >= found.lo;
}

/** A function that is constant between the ends of `ranges`, as a table: each value with the numbers that have it.
 *  `last` is the greatest number of the domain, which starts at 0. */
export function tabulate<N extends number | bigint, V>(
  { ranges, last }: { readonly ranges: readonly Interval<N>[]; readonly last: N },
  valueAt: (number: N) => V,
): readonly { readonly value: V; readonly of: IntervalSet<N> }[] {
  const one = (typeof last === 'bigint' ? 1n : 1) as N;
  const add = (a: N, b: N) => ((a as bigint) + (b as bigint)) as N;
  const starts = new Set<N>([((last as bigint) - (last as bigint)) as N]);
  for (const { lo, hi } of ranges) {
    starts.add(lo);
    if (hi < last) starts.add(add(hi, one));
  }
  const sorted = [...starts].sort((a, b) => (a < b ? -1 : 1));
  const byValue = new Map<V, Interval<N>[]>();
  for (const [index, lo] of sorted.entries()) {
    const next = sorted[index + 1];
    const hi = next === undefined ? last : (((next as bigint) - (one as bigint)) as N);
    const value = valueAt(lo);
    const known = byValue.get(value);
    if (known === undefined) byValue.set(value, [{ lo, hi }]);
    else known.push({ lo, hi });
  }
  return [...byValue].map(([value, of]) => ({ value, of }));
}
