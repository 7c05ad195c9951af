/** The pods of manifests, ready to be asked, and what is wrong with their fields and settings. */
import { enrol } from '../../istio/enrol/enrol.ts';
import type { PodFinding } from '../../istio/podChecks/check.ts';
import { checkPod } from '../../istio/podChecks/checks.ts';
import { type Diagnostic, isError } from '../../syntax/diagnostic.ts';
import { emptyMemory, type PodMemory, type RenderedPod, renderPod } from '../../verify/renderedPod.ts';
import type { Call } from '../command.ts';
import { type LoadedPods, loadPods } from './loadPods.ts';
import { refusals } from './refusals.ts';

export interface PodScene extends RenderedPod {
  /** claims about its fields and settings that do not hold */
  readonly findings: readonly PodFinding[];
}

export interface PodScenes {
  readonly scenes: readonly PodScene[];
  readonly loaded: LoadedPods;
  readonly diagnostics: readonly Diagnostic[];
  readonly memory: PodMemory;
}

/** Undefined when a file or an option cannot be read, which has been said. */
export async function loadScenes(call: Call, files: readonly string[]): Promise<PodScenes | undefined> {
  const loaded = await loadPods(call, files);
  if (loaded === undefined) return undefined;
  const made = scenesOf(loaded);
  return { ...made, loaded, diagnostics: [...loaded.diagnostics, ...made.diagnostics] };
}

/** `diagnostics`: of the pods' settings and rules. */
export function scenesOf(loaded: LoadedPods): Pick<PodScenes, 'scenes' | 'diagnostics' | 'memory'> {
  const diagnostics: Diagnostic[] = [];
  const memory = emptyMemory();
  const scenes = loaded.manifests.pods.map((pod): PodScene => {
    const enrolment = enrol(pod, loaded.world);
    const rendered = renderPod(enrolment, memory);
    diagnostics.push(...refusals(enrolment), ...rendered.rules.diagnostics, ...rendered.diagnostics.filter(isError));
    return { ...rendered, findings: checkPod(enrolment, rendered.rules) };
  });
  return { scenes, diagnostics, memory };
}
