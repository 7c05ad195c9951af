/** All claims about pods and settings. What a new one needs: docs/CONTRIBUTING.md#checklists */
import type { Enrolment } from '../enrol/enrol.ts';
import type { PodRules } from '../podRules/podRules.ts';
import { autoAllocatedCaptured } from './autoAllocated.ts';
import { podCapturedCheck } from './captured.ts';
import { type PodCheck, type PodFinding, subjectOf } from './check.ts';
import { settingHasEffect } from './effect.ts';
import { hostNetwork, identityCollision, initPhaseCheck } from './identity.ts';
import { knownKey } from './knownKey.ts';
import { probeAnswered } from './probes.ts';
import { exclusionNotOverbroadCheck, ifaceExclusionRouted, loopbackNotIncluded, pluginOnce } from './scope.ts';

export const POD_CHECKS: readonly PodCheck[] = [
  podCapturedCheck,
  identityCollision,
  hostNetwork,
  initPhaseCheck,
  exclusionNotOverbroadCheck,
  ifaceExclusionRouted,
  loopbackNotIncluded,
  autoAllocatedCaptured,
  probeAnswered,
  pluginOnce,
  settingHasEffect,
  knownKey,
];

/** For a pod that is not captured the other checks do not apply: without rules nothing can be excluded. The reason may be a name that
 *  is not read. */
export function checkPod(enrolment: Enrolment, rules: PodRules): readonly PodFinding[] {
  const subject = subjectOf(enrolment, rules);
  const checks = enrolment.verdict === 'captured' ? POD_CHECKS : [podCapturedCheck, knownKey];
  return checks.flatMap(({ id, level, judge }) => judge(subject).map((remark) => ({ claim: id, level, ...remark })));
}
