/** What is known about one claim on one family's rules. */
import type { Journey } from '../../connection/journey.ts';
import type { Family } from '../../packet/address.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Level } from './claim.ts';
import type { ClaimId } from './claimId.ts';
import type { Muted } from './suppressions.ts';

export type ClaimVerdict = 'holds' | 'violated' | 'undecided' | 'not-applicable';

export interface Finding {
  readonly claim: ClaimId;
  readonly level: Level;
  readonly verdict: ClaimVerdict;
  readonly statement: string;
  readonly family: Family;
  /** a packet that breaks the claim, walked by the simulator, which showed it */
  readonly witness?: Journey;
  /** rules that decide */
  readonly blame: readonly Rule[];
  /** of the rules to blame: a comment there accepts the finding as a whole */
  readonly acceptAt?: Rule;
  /** the packets that break it, or for which it is undecided, in words */
  readonly packets?: string;
  /** for undecided and not-applicable: why; for rules that break the claim: how */
  readonly reason?: string;
  /** of `explain`: what it says comes before the page of the claim */
  readonly page?: string;
  /** what the claim was not asked of */
  readonly notes?: readonly string[];
  /** it is suppressed */
  readonly muted?: Muted;
}
