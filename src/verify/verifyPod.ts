/** Claims on the rules of a pod. A pod that is not meant to be captured has promised nothing. */
import type { RenderedPod } from './renderedPod.ts';
import { type Verified, type VerifyOptions, verifyRulesets } from './verify.ts';

export function verifyPod({ rulesets, host, profile, inMesh, families }: RenderedPod, options: VerifyOptions = {}): Verified {
  if (!inMesh) return { rulesets, profile: undefined, findings: [], notes: [] };
  return verifyRulesets(rulesets, { host, profile, families, ...options });
}
