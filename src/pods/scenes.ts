/** The pods of manifests, ready to be asked, and what is wrong with their fields and settings. */
import { enrol } from '../injection/enrol/enrol.ts';
import type { PodFinding } from '../injection/podChecks/check.ts';
import { checkPod } from '../injection/podChecks/checks.ts';
import { refusals } from '../injection/world/refusals.ts';
import type { PodWorld } from '../injection/world/world.ts';
import type { Pod } from '../kubernetes/manifest/pod.ts';
import { type Diagnostic, isError } from '../syntax/text/diagnostic.ts';
import { emptyMemory, type PodMemory } from './podMemory.ts';
import { type RenderedPod, renderPod } from './renderedPod.ts';

export interface PodScene extends RenderedPod {
  /** claims about its fields and settings that do not hold */
  readonly findings: readonly PodFinding[];
  /** its settings are refused: there are no rules to ask */
  readonly refused?: true;
  /** what is wrong with its settings and rules; an error is about it alone */
  readonly about: readonly Diagnostic[];
}

export interface PodScenes {
  readonly scenes: readonly PodScene[];
  /** of the pods' settings and rules */
  readonly diagnostics: readonly Diagnostic[];
  readonly memory: PodMemory;
}

export function scenesOf(world: PodWorld): PodScenes {
  const memory = emptyMemory();
  const scenes = world.manifests.pods.map((pod) => podSceneOf(pod, { world, memory }));
  return { scenes, diagnostics: scenes.flatMap(({ about }) => about), memory };
}

export function podSceneOf(pod: Pod, { world: { world }, memory }: { readonly world: PodWorld; readonly memory: PodMemory }): PodScene {
  const enrolment = enrol(pod, world);
  const rendered = renderPod(enrolment, memory);
  const found = [...refusals(enrolment), ...rendered.rules.diagnostics, ...rendered.diagnostics.filter(isError)];
  return {
    ...rendered,
    findings: checkPod(enrolment, rendered.rules),
    ...(found.some(isError) && { refused: true }),
    about: found.map((one) => (isError(one) ? { ...one, ofOneObject: true as const } : one)),
  };
}
