/** `enrol`: who captures each pod and with which rules, step by step. */
import { type Enrolment, enrol } from '../../injection/enrol/enrol.ts';
import type { PodFinding } from '../../injection/podChecks/check.ts';
import { checkPod } from '../../injection/podChecks/checks.ts';
import { type PodRules, podRules } from '../../injection/podRules/podRules.ts';
import { refusals } from '../../injection/world/refusals.ts';
import type { PodWorld } from '../../injection/world/world.ts';
import { type Diagnostic, stopsAll } from '../../syntax/text/diagnostic.ts';
import { type PodTexts, readPodTexts } from '../load/podTexts.ts';

export interface EnrolledPod {
  readonly enrolment: Enrolment;
  readonly rules: PodRules;
  /** claims about its fields and settings that do not hold */
  readonly findings: readonly PodFinding[];
}

export interface EnrolAnswer extends Pick<PodWorld['world'], 'approach' | 'version'> {
  readonly answers: readonly EnrolledPod[];
  readonly diagnostics: readonly Diagnostic[];
}

export function enrolPods(texts: PodTexts): EnrolAnswer {
  const { manifests, world, diagnostics } = readPodTexts(texts);
  if (diagnostics.some(stopsAll)) return { approach: world.approach, version: world.version, answers: [], diagnostics };
  const answers = manifests.pods.map((pod): EnrolledPod => {
    const enrolment = enrol(pod, world);
    const rules = podRules(enrolment);
    return { enrolment, rules, findings: checkPod(enrolment, rules) };
  });
  const ofPods = answers.flatMap(({ enrolment, rules }) => [...refusals(enrolment), ...rules.diagnostics]);
  return { approach: world.approach, version: world.version, answers, diagnostics: [...diagnostics, ...ofPods] };
}
