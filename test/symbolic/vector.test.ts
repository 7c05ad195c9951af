import fc from 'fast-check';
import { expect, it } from 'vitest';
import { normalize } from '../../src/lib/intervals.ts';
import { type Bdd, BddManager, EMPTY, FULL } from '../../src/symbolic/diagrams/bdd.ts';
import { constant, variables, vectorIn } from '../../src/symbolic/diagrams/vector.ts';

function holds(manager: BddManager, set: Bdd, bits: readonly Bdd[]): boolean {
  let at = set;
  while (at !== EMPTY && at !== FULL) at = bits[manager.variableOf(at)] === FULL ? manager.high(at) : manager.low(at);
  return at === FULL;
}

const NUMBERS = 1 << 5;
const ends = fc.array(fc.tuple(fc.nat(NUMBERS + 8), fc.nat(NUMBERS + 8)), { maxLength: 6 });

it('numbers are in the intervals that hold them, also in those that are wider than the vector', () => {
  fc.assert(
    fc.property(ends, (pairs) => {
      const manager = new BddManager();
      const vector = variables(manager, { start: 0, width: 5 });
      const intervals = normalize(pairs.map(([lo, hi]) => ({ lo, hi })));
      const set = vectorIn(manager, vector, intervals);
      for (let number = 0; number < NUMBERS; number++) {
        const inside = intervals.some(({ lo, hi }) => lo <= number && number <= hi);
        expect(holds(manager, set, constant(number, 5))).toBe(inside);
        expect(vectorIn(manager, constant(number, 5), intervals)).toBe(inside ? FULL : EMPTY);
      }
    }),
  );
});

it('addresses of IPv6 are in the intervals that hold them', () => {
  const address = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n });
  fc.assert(
    fc.property(fc.array(fc.tuple(address, address), { maxLength: 4 }), address, (pairs, other) => {
      const manager = new BddManager();
      const vector = variables(manager, { start: 0, width: 128 });
      const intervals = normalize(pairs.map(([lo, hi]) => ({ lo, hi })));
      const set = vectorIn(manager, vector, intervals);
      for (const number of [other, ...pairs.flat()]) {
        const inside = intervals.some(({ lo, hi }) => lo <= number && number <= hi);
        expect(holds(manager, set, constant(number, 128))).toBe(inside);
      }
    }),
  );
});
