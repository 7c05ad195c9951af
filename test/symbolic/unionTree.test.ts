/** A union tree splits a set among others as if they were asked one after the other. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Bdd, BddManager, EMPTY } from '../../src/symbolic/diagrams/bdd.ts';
import { partsAmong, unionOf, unionTree } from '../../src/symbolic/diagrams/unionTree.ts';
import { between, variables } from '../../src/symbolic/diagrams/vector.ts';

const RANGES = fc.array(
  fc.tuple(fc.nat({ max: 250 }), fc.nat({ max: 5 })).map(([lo, more]) => ({ lo, hi: lo + more })),
  { minLength: 1, maxLength: 40 },
);

it('each set gets what those before it have left', () => {
  const seen = { apart: 0, meeting: 0 };
  fc.assert(
    fc.property(RANGES, RANGES, (ranges, within) => {
      const manager = new BddManager();
      const bits = variables(manager, { start: 0, width: 8 });
      const sets = ranges.map((range, of) => ({ set: between(manager, bits, range), of }));
      const all = manager.any(within.map((range) => between(manager, bits, range)));
      const tree = unionTree(manager, sets);
      const parts = tree === undefined ? [] : [...partsAmong(manager, tree, { within: all })];
      let left = all;
      const expected = new Map<number, Bdd>();
      for (const { set, of } of sets) {
        const part = manager.and(left, set);
        left = manager.minus(left, part);
        if (part !== EMPTY) expected.set(of, part);
      }
      expect(new Map([...parts].sort((a, b) => a.of - b.of).map(({ set, of }) => [of, set]))).toEqual(expected);
      expect(tree?.set).toBe(
        unionOf(
          manager,
          sets.map(({ set }) => set),
        ),
      );
      seen[tree?.apart === true ? 'apart' : 'meeting']++;
    }),
    { numRuns: 1000, seed: 1 },
  );
  expect(Math.min(seen.apart, seen.meeting)).toBeGreaterThan(50);
});
