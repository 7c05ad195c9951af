/** How likely each end is, on both sides: lots that are drawn anew for every packet, as `-m statistic --mode random` and `numgen random` draw
 *  them, are alike when every end comes about as often, whatever rules draw them. */
import { agreement } from '../connection/compareEnds.ts';
import type { End } from '../connection/symbolicJourney.ts';
import { groupBy } from '../lib/groupBy.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../symbolic/diagrams/bdd.ts';
import type { Space } from '../symbolic/space/space.ts';
import { bitsText } from '../symbolic/walk/stateKeys.ts';
import type { Sides } from './question.ts';

/** iptables keeps a probability as a whole number of 31 bits, and prints eleven digits. */
const ALIKE = 1e-6;

/** Those of `among` for which the odds of all ends are known on both sides, and the same. */
export function sameOdds(space: Space, { base, head }: Sides<readonly End[]>, among: Bdd): Bdd {
  const { manager } = space;
  if (among === EMPTY) return EMPTY;
  const untold = [...base, ...head].filter(({ odds }) => odds === undefined).map(({ set }) => set);
  let same = manager.minus(among, manager.any(untold));
  // each packet ends somehow: what sums up to something else was not followed to all of its ends
  for (const ends of [base, head]) same = sumsUpTo(space, { within: same, sum: 1 }, events(space, ends).map(weighted(1)));
  for (const one of base) {
    const own = manager.and(same, one.set);
    if (own === EMPTY) continue;
    const alike = (ends: readonly End[]): readonly End[] =>
      ends.flatMap((other) => {
        if (other.says !== one.says) return [];
        const met = manager.and(own, other.set);
        return met === EMPTY ? [] : [{ ...other, set: agreement(space, one, other, met) }];
      });
    const terms = [...events(space, alike(base)).map(weighted(1)), ...events(space, alike(head)).map(weighted(-1))];
    same = manager.minus(same, manager.minus(own, sumsUpTo(space, { within: own, sum: 0 }, terms)));
  }
  return same;
}

type Drawn = Pick<End, 'set' | 'odds'>;

/** What the kernel picks of a range beside the lots makes several ends of one event. */
function events({ manager }: Space, ends: readonly End[]): readonly Drawn[] {
  const byDraws = groupBy(ends, ({ says, numbers, draws }) => [draws, says, ...numbers.map(bitsText)].join('\n'));
  return [...byDraws.values()].map(([first, ...others]) => ({
    ...first,
    set: manager.any([first.set, ...others.map(({ set }) => set)]),
  }));
}

interface Term {
  readonly set: Bdd;
  readonly weight: number;
}

function weighted(sign: 1 | -1): (end: Drawn) => Term {
  return ({ set, odds = 0 }) => ({ set, weight: sign * odds });
}

/** The packets whose terms sum up to that number. */
function sumsUpTo({ manager }: Space, { within, sum }: { readonly within: Bdd; readonly sum: number }, terms: readonly Term[]): Bdd {
  let parts = new Map<number, Bdd>([[0, within]]);
  for (const { set, weight } of terms) {
    if (weight === 0 || manager.and(within, set) === EMPTY) continue;
    const next = new Map<number, Bdd>();
    const add = (total: number, part: Bdd): void => {
      if (part === EMPTY) return;
      const key = Math.round(total / ALIKE) * ALIKE;
      next.set(key, manager.or(next.get(key) ?? EMPTY, part));
    };
    for (const [total, part] of parts) {
      add(total + weight, manager.and(part, set));
      add(total, manager.minus(part, set));
    }
    parts = next;
  }
  return manager.any([...parts].flatMap(([total, part]) => (Math.abs(total - sum) < 4 * ALIKE ? [part] : [])));
}
