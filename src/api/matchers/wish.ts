/** What a test wants of a packet, for one packet and for sets of them. */
import type { Outcome, Path } from '../../connection/journey.ts';
import type { End } from '../../connection/symbolicJourney.ts';
import { connectionSentence } from '../../report/text/stall.ts';
import { type Bdd, EMPTY, FULL } from '../../symbolic/diagrams/bdd.ts';
import { equal } from '../../symbolic/diagrams/vector.ts';
import type { Space } from '../../symbolic/space/space.ts';

export interface Wish {
  /** after `expected PACKET to` and `expected PACKET not to` */
  readonly says: string;
  readonly isMet: (path: Path) => boolean;
  /** it is so only where no loop follows, or where one does */
  readonly asksLoops: (outcome: Outcome) => boolean;
  /** it speaks of a mesh, and means nothing where none is known */
  readonly ofMesh: boolean;
  /** it asks who takes a packet that is delivered: one that is led away from its destination need not be the application's */
  readonly asksTaker: boolean;
  /** whether it is met is not known, though the outcome is */
  readonly isOpen?: (path: Path) => boolean;
  /** why it is not met, where the outcome does not say it */
  readonly why?: (path: Path, file: string) => string | undefined;
  /** the packets of an end for which it is met; absent: it is asked of single packets alone */
  readonly metBy?: (space: Space, end: End) => Bdd;
}

/** A packet that is captured reaches a listener of the mesh that captures first. */
export const CAPTURE: Wish = { ...byOutcome('be captured', ['captured-out', 'captured-in', 'dns']), ofMesh: true };
/** It goes where it would go without a mesh. */
export const BYPASS: Wish = { ...byOutcome('bypass the proxy', ['direct', 'to-app', 'to-proxy', 'forwarded']), ofMesh: true };

/** The connections on both sides of each proxy. */
export const COMPLETE: Wish = {
  says: 'complete its connection',
  isMet: ({ outcome, legs }) => outcome !== 'loop' && legs.every(({ connection }) => connection?.end === 'completes'),
  asksLoops: () => true,
  isOpen: ({ legs }) => legs.some(({ connection }) => connection?.end === 'undecided'),
  why: ({ outcome, legs }, file) => (outcome === 'stalled' ? undefined : incomplete(legs, file)),
  ofMesh: false,
  asksTaker: false,
};

function incomplete(legs: Path['legs'], file: string): string | undefined {
  const at = legs.findIndex(({ connection }) => connection !== undefined && connection.end !== 'completes');
  const leg = legs[at];
  const said = leg && connectionSentence(leg, file);
  return said === undefined ? undefined : `leg ${at + 1} ${said}`;
}

export function reach(end: Outcome | number): Wish {
  return typeof end === 'number' ? atPort(end) : byOutcome(`end as \`${end}\``, [end]);
}

function byOutcome(says: Wish['says'], outcomes: readonly Outcome[]): Wish {
  return {
    says,
    isMet: ({ outcome }) => outcomes.includes(outcome),
    asksLoops: (outcome) => outcomes.includes('loop') || (outcomes.includes('captured-out') && outcomes.includes(outcome)),
    ofMesh: false,
    asksTaker: outcomes.includes('to-app'),
    metBy: (_, { outcome }) => (outcomes.includes(outcome) ? FULL : EMPTY),
  };
}

/** The port at which the packet is delivered first, whatever its taker sends on. */
function atPort(port: number): Wish {
  return {
    says: `reach port ${port}`,
    isMet: ({ legs: [first] }) => first !== undefined && portOf(first) === port,
    asksLoops: () => false,
    ofMesh: false,
    asksTaker: false,
    metBy: ({ manager }, { of: { fate, env } }) => {
      if (fate.kind !== 'delivered' || fate.listener === undefined) return EMPTY;
      if (fate.listener.port === undefined) return equal(manager, env.dport, port);
      return fate.listener.port === port ? FULL : EMPTY;
    },
  };
}

/** Why a wish means nothing here; undefined: it does. */
export function withoutMesh({ ofMesh }: Wish, profile: unknown, said: string | undefined): string | undefined {
  if (!ofMesh || profile !== undefined || said === 'none') return undefined;
  return 'the rules are of no mesh that is known: give `profile`, or `host.listeners` and the port as in `toReach(packet, 15001)`';
}

/** Who says that there is no mesh has said that every listener is the application's; bypassed it is not even then. */
export function asksTaker(wish: Wish, said: string | undefined): boolean {
  return wish.asksTaker && (wish.ofMesh || said !== 'none');
}

/** A rule leads the packet to another place of this host than its destination, and no mesh says to whom. */
export function isLedAway({ outcome, legs: [first] }: Path): boolean {
  if (outcome !== 'to-app' || first === undefined) return false;
  return first.walk.steps.some((step) => step.kind === 'divert' || (step.kind === 'nat' && step.manip === 'dst'));
}

/** The same of a set. */
export function ledAway({ start }: Space, { outcome, set, of: { fate, env } }: End): Bdd {
  if (outcome !== 'to-app' || fate.kind !== 'delivered') return EMPTY;
  const same = (['dst', 'dport'] as const).every((field) => env[field].every((bit, at) => bit === start[field][at]));
  return same && !fate.transparent ? EMPTY : set;
}

function portOf({ walk: { fate, after } }: Path['legs'][number]): number | undefined {
  if (fate.kind !== 'delivered' || fate.process === undefined) return undefined;
  return fate.listener ?? after.dport;
}
