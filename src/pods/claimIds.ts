/** The ids of everything that can be selected, given a level or suppressed. */
import { BEHAVIOUR_CHANGED, FORMER_NAMES } from '../diff/behaviourChanged.ts';
import { POD_CLAIMS } from '../injection/podChecks/podClaimId.ts';
import type { Complaint } from '../lib/complaint.ts';
import { nearest } from '../lib/nearest.ts';
import { CLAIMS } from '../prove/claims/all.ts';
import { type ClaimSelection, isSelected } from '../prove/proof/claim.ts';
import { KEPT_PROMISES } from './keptPromises.ts';

/** Claims about rules and about the fields and settings of pods. */
export const JUDGED_CLAIMS: readonly string[] = [...new Set([...CLAIMS.map(({ id }) => id), ...POD_CLAIMS])];

/** What is asked of two sides, and is not a claim about one. */
const CLAIMS_OF_CHANGES: readonly string[] = [BEHAVIOUR_CHANGED, ...KEPT_PROMISES];

export const CLAIM_IDS: readonly string[] = [...JUDGED_CLAIMS, ...CLAIMS_OF_CHANGES];

/** Undefined: there is such a claim. */
export function unknownClaim(id: string): { readonly message: string; readonly help: string } | undefined {
  if (CLAIM_IDS.includes(id) || FORMER_NAMES.has(id)) return undefined;
  const meant = nearest(id, CLAIM_IDS);
  const help = meant === undefined ? '`chainwalk explain` lists the claims' : `did you mean \`${meant}\`?`;
  return { message: `unknown claim \`${id}\``, help };
}

/** Undefined for a name that is in use. */
export function renamedClaim(id: string): { readonly id: string; readonly remark: Pick<Complaint, 'message'> } | undefined {
  const now = FORMER_NAMES.get(id);
  return now === undefined ? undefined : { id: now, remark: { message: `\`${id}\` is called \`${now}\` now` } };
}

/** Of those that are checked, the selected ones. */
export function askedClaims(selection: ClaimSelection): ReadonlySet<string> {
  return new Set(JUDGED_CLAIMS.filter((id) => isSelected(id, selection)));
}
