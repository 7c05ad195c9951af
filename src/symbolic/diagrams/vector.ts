/** Symbolic numbers: one decision diagram per bit, most significant first. Comparisons give the set where they hold. */
import type { IntervalSet } from '../../lib/intervals.ts';
import type { Bdd, BddManager } from './bdd.ts';
import { EMPTY, FULL } from './bdd.ts';

export type Vector = readonly Bdd[];

export function variables(manager: BddManager, { start, width }: { readonly start: number; readonly width: number }): Vector {
  return Array.from({ length: width }, (_, bit) => manager.variable(start + bit));
}

export function constant(value: number | bigint, width: number): Vector {
  const bits = BigInt(value);
  return Array.from({ length: width }, (_, bit) => (((bits >> BigInt(width - 1 - bit)) & 1n) === 1n ? FULL : EMPTY));
}

export function equal(manager: BddManager, vector: Vector, value: number | bigint): Bdd {
  return maskedEqual(manager, vector, { value, mask: (1n << BigInt(vector.length)) - 1n });
}

/** `(vector & mask) === value` */
export function maskedEqual(
  manager: BddManager,
  vector: Vector,
  { value, mask }: { readonly value: number | bigint; readonly mask: number | bigint },
): Bdd {
  const wanted = BigInt(value);
  const tested = BigInt(mask);
  if ((wanted & ~tested) !== 0n) return EMPTY;
  manager.count(vector.length >> 2);
  let result = FULL;
  // from the last bit up: each step adds one node on top
  for (let bit = vector.length - 1, weight = 1n; bit >= 0; bit--, weight <<= 1n) {
    if ((tested & weight) === 0n) continue;
    const own = vector[bit] as Bdd;
    result = (wanted & weight) === 0n ? manager.choose(own, result, EMPTY) : manager.choose(own, EMPTY, result);
  }
  return result;
}

/** lo <= vector <= hi */
export function between(
  manager: BddManager,
  vector: Vector,
  { lo, hi }: { readonly lo: number | bigint; readonly hi: number | bigint },
): Bdd {
  return lo === hi ? equal(manager, vector, lo) : vectorIn(manager, vector, [{ lo, hi }] as IntervalSet);
}

/** The vector is in one of the intervals. */
export function vectorIn(manager: BddManager, vector: Vector, intervals: IntervalSet): Bdd {
  manager.count(intervals.length);
  const bounds = intervals.map(({ lo, hi }) => ({ lo: BigInt(lo), hi: BigInt(hi) }));
  const width = vector.length;
  return block(0, 0n, { from: 0, to: bounds.length });

  /** Numbers that start with the first `bit` bits of `base`; only the intervals of `among` reach into them. */
  function block(bit: number, base: bigint, among: { readonly from: number; readonly to: number }): Bdd {
    manager.count(1);
    let { from, to } = among;
    const last = base + (1n << BigInt(width - bit)) - 1n;
    while (from < to && (bounds[from] as Bound).hi < base) from++;
    while (from < to && (bounds[to - 1] as Bound).lo > last) to--;
    const first = bounds[from];
    if (from >= to || first === undefined) return EMPTY;
    if (first.lo <= base && last <= first.hi) return FULL;
    const middle = base + (1n << BigInt(width - bit - 1));
    const half = { from, to };
    return manager.choose(vector[bit] as Bdd, block(bit + 1, base, half), block(bit + 1, middle, half));
  }
}

interface Bound {
  readonly lo: bigint;
  readonly hi: bigint;
}

/** vector <= 1 */
export function atMostOne(manager: BddManager, vector: Vector): Bdd {
  return between(manager, vector, { lo: 0, hi: 1 });
}

/** vector - 1, where it is not 0 */
export function decrement(manager: BddManager, vector: Vector): Vector {
  const result: Bdd[] = [];
  let borrow: Bdd = FULL;
  for (const bit of [...vector].reverse()) {
    result.unshift(manager.xor(bit, borrow));
    borrow = manager.and(manager.not(bit), borrow);
  }
  return result;
}

/** vector + amount, kept between 0 and the greatest number. */
export function saturatingAdd(manager: BddManager, vector: Vector, amount: number): Vector {
  const down = amount < 0;
  const addend = constant(Math.abs(amount), vector.length);
  const result: Bdd[] = [];
  let carry: Bdd = EMPTY;
  for (let at = vector.length - 1; at >= 0; at--) {
    const bit = vector[at] as Bdd;
    const other = addend[at] as Bdd;
    result.unshift(manager.xor(manager.xor(bit, other), carry));
    const from = down ? manager.not(bit) : bit;
    carry = manager.any([manager.and(from, other), manager.and(from, carry), manager.and(other, carry)]);
  }
  // the last carry: out of range
  return result.map((bit) => (down ? manager.minus(bit, carry) : manager.or(bit, carry)));
}

/** vector + 1, where it is not the greatest number */
export function increment(manager: BddManager, vector: Vector): Vector {
  const result: Bdd[] = [];
  let carry: Bdd = FULL;
  for (const bit of [...vector].reverse()) {
    result.unshift(manager.xor(bit, carry));
    carry = manager.and(bit, carry);
  }
  return result;
}

/** Where two vectors have the same value. */
export function sameBits(manager: BddManager, one: Vector, other: Vector): Bdd {
  return one === other ? FULL : manager.not(manager.any(one.map((bit, at) => manager.xor(bit, other[at] ?? bit))));
}
