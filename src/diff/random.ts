/** Packets that chance sends several ways: the same ways on both sides, but neither by the lots of the same rules nor with the same odds
 *  as far as those are known. */

import type { ChangedSet } from '../connection/compareEnds.ts';
import { agreement } from '../connection/compareEnds.ts';
import type { End } from '../connection/symbolicJourney.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../symbolic/diagrams/bdd.ts';
import type { Space } from '../symbolic/space/space.ts';
import { sameOdds } from './odds.ts';

/** Disjoint; none of them in `known`. */
export function otherLots(space: Space, base: readonly End[], head: readonly End[], known: Bdd): readonly ChangedSet[] {
  const { manager } = space;
  if (![...base, ...head].some(({ lots }) => lots !== '')) return [];
  const differ = manager.any([...unmatched(space, base, head), ...unmatched(space, head, base)]);
  const open = manager.all([differ, manager.not(known), manager.or(torn(space, base, differ), torn(space, head, differ))]);
  let left = manager.minus(open, sameOdds(space, { base, head }, open));
  const changes: ChangedSet[] = [];
  for (const one of base) {
    if (one.lots === '') continue;
    for (const other of head) {
      const set = manager.all([left, one.set, other.set]);
      if (set === EMPTY) continue;
      changes.push({ set, base: one, head: other });
      left = manager.minus(left, set);
    }
  }
  return changes;
}

/** Packets of ends with no like, of the same lots, on the other side. */
function unmatched(space: Space, ends: readonly End[], others: readonly End[]): readonly Bdd[] {
  const { manager } = space;
  return ends.map((one) => {
    let left = one.set;
    for (const other of others) {
      if (left === EMPTY) break;
      if (other.lots !== one.lots || other.says !== one.says) continue;
      const met = manager.and(left, other.set);
      if (met !== EMPTY) left = manager.minus(left, agreement(space, one, other, met));
    }
    return left;
  });
}

/** Packets of the set that can end in more ways than one: for the others the lots decide nothing. */
function torn(space: Space, ends: readonly End[], among: Bdd): Bdd {
  const { manager } = space;
  const drawn = ends.filter(({ lots, set }) => lots !== '' && manager.and(set, among) !== EMPTY);
  return manager.any(
    drawn.flatMap((one, index) =>
      drawn.slice(index + 1).map((other) => {
        const met = manager.all([one.set, other.set, among]);
        return met === EMPTY ? EMPTY : manager.minus(met, agreement(space, one, other, met));
      }),
    ),
  );
}
