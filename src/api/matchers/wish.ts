/** What a test wants of a packet, for one packet and for sets of them. */
import type { Outcome, Path } from '../../connection/journey.ts';
import type { End } from '../../connection/symbolicJourney.ts';
import { type Bdd, EMPTY, FULL } from '../../symbolic/diagrams/bdd.ts';
import { equal } from '../../symbolic/diagrams/vector.ts';
import type { Space } from '../../symbolic/space/space.ts';

export interface Wish {
  /** after `expected PACKET to` and `expected PACKET not to` */
  readonly says: string;
  readonly isMet: (path: Path) => boolean;
  /** it is so only where no loop follows, or where one does */
  readonly asksLoops: (outcome: Outcome) => boolean;
  /** the packets of an end for which it is met */
  readonly metBy: (space: Space, end: End) => Bdd;
}

/** A packet that is captured reaches a listener of the mesh that captures first. */
export const CAPTURE: Wish = byOutcome('be captured', ['captured-out', 'captured-in', 'dns']);
/** It goes where it would go without a mesh. */
export const BYPASS: Wish = byOutcome('bypass the proxy', ['direct', 'to-app', 'to-proxy', 'forwarded']);

export function reach(end: Outcome | number): Wish {
  return typeof end === 'number' ? atPort(end) : byOutcome(`end as \`${end}\``, [end]);
}

function byOutcome(says: Wish['says'], outcomes: readonly Outcome[]): Wish {
  return {
    says,
    isMet: ({ outcome }) => outcomes.includes(outcome),
    asksLoops: (outcome) => outcomes.includes('loop') || (outcomes.includes('captured-out') && outcomes.includes(outcome)),
    metBy: (_, { outcome }) => (outcomes.includes(outcome) ? FULL : EMPTY),
  };
}

/** The port at which the packet is delivered first, whatever its taker sends on. */
function atPort(port: number): Wish {
  return {
    says: `reach port ${port}`,
    isMet: ({ legs: [first] }) => first !== undefined && portOf(first) === port,
    asksLoops: () => false,
    metBy: ({ manager }, { of: { fate, env } }) => {
      if (fate.kind !== 'delivered' || fate.listener === undefined) return EMPTY;
      if (fate.listener.port === undefined) return equal(manager, env.dport, port);
      return fate.listener.port === port ? FULL : EMPTY;
    },
  };
}

function portOf({ walk: { fate, after } }: Path['legs'][number]): number | undefined {
  if (fate.kind !== 'delivered' || fate.process === undefined) return undefined;
  return fate.listener ?? after.dport;
}
