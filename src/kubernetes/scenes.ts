/** The pods of manifests, ready to be asked, and what is wrong with their fields and settings. */
import { enrol } from '../istio/enrol/enrol.ts';
import type { PodFinding } from '../istio/podChecks/check.ts';
import { checkPod } from '../istio/podChecks/checks.ts';
import { type Diagnostic, isError } from '../syntax/diagnostic.ts';
import { emptyMemory, type PodMemory, type RenderedPod, renderPod } from '../verify/renderedPod.ts';
import { refusals } from './refusals.ts';
import type { PodWorld } from './world.ts';

export interface PodScene extends RenderedPod {
  /** claims about its fields and settings that do not hold */
  readonly findings: readonly PodFinding[];
}

export interface PodScenes {
  readonly scenes: readonly PodScene[];
  /** of the pods' settings and rules */
  readonly diagnostics: readonly Diagnostic[];
  readonly memory: PodMemory;
}

export function scenesOf({ manifests, world }: PodWorld): PodScenes {
  const diagnostics: Diagnostic[] = [];
  const memory = emptyMemory();
  const scenes = manifests.pods.map((pod): PodScene => {
    const enrolment = enrol(pod, world);
    const rendered = renderPod(enrolment, memory);
    diagnostics.push(...refusals(enrolment), ...rendered.rules.diagnostics, ...rendered.diagnostics.filter(isError));
    return { ...rendered, findings: checkPod(enrolment, rendered.rules) };
  });
  return { scenes, diagnostics, memory };
}
