/** How large a set is: the share of all packets, to tell a broad class from a narrow one. */
import type { Bdd, BddManager } from './bdd.ts';
import { EMPTY, FULL } from './bdd.ts';

export function shareOf(manager: BddManager, set: Bdd): number {
  const known = new Map<Bdd, number>([
    [EMPTY, 0],
    [FULL, 1],
  ]);
  const walk = (at: Bdd): number => {
    const found = known.get(at);
    if (found !== undefined) return found;
    manager.count(1);
    const share = (walk(manager.low(at)) + walk(manager.high(at))) / 2;
    known.set(at, share);
    return share;
  };
  return walk(set);
}
