/** Numbers that some sets tell apart. */
import type { Interval, IntervalSet } from './intervals.ts';

/** The first number of each class: two numbers are of one class where each set has both or neither. In order; at most `most` and one more. */
export function firstOfEachClass<N extends number | bigint>(
  { lo, hi }: Interval<N>,
  sets: readonly IntervalSet<N>[],
  most = Number.POSITIVE_INFINITY,
): readonly N[] {
  const one = (typeof lo === 'bigint' ? 1n : 1) as N;
  const turns = new Map<N, number[]>();
  const turn = (at: N, set: number): void => {
    const known = turns.get(at);
    if (known === undefined) turns.set(at, [set]);
    else known.push(set);
  };
  for (const [set, intervals] of sets.entries()) {
    for (const each of intervals) {
      if (each.hi < lo || each.lo > hi) continue;
      turn(each.lo > lo ? each.lo : lo, set);
      if (each.hi < hi) turn(((each.hi as number) + (one as number)) as N, set);
    }
  }
  if (!turns.has(lo)) turns.set(lo, []);
  let key: readonly [number, number] = [0, 0];
  const seen = new Set<string>();
  const firsts: N[] = [];
  for (const at of [...turns.keys()].sort((a, b) => (a < b ? -1 : 1))) {
    for (const set of turns.get(at) ?? []) key = [key[0] ^ scattered(set, 0x243f_6a88), key[1] ^ scattered(set, 0x85eb_ca6b)];
    const known = `${key[0]} ${key[1]}`;
    if (seen.has(known)) continue;
    seen.add(known);
    firsts.push(at);
    if (firsts.length > most) break;
  }
  return firsts;
}

/** 32 bits that stand for a set: those of all sets that have a number, added without carry, stand for its class. */
function scattered(set: number, seed: number): number {
  let bits = (Math.imul(set, 0x9e37_79b1) + seed) | 0;
  for (const step of [0x7feb_352d, 0x846c_a68b]) bits = Math.imul(bits ^ (bits >>> 15), step);
  return bits ^ (bits >>> 16);
}
