/** Who captures a pod, and by which step that is decided. */

import type { Pod } from '../../kubernetes/manifest/pod.ts';
import type { Approach } from '../facts/approach.ts';
import { type EnrolWorld, type Facts, factsOf } from '../facts/facts.ts';
import { type CaptureDecision, decide, type Stage } from '../facts/step.ts';
import { ambientAgent } from './ambient.ts';
import { annotations } from './annotations.ts';
import { initContainer } from './initContainer.ts';
import { injection } from './injection.ts';
import { multus } from './multus.ts';
import { plugin } from './plugin.ts';

/** The stages of each mode, in their order. */
export const STAGES: Readonly<Record<Approach, readonly Stage[]>> = {
  init: [injection, annotations, initContainer],
  cni: [injection, annotations, plugin],
  multus: [injection, annotations, multus, plugin],
  ambient: [ambientAgent],
};

export interface Enrolment extends CaptureDecision {
  readonly facts: Facts;
}

export function enrol(pod: Pod, world: EnrolWorld): Enrolment {
  return enrolWith(factsOf(pod, world));
}

export function enrolWith(facts: Facts): Enrolment {
  return { ...decide(STAGES[facts.approach], facts), facts };
}
