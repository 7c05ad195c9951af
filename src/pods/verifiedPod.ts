/** What was found about one pod: about its rules, and about its own fields and settings. */

import type { PodFinding } from '../injection/podChecks/check.ts';
import type { Pod } from '../kubernetes/manifest/pod.ts';
import type { Verified } from '../prove/judge/verifyRules.ts';
import type { Muted } from '../prove/proof/suppressions.ts';
import type { Diagnostic } from '../syntax/text/diagnostic.ts';

export interface VerifiedPod {
  readonly pod: Pod;
  readonly verified: Verified;
  /** why nothing of it is checked: it is not meant to be captured, or is of another mesh */
  readonly outside?: string;
  /** claims about its fields and settings that do not hold */
  readonly findings: readonly PodFinding[];
  /** those of them that are suppressed */
  readonly muted?: ReadonlyMap<PodFinding, Muted>;
  /** warnings about its settings and rules */
  readonly warnings: readonly Diagnostic[];
}
