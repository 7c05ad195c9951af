/** Classes of changed packets by all that may become of them: parts of which one breaks and the other does not are never one class. */

import type { ChangedSet } from '../connection/compareEnds.ts';
import type { Outcome } from '../connection/journey.ts';
import type { End } from '../connection/symbolicJourney.ts';
import { groupBy } from '../lib/groupBy.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../symbolic/diagrams/bdd.ts';
import { equal } from '../symbolic/diagrams/vector.ts';
import type { Space } from '../symbolic/space/space.ts';
import { ofTypes } from '../symbolic/walk/addressTypes.ts';
import type { Sides } from './question.ts';
import type { Severity } from './severity.ts';

export interface OutcomeChange extends ChangedSet {
  /** more than one where chance decides, or something that is not modelled */
  readonly outcomes: Sides<readonly Outcome[]>;
  readonly severity: Severity;
  /** what changes is an ICMP error about the connection, or its closing */
  readonly isAside?: true;
}

export interface Outcomes {
  readonly ends: Sides<readonly End[]>;
  /** of what may become of a packet on each side */
  readonly severity: (outcomes: Sides<readonly Outcome[]>) => Severity;
}

export function byOutcomes(space: Space, changes: readonly ChangedSet[], { ends, severity }: Outcomes): readonly OutcomeChange[] {
  return changes.flatMap((change) =>
    partsOf(space, change.set, ends.base).flatMap((was) =>
      partsOf(space, was.set, ends.head).flatMap((is): readonly OutcomeChange[] => {
        const outcomes = { base: orElse(was.outcomes, change.base), head: orElse(is.outcomes, change.head) };
        const part = { ...change, set: is.set, outcomes, severity: severity(outcomes) };
        if (outcomes.head.includes('stalled') && !outcomes.base.includes('stalled')) return toManyApart(space, part);
        return outcomes.head.includes('lost') && !outcomes.base.includes('lost') ? loneApart(space, part) : [part];
      }),
    ),
  );
}

/** A fragment without the others of its packet is of no use to anybody: that conntrack, once it is on, keeps it breaks nothing. */
function loneApart({ manager, start }: Space, part: OutcomeChange): readonly OutcomeChange[] {
  const whole = manager.and(part.set, equal(manager, start.fragOffset, 0));
  const parts = [
    { ...part, set: whole },
    { ...part, set: manager.minus(part.set, whole), severity: 'stopped-otherwise' as const },
  ];
  return parts.filter(({ set }) => set !== EMPTY);
}

/** What goes to many hosts opens no connection, so that none is broken where it opens one now. */
function toManyApart(space: Space, part: OutcomeChange): readonly OutcomeChange[] {
  const { manager, start } = space;
  const many = ofTypes(space, start.dst, ['BROADCAST', 'MULTICAST']);
  const parts = [
    { ...part, set: manager.minus(part.set, many) },
    { ...part, set: manager.and(part.set, many), severity: 'moved' as const },
  ];
  return parts.filter(({ set }) => set !== EMPTY);
}

interface Part {
  readonly set: Bdd;
  readonly outcomes: readonly Outcome[];
}

function partsOf({ manager }: Space, set: Bdd, ends: readonly End[]): readonly Part[] {
  let parts: readonly Part[] = [{ set, outcomes: [] }];
  for (const [outcome, group] of groupBy(ends, (one) => one.outcome)) {
    const all = manager.and(set, manager.any(group.map((one) => one.set)));
    if (all === EMPTY) continue;
    parts = parts
      .flatMap((part) => [
        { set: manager.and(part.set, all), outcomes: [...part.outcomes, outcome] },
        { set: manager.minus(part.set, all), outcomes: part.outcomes },
      ])
      .filter((part) => part.set !== EMPTY);
  }
  return parts;
}

function orElse(outcomes: readonly Outcome[], { outcome }: End): readonly Outcome[] {
  return outcomes.length === 0 ? [outcome] : outcomes;
}
