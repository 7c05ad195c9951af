/** Questions about sets that make no new one. */
import type { Bdd, BddManager } from './bdd.ts';
import { EMPTY, FULL } from './bdd.ts';

/** Some packet is in all of the sets. Their common set is not made, and the first packet ends the search. */
export function haveCommon(manager: BddManager, sets: readonly Bdd[]): boolean {
  const empty = new Set<string>();
  const look = (given: readonly Bdd[]): boolean => {
    if (given.includes(EMPTY)) return false;
    const left = [...new Set(given)].filter((set) => set !== FULL).sort((a, b) => a - b);
    if (left.length < 2) return true;
    const key = left.join(' ');
    if (empty.has(key)) return false;
    manager.count(left.length);
    const top = Math.min(...left.map((set) => manager.variableOf(set)));
    const side = (of: (set: Bdd) => Bdd) => look(left.map((set) => (manager.variableOf(set) === top ? of(set) : set)));
    if (side((set) => manager.low(set)) || side((set) => manager.high(set))) return true;
    empty.add(key);
    return false;
  };
  return look(sets);
}

/** It has more than so many nodes. */
export function isLarger(manager: BddManager, set: Bdd, nodes: number): boolean {
  const seen = new Set<Bdd>([set]);
  // a Set grows while it is walked
  for (const one of seen) {
    if (seen.size > nodes) break;
    if (one > FULL) seen.add(manager.low(one)).add(manager.high(one));
  }
  manager.count(seen.size);
  return seen.size > nodes;
}
