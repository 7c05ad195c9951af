/** What was found about one pod: about its rules, and about its own fields and settings. */
import type { Pod } from '../istio/manifest/pod.ts';
import type { PodFinding } from '../istio/podChecks/check.ts';
import type { Muted } from './accepted.ts';
import type { Verified } from './verify.ts';

export interface VerifiedPod {
  readonly pod: Pod;
  readonly verified: Verified;
  /** claims about its fields and settings that do not hold */
  readonly findings: readonly PodFinding[];
  /** those of them that somebody has said to be known */
  readonly muted?: ReadonlyMap<PodFinding, Muted>;
}
