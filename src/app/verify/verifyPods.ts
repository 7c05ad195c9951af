/** `verify` of manifests: who captures each pod, with which rules, and whether these keep the mesh's promises. */
import type { UnreadPod } from '../../kubernetes/manifest/manifests.ts';
import { askedClaims } from '../../pods/claimIds.ts';
import { inInitPhase } from '../../pods/initPhase.ts';
import type { VerifiedPod } from '../../pods/verifiedPod.ts';
import { verifyScenes } from '../../pods/verifyPods.ts';
import type { VerifyOptions } from '../../prove/judge/verifyRules.ts';
import { reviewedPod } from '../../report/review/fromPods.ts';
import { type Diagnostic, stopsAll } from '../../syntax/text/diagnostic.ts';
import { type PodTexts, podScenesOf } from '../load/podTexts.ts';
import { podMuter } from '../suppress/inManifests.ts';
import { type NotedSubjects, withNotes } from './notedSubjects.ts';

export interface VerifyPodsQuestion {
  readonly pods: PodTexts;
  readonly options: VerifyOptions;
  /** checked while the pods' init containers run */
  readonly inInitPhase?: boolean;
  /** hears what is being done */
  readonly progress?: (doing: string) => void;
}

export interface VerifiedManifests {
  readonly pods: readonly VerifiedPod[];
  /** pods that cannot be checked, for errors that stop nothing else */
  readonly unread: readonly UnreadPod[];
  /** with an error that stops all there are no pods */
  readonly diagnostics: readonly Diagnostic[];
}

export function verifyPodTexts({ pods: texts, options, inInitPhase: early = false, progress }: VerifyPodsQuestion): VerifiedManifests {
  const { scenes: all, unread, memory, diagnostics } = podScenesOf(texts);
  if (diagnostics.some(stopsAll)) return { pods: [], unread: [], diagnostics };
  const scenes = all.filter(({ refused }) => refused !== true);
  const asked = { scenes: early ? scenes.map(inInitPhase) : scenes, memory };
  const verified = verifyScenes(asked, { options, ...(progress !== undefined && { tell: progress }) });
  const muter = podMuter(
    verified.map(({ pod }) => pod.place.source),
    askedClaims(options),
  );
  const pods = verified.map(muter.mute);
  return { pods, unread, diagnostics: [...diagnostics, ...(options.where === undefined ? muter.warnings() : [])] };
}

export function subjectsOfPods({ pods }: Pick<VerifiedManifests, 'pods'>): NotedSubjects {
  return withNotes(
    pods.map(reviewedPod),
    pods.map(({ verified }) => verified.notes),
  );
}
