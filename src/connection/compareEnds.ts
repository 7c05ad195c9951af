/** Two rulesets' classes of packets against each other: who is treated differently, and who may.
 *  Compared are the outcome, who takes the packet or where it leaves, its addresses and ports, the answer of a REJECT, and of a
 *  connection that stalls which packet does not come and how it ends: of TCP nothing else, since nothing is passed on;
 *  not marks and zones, which do not leave the host, nor why the kernel itself discards a packet.
 *  Where chance decides, the sets of possible ends are compared. */

import { groupBy } from '../lib/groupBy.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../symbolic/diagrams/bdd.ts';
import { unionOf } from '../symbolic/diagrams/unionTree.ts';
import type { Vector } from '../symbolic/diagrams/vector.ts';
import type { Space } from '../symbolic/space/space.ts';
import { bitsText } from '../symbolic/walk/stateKeys.ts';
import type { RulesOnHost } from './rulesOnHost.ts';
import type { End } from './symbolicJourney.ts';

export interface ChangedSet {
  readonly set: Bdd;
  readonly base: End;
  readonly head: End;
}

export interface JourneyComparison {
  /** disjoint */
  readonly changes: readonly ChangedSet[];
  /** whether they change depends on something unmodelled */
  readonly unclear: readonly ChangedSet[];
}

interface Comparing extends Pick<RulesOnHost, 'space'> {
  /** packets that are not asked about */
  readonly except?: Bdd;
}

export function compareEnds({ space, except = EMPTY }: Comparing, base: readonly End[], head: readonly End[]): JourneyComparison {
  const { manager } = space;
  const alike = { base: endsAlike(space, base), head: endsAlike(space, head) };
  const baseOnly = base.map((one) => without(space, one, alike.head));
  const headOnly = head.map((one) => without(space, one, alike.base));
  const differ = manager.minus(manager.any([...baseOnly, ...headOnly]), except);
  const unknown = manager.minus(manager.any([...base, ...head].map(({ unclear }) => unclear)), except);
  if (unknown === EMPTY) return { changes: partition(space, differ, { base, head, baseOnly, headOnly }), unclear: [] };
  // unmodelled conditions may go together on both sides: sure is only what agrees, or differs, whatever they are
  const touched = (ends: readonly End[]) => ends.filter(({ set }) => manager.and(set, unknown) !== EMPTY);
  const pairs = touched(base).flatMap((left) =>
    touched(head).map((right) => {
      const met = manager.all([left.set, right.set, unknown]);
      const agreed = met === EMPTY ? EMPTY : agreement(space, left, right, met);
      if (!isUndecided(left) && !isUndecided(right)) return { agreed, disagreed: manager.minus(met, agreed) };
      return left.isOpen || right.isOpen || agreed !== met ? { agreed: met, disagreed: met } : { agreed, disagreed: EMPTY };
    }),
  );
  const agree = manager.any(pairs.map(({ agreed }) => agreed));
  const disagree = manager.any(pairs.map(({ disagreed }) => disagreed));
  const sure = manager.or(manager.minus(differ, unknown), manager.minus(unknown, agree));
  const all = { base, head, baseOnly: base.map(({ set }) => set), headOnly: [] };
  return {
    changes: partition(space, sure, { base, head, baseOnly, headOnly }),
    unclear: partition(space, manager.all([unknown, agree, disagree]), all),
  };
}

function isUndecided({ outcome }: End): boolean {
  return outcome === 'undecided';
}

/** What two ends have to have alike. */
type Told = Pick<End, 'set' | 'says' | 'numbers'>;

/** Ends that say the same are one: there may be very many, one for each service. */
function endsAlike({ manager }: Space, ends: readonly End[]): readonly Told[] {
  const groups = groupBy(ends, ({ says, numbers }) => [says, ...numbers.map(bitsText)].join('\n'));
  return [...groups.values()].map((group) => {
    const [{ says, numbers }] = group;
    const sets = group.map(({ set }) => set);
    return { says, numbers, set: unionOf(manager, sets) };
  });
}

/** Packets of an end that no end of the other side agrees with. */
function without(space: Space, one: End, others: readonly Told[]): Bdd {
  const { manager } = space;
  let left = one.set;
  for (const other of others) {
    if (left === EMPTY) break;
    if (other.says !== one.says) continue;
    const met = manager.and(left, other.set);
    if (met !== EMPTY) left = manager.minus(left, agreement(space, one, other, met));
  }
  return left;
}

/** The packets of `met` that are treated alike at both ends. */
export function agreement({ manager }: Space, left: Told, right: Told, met: Bdd): Bdd {
  if (left.says !== right.says || left.numbers.length !== right.numbers.length) return EMPTY;
  let agreed = met;
  for (const [index, vector] of left.numbers.entries()) {
    const other = right.numbers[index] as Vector;
    for (const [bit, own] of vector.entries()) {
      const theirs = other[bit] as Bdd;
      if (own === theirs) continue;
      agreed = manager.minus(agreed, manager.xor(own, theirs));
      if (agreed === EMPTY) return EMPTY;
    }
  }
  return agreed;
}

interface Sides {
  readonly base: readonly End[];
  readonly head: readonly End[];
  readonly baseOnly: readonly Bdd[];
  readonly headOnly: readonly Bdd[];
}

/** Each packet of the set once, with an end that only one side has where there is one, and one of the other. */
function partition({ manager }: Space, set: Bdd, { base, head, baseOnly, headOnly }: Sides): readonly ChangedSet[] {
  const changes: ChangedSet[] = [];
  let left = set;
  const take = (only: Bdd, pair: { readonly base: End; readonly head: End; readonly other: Bdd }): void => {
    const part = manager.all([left, only, pair.other]);
    if (part === EMPTY) return;
    changes.push({ set: part, base: pair.base, head: pair.head });
    left = manager.minus(left, part);
  };
  for (const [at, only] of baseOnly.entries()) {
    if (manager.and(left, only) === EMPTY) continue;
    for (const other of head) take(only, { base: base[at] as End, head: other, other: other.set });
  }
  for (const [at, only] of headOnly.entries()) {
    if (manager.and(left, only) === EMPTY) continue;
    for (const other of base) take(only, { base: other, head: head[at] as End, other: other.set });
  }
  return changes;
}
