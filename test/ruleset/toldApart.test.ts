/** The first number of each class, beside every number asked one by one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { includes, normalize } from '../../src/lib/intervals.ts';
import { firstOfEachClass } from '../../src/lib/toldApart.ts';

const number = fc.integer({ min: 0, max: 40 });
const interval = fc.tuple(number, number).map(([a, b]) => ({ lo: Math.min(a, b), hi: Math.max(a, b) }));
const sets = fc.array(fc.array(interval, { maxLength: 5 }).map(normalize<number>), { maxLength: 8 });

describe('numbers that sets tell apart', () => {
  it('are one of each class, the first, in order', () => {
    fc.assert(
      fc.property(interval, sets, (range, of) => {
        const seen = new Set<string>();
        const firsts: number[] = [];
        for (let at = range.lo; at <= range.hi; at++) {
          const key = of.map((set) => includes(set, at)).join();
          if (!seen.has(key)) firsts.push(at);
          seen.add(key);
        }
        expect(firstOfEachClass(range, of)).toEqual(firsts);
        expect(firstOfEachClass(range, of, 2)).toEqual(firsts.slice(0, 3));
        const big = of.map((set) => set.map(({ lo, hi }) => ({ lo: BigInt(lo), hi: BigInt(hi) })));
        expect(firstOfEachClass({ lo: BigInt(range.lo), hi: BigInt(range.hi) }, big)).toEqual(firsts.map(BigInt));
      }),
    );
  });

  it('are found among ten thousand sets that cover most of them', () => {
    const most = Array.from({ length: 10_000 }, (_, at) => [
      { lo: 0, hi: 2 * at },
      { lo: 2 * at + 2, hi: 30_000 },
    ]);
    expect(firstOfEachClass({ lo: 0, hi: 30_000 }, most)).toHaveLength(10_001);
  });
});
