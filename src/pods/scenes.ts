/** The pods of manifests, ready to be asked, and what is wrong with their fields and settings. */
import { enrol } from '../injection/enrol/enrol.ts';
import type { PodFinding } from '../injection/podChecks/check.ts';
import { checkPod } from '../injection/podChecks/checks.ts';
import { refusals } from '../injection/world/refusals.ts';
import type { PodWorld } from '../injection/world/world.ts';
import { type Diagnostic, isError } from '../syntax/text/diagnostic.ts';
import { emptyMemory, type PodMemory } from './podMemory.ts';
import { type RenderedPod, renderPod } from './renderedPod.ts';

export interface PodScene extends RenderedPod {
  /** claims about its fields and settings that do not hold */
  readonly findings: readonly PodFinding[];
  /** its settings are refused: there are no rules to ask */
  readonly refused?: true;
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
    const found = [...refusals(enrolment), ...rendered.rules.diagnostics, ...rendered.diagnostics.filter(isError)];
    diagnostics.push(...found.map((one) => (isError(one) ? { ...one, ofOneObject: true as const } : one)));
    return { ...rendered, findings: checkPod(enrolment, rendered.rules), ...(found.some(isError) && { refused: true }) };
  });
  return { scenes, diagnostics, memory };
}
