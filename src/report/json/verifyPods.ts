/** JSON of `verify` for pods: the JSON of `verify`, and beside it what is wrong with each pod's own fields and settings. */

import type { VerifiedPod } from '../../pods/verifiedPod.ts';
import type { Muted } from '../../prove/proof/suppressions.ts';
import { type FindingJson, toFinding } from './enrol.ts';
import { toVerifyReport, type VerifyReport } from './verify.ts';

export interface VerifyPodsReport extends VerifyReport {
  readonly pods: readonly VerifiedPodJson[];
}

export interface VerifiedPodJson {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** false: it is in no mesh, and nothing was checked of its rules; the notes say why */
  readonly checked: boolean;
  readonly findings: readonly VerifiedPodFinding[];
}

export interface VerifiedPodFinding extends FindingJson {
  /** it is suppressed: it does not count for the exit code */
  readonly muted?: Muted;
}

export function toVerifyPodsReport(pods: readonly VerifiedPod[]): VerifyPodsReport {
  return {
    ...toVerifyReport(pods.map(({ verified }) => verified)),
    pods: pods.map(toVerifiedPod),
  };
}

export function toVerifiedPod({ pod: { kind, namespace, name }, verified, findings, muted }: VerifiedPod): VerifiedPodJson {
  const withReason = findings.map((finding) => {
    const by = muted?.get(finding);
    return { ...toFinding(finding), ...(by !== undefined && { muted: by }) };
  });
  return { kind, namespace, name, checked: verified.profile !== undefined, findings: withReason };
}
