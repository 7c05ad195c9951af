/** What a claim is: one English sentence about all packets, and the packets that break it. */

import type { Outcome } from '../../connection/journey.ts';
import type { Ends } from '../../connection/symbolicEnds.ts';
import type { PartName } from '../../netfilter/connectionParts.ts';
import type { ForcedState } from '../../netfilter/firstState.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import type { Preferences } from '../../symbolic/words/witness.ts';
import type { ClaimId } from './claimId.ts';
import type { ProofContext } from './context.ts';

export type Level = 'error' | 'warning' | 'info';

export interface Claim {
  readonly id: ClaimId;
  readonly level: Level;
  /** one sentence, capital and full stop: what holds for every packet when the claim does */
  readonly statement: string;
  /** who has to run already; absent: it is about rules alone */
  readonly needs?: 'proxy' | 'application';
  /** asked only where --only names it: it compares with rules that are not there, or no mesh keeps it */
  readonly byName?: true;
  /** asked of both families, whichever rules are given */
  readonly everyFamily?: true;
  /** asked of pods while their init containers run, and only then */
  readonly whileInit?: true;
  /** why the claim is not asked here; undefined: it is */
  readonly skip?: (context: ProofContext) => string | undefined;
  readonly judge: (context: ProofContext) => Judgement;
}

export interface Judgement {
  readonly violations: readonly Violation[];
  /** packets for which it depends on something that is not modelled */
  readonly doubts: readonly Doubtful[];
  /** what was not asked, in a sentence without capital and stop */
  readonly notes?: readonly string[];
  /** there is no packet that the claim is about: it neither holds nor breaks */
  readonly vacuous?: true;
}

/** Packets that break the claim, or a rule that does. */
export type Violation =
  | {
      readonly kind: 'packets';
      readonly set: Bdd;
      readonly dir: 'in' | 'out';
      readonly iif?: string;
      readonly forced?: ForcedState;
      /** what happens to them in place of what should */
      readonly outcome: Outcome;
      readonly by: Rule | undefined;
      /** to blame, whatever rule ends the example */
      readonly blame?: readonly Rule[];
      /** packets of the whole scope; the words leave out what these have in common */
      readonly within: Bdd;
      /** where the outcome alone does not show what is wrong */
      readonly why?: string;
      /** in which the set is, and in which a packet of it is walked; absent: the one that is checked */
      readonly context?: ProofContext;
      /** values for the witness that come before the usual ones */
      readonly prefer?: Preferences;
      /** a finding of its own, together with those of the same text */
      readonly apart?: string;
      /** other than the claim's */
      readonly level?: Level;
      /** they end as they should, but for this packet of their connections, which does not arrive */
      readonly aside?: PartName;
    }
  /** without a rule where it is the text as a whole */
  | {
      readonly kind: 'rule';
      readonly rule: Rule | undefined;
      readonly why: string;
      /** other than the claim's */
      readonly level?: Level;
      /** those that share it are one finding, with the reason that it gives for their rules */
      readonly together?: (rules: readonly Rule[]) => string;
    };

export interface Doubtful {
  readonly set: Bdd;
  readonly rules: readonly Rule[];
  readonly why: string;
}

export const NO_VIOLATION: Judgement = { violations: [], doubts: [] };

/** A claim of the form: packets of this scope end so. */
export interface FateScope {
  readonly dir: 'in' | 'out';
  readonly iif?: string;
  /** packets of a connection that is there already */
  readonly forced?: ForcedState;
  readonly when: MatchExpr;
  /** further restriction that is not a condition on fields */
  readonly also?: Bdd;
  readonly ends: Ends;
}

/** Which claims are checked: all, less those that are left out. */
export interface ClaimSelection {
  readonly only?: readonly string[] | undefined;
  readonly except?: readonly string[] | undefined;
}

export function isSelected(id: string, { only, except }: ClaimSelection): boolean {
  return (only?.includes(id) ?? true) && except?.includes(id) !== true;
}
