/** JSON of `verify` for pods: the contract's report, and beside it what is wrong with each pod's own fields and settings. */
import { type FindingJson, toFinding } from './enrol/json.ts';
import { toVerifyReport, type VerifyReport } from './verifyJson.ts';
import type { VerifiedPod } from './verifyPodsHuman.ts';

export interface VerifyPodsReport extends VerifyReport {
  readonly pods: readonly VerifiedPodJson[];
}

export interface VerifiedPodJson {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly findings: readonly FindingJson[];
}

export function toVerifyPodsReport(pods: readonly VerifiedPod[]): VerifyPodsReport {
  return {
    ...toVerifyReport(pods.map(({ verified }) => verified)),
    pods: pods.map(({ pod: { kind, namespace, name }, findings }) => ({ kind, namespace, name, findings: findings.map(toFinding) })),
  };
}
