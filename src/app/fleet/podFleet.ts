/** `verify` of manifests, one pod after the other: what they have in common is read, and of proofs no more is kept than some that may come again. */

import type { Pod } from '../../kubernetes/manifest/pod.ts';
import { Reserve } from '../../lib/budget.ts';
import { askedClaims } from '../../pods/claimIds.ts';
import { inInitPhase } from '../../pods/initPhase.ts';
import { emptyMemory } from '../../pods/podMemory.ts';
import { podSceneOf } from '../../pods/scenes.ts';
import type { VerifiedPod } from '../../pods/verifiedPod.ts';
import { sceneVerifier } from '../../pods/verifyPods.ts';
import { type Diagnostic, isError, stopsAll } from '../../syntax/text/diagnostic.ts';
import { readPodTexts } from '../load/podTexts.ts';
import { podMuter } from '../suppress/inManifests.ts';
import type { VerifyPodsQuestion } from '../verify/verifyPods.ts';

/** Proofs, and rules and hosts, that are kept for pods that are alike. */
const MOST_KEPT = 256;

/** What is wrong with the settings of a pod that cannot be asked. */
export interface RefusedPod {
  readonly pod: Pod;
  readonly errors: readonly Diagnostic[];
}

export interface PodFleet {
  /** in the order of the manifests; empty after an error that stops all */
  readonly pods: readonly Pod[];
  /** about the manifests together */
  readonly diagnostics: readonly Diagnostic[];
  readonly answer: (pod: Pod) => VerifiedPod | RefusedPod;
  /** about comments that suppress: those that no pod that was answered has used are among them */
  readonly warnings: () => readonly Diagnostic[];
}

/** Each pod has budgets of its own, so that its answer depends neither on the order of pods nor on what other pods there are. */
export function podFleet({ pods: texts, options: { limits, ...options }, inInitPhase: early = false }: VerifyPodsQuestion): PodFleet {
  const world = readPodTexts(texts);
  const { diagnostics } = world;
  const pods = diagnostics.some(stopsAll) ? [] : world.manifests.pods;
  const muter = podMuter(
    pods.map(({ place }) => place.source),
    askedClaims(options),
  );
  const optionsOf = () => {
    const reserve = new Reserve();
    return { ...options, limits: () => ({ ...limits?.(), reserve }) };
  };
  const begin = () => {
    const memory = emptyMemory();
    return { memory, verifier: sceneVerifier(memory, { options: optionsOf, most: MOST_KEPT }) };
  };
  let known = begin();
  return {
    pods,
    diagnostics,
    answer: (pod) => {
      // proofs are kept by numbers of rules and hosts
      if (Math.max(known.memory.rules.size, known.memory.hosts.size) > MOST_KEPT) known = begin();
      const scene = podSceneOf(pod, { world, memory: known.memory });
      if (scene.refused === true) return { pod, errors: scene.about.filter(isError) };
      return muter.mute(known.verifier.verify(early ? inInitPhase(scene) : scene));
    },
    warnings: () => (options.where === undefined ? muter.warnings() : []),
  };
}
