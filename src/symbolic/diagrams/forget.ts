/** A set of which some variables may be anything: what is in it for one of their values is in it for all. */
import { type Bdd, type BddManager, EMPTY, FULL } from './bdd.ts';

export interface Variables {
  readonly start: number;
  readonly width: number;
}

export function forget(manager: BddManager, set: Bdd, { start, width }: Variables): Bdd {
  const known = new Map<Bdd, Bdd>([
    [EMPTY, EMPTY],
    [FULL, FULL],
  ]);
  const without = (one: Bdd): Bdd => {
    const made = known.get(one);
    if (made !== undefined) return made;
    const variable = manager.variableOf(one);
    const [low, high] = [without(manager.low(one)), without(manager.high(one))];
    const isForgotten = variable >= start && variable < start + width;
    const result = isForgotten ? manager.or(low, high) : manager.node(variable, low, high);
    known.set(one, result);
    return result;
  };
  return without(set);
}
