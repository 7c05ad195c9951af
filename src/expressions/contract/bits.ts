/** Intervals of numbers as bits: each as few prefixes as it takes. */
import type { IntervalSet } from '../../lib/intervals.ts';

export type Bits = number | bigint;

/** Numbers whose bits under `mask` are those of `value`. */
export interface BitPrefix {
  readonly value: Bits;
  readonly mask: Bits;
}

export function prefixesOf(intervals: IntervalSet, width: number): readonly BitPrefix[] {
  return intervals.flatMap(({ lo, hi }): readonly BitPrefix[] => {
    if (typeof lo === 'string' || typeof hi === 'string') return [];
    const found = prefixesBetween(BigInt(lo), BigInt(hi), BigInt(width));
    if (typeof lo === 'bigint') return found;
    return found.map(({ value, mask }) => ({ value: Number(value), mask: Number(mask) }));
  });
}

function prefixesBetween(lo: bigint, hi: bigint, width: bigint): { readonly value: bigint; readonly mask: bigint }[] {
  const all = (1n << width) - 1n;
  const found = [];
  for (let at = lo; at <= hi; ) {
    let free = 0n;
    while (free < width && (at >> free) % 2n === 0n && at + (1n << (free + 1n)) - 1n <= hi) free++;
    found.push({ value: at, mask: all ^ ((1n << free) - 1n) });
    at += 1n << free;
  }
  return found;
}
