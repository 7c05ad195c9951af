/** What hurts most comes first: the one order of findings, in every command and format. */
import type { Outcome } from '../../connection/journey.ts';
import type { Level } from '../../prove/proof/claim.ts';

const LEVELS: readonly Level[] = ['error', 'warning', 'info'];

/** Connections multiply; they never come to be; they are seen by no proxy; another listener takes them. */
const OUTCOMES: readonly (readonly Outcome[])[] = [
  ['loop'],
  ['dropped', 'rejected', 'refused', 'lost', 'stalled'],
  ['direct', 'to-app', 'forwarded', 'to-proxy'],
  ['captured-out', 'captured-in', 'dns', 'undecided'],
];

export interface Harmful {
  readonly level: Level;
  readonly isUndecided: boolean;
  /** of a packet that shows it */
  readonly outcome?: Outcome | undefined;
}

/** 0 is the worst: by level, what is broken before what is undecided, then by what becomes of its packets. What no packet shows is first:
 *  a field, a setting or a file that is wrong explains what follows. */
export function harmOf({ level, isUndecided, outcome }: Harmful): number {
  const ofOutcome = outcome === undefined ? 0 : 1 + OUTCOMES.findIndex((some) => some.includes(outcome));
  return 20 * LEVELS.indexOf(level) + (isUndecided ? 10 : 0) + ofOutcome;
}
