/** What stands in the way of a verdict on packets. */
import type { ConnectionEnd } from '../../symbolic/connection/going.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import type { Doubt } from '../../symbolic/walk/state.ts';
import type { Doubtful } from './claim.ts';

interface Ended {
  readonly doubts: readonly Doubt[];
  /** of connections */
  readonly end?: ConnectionEnd['end'];
}

/** Undefined: nothing that is not modelled decides how these packets end. */
export function doubtAbout({ doubts, end }: Ended, set: Bdd): Doubtful | undefined {
  const unknown = doubts.filter(({ why }) => why === 'unmodelled');
  if (unknown.length === 0 && end !== 'undecided') return undefined;
  const rules = unknown.flatMap(({ rule }) => (rule === undefined ? [] : [rule]));
  return { set, rules, why: unknown.map(({ what }) => what).join(', ') };
}
