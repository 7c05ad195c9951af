/** Questions about sets that make no new one, beside the sets that they do not make. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Bdd, BddManager, EMPTY } from '../../src/symbolic/diagrams/bdd.ts';
import { haveCommon, isLarger } from '../../src/symbolic/diagrams/common.ts';
import { between, variables } from '../../src/symbolic/diagrams/vector.ts';
import { hasPacketAside, joinedWithAside } from '../../src/symbolic/walk/laidAside.ts';
import type { Aside, PacketClass } from '../../src/symbolic/walk/state.ts';

const RANGE = fc.tuple(fc.nat({ max: 250 }), fc.nat({ max: 60 })).map(([lo, more]) => ({ lo, hi: Math.min(255, lo + more) }));
const SETS = fc.array(fc.array(RANGE, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 });

function setsOf(manager: BddManager, all: readonly (readonly { readonly lo: number; readonly hi: number }[])[]): readonly Bdd[] {
  const [bits, others] = [0, 8].map((start) => variables(manager, { start, width: 8 }));
  return all.map((ranges, at) => manager.any(ranges.map((range) => between(manager, (at % 2 === 0 ? bits : others) ?? [], range))));
}

it('sets have a packet in common where their common set is not empty', () => {
  const seen = { common: 0, none: 0 };
  fc.assert(
    fc.property(SETS, (all) => {
      const manager = new BddManager();
      const sets = setsOf(manager, all);
      const expected = manager.all(sets) !== EMPTY;
      expect(haveCommon(manager, sets)).toBe(expected);
      seen[expected ? 'common' : 'none']++;
    }),
    { numRuns: 2000, seed: 1 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(200);
});

it('a set is larger than one node fewer than it has', () => {
  const manager = new BddManager();
  const [set = EMPTY] = setsOf(manager, [[{ lo: 3, hi: 200 }]]);
  const nodes = new Set<Bdd>([set]);
  for (const one of nodes) if (one > 1) nodes.add(manager.low(one)).add(manager.high(one));
  expect([nodes.size - 1, nodes.size].map((count) => isLarger(manager, set, count))).toEqual([true, false]);
});

it('what is laid aside and joined has the packets of its parts', () => {
  const seen = { there: 0, gone: 0 };
  type Part = Pick<PacketClass, 'set' | 'aside'>;
  fc.assert(
    fc.property(SETS, fc.array(fc.nat({ max: 4 }), { minLength: 3, maxLength: 12 }), (all, picks) => {
      const manager = new BddManager();
      const sets = setsOf(manager, all);
      const setAt = (at: number): Bdd => sets[at % sets.length] ?? EMPTY;
      // parts of parts, and beside them the set that each is
      let parts: readonly { readonly part: Part; readonly whole: Bdd }[] = sets.map((set) => ({ part: { set }, whole: set }));
      for (const pick of picks) {
        const [one, other] = [parts[pick % parts.length], parts[(pick + 1) % parts.length]];
        if (one === undefined || other === undefined) continue;
        const aside: Aside = [one.part];
        const below = { part: { set: setAt(pick), aside }, whole: manager.and(setAt(pick), one.whole) };
        const joined = { part: joinedWithAside(manager, [below.part, other.part]), whole: manager.or(below.whole, other.whole) };
        parts = [...parts.slice(1), below, joined];
      }
      for (const { part, whole } of parts) {
        expect(hasPacketAside(manager, part.set, part.aside)).toBe(whole !== EMPTY);
        seen[whole === EMPTY ? 'gone' : 'there']++;
      }
    }),
    { numRuns: 1500, seed: 2 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(200);
});
