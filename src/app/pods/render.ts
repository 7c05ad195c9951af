/** `render --pod`: the rules of each pod of manifests. */

import { enrol } from '../../injection/enrol/enrol.ts';
import { WRITERS } from '../../injection/facts/approach.ts';
import { otherMesh } from '../../injection/facts/otherMesh.ts';
import { checkPod } from '../../injection/podChecks/checks.ts';
import { keyWarnings } from '../../injection/podChecks/knownKey.ts';
import { type PodRules, podRules } from '../../injection/podRules/podRules.ts';
import { refusals } from '../../injection/world/refusals.ts';
import type { Pod } from '../../kubernetes/manifest/pod.ts';
import { type Diagnostic, isError, stopsAll } from '../../syntax/text/diagnostic.ts';
import { type PodTexts, readPodTexts } from '../load/podTexts.ts';

export interface RenderedPodRules {
  readonly pod: Pod;
  /** who writes the rules, or why none are written */
  readonly by: string;
  readonly rules: PodRules;
  /** they do not follow from manifests */
  readonly isUnjudged: boolean;
}

export interface RenderPodsAnswer {
  readonly pods: readonly RenderedPodRules[];
  readonly diagnostics: readonly Diagnostic[];
}

export function renderPodTexts(texts: PodTexts): RenderPodsAnswer {
  const { manifests, world, diagnostics } = readPodTexts(texts);
  const found: Diagnostic[] = [...diagnostics];
  if (diagnostics.some(stopsAll)) return { pods: [], diagnostics };
  const pods = manifests.pods.flatMap((pod): readonly RenderedPodRules[] => {
    const enrolment = enrol(pod, world);
    const rules = podRules(enrolment);
    const own = [...refusals(enrolment), ...rules.diagnostics, ...keyWarnings(checkPod(enrolment, rules))];
    found.push(...own);
    if (own.some(isError)) return [];
    const other = otherMesh(enrolment.facts);
    const why = other?.message ?? enrolment.taken.at(-1)?.answer.because ?? '';
    const captured = enrolment.verdict === 'captured' && other === undefined;
    return [
      {
        pod,
        by: captured ? WRITERS[enrolment.facts.approach] : `${other === undefined ? 'none' : 'others'}: ${why}`,
        rules,
        isUnjudged: other !== undefined,
      },
    ];
  });
  return { pods, diagnostics: found };
}
