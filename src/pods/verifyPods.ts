/** The claims on every pod of manifests, and what in the files breaks them. */
import type { PodFinding } from '../injection/podChecks/check.ts';
import { podAssumptions } from '../injection/podRules/podAssumptions.ts';
import { assumptionTexts } from '../mesh/assumption.ts';
import type { Verified, VerifyOptions } from '../prove/judge/verifyRules.ts';
import { isSelected } from '../prove/proof/claim.ts';
import { isError } from '../syntax/text/diagnostic.ts';
import { causeMemory, causesOfFindings } from './causes.ts';
import type { PodMemory } from './podMemory.ts';
import type { PodScene, PodScenes } from './scenes.ts';
import type { VerifiedPod } from './verifiedPod.ts';
import { proofKey, verifyPod } from './verifyPod.ts';

export interface Verifying {
  readonly options: VerifyOptions;
  /** what is being done, for a person who waits */
  readonly tell?: (doing: string) => void;
}

export function verifyScenes(
  { scenes, memory }: Pick<PodScenes, 'scenes' | 'memory'>,
  { options, tell }: Verifying,
): readonly VerifiedPod[] {
  const verifier = sceneVerifier(memory, { options: () => options });
  return scenes.map((scene, index): VerifiedPod => {
    tell?.(`verifying pod ${index + 1} of ${scenes.length}, ${verifier.proved()} different so far`);
    return verifier.verify(scene);
  });
}

export interface SceneVerifier {
  readonly verify: (scene: PodScene) => VerifiedPod;
  /** pods that were proved, and not as another one */
  readonly proved: () => number;
}

/** Pods with equal rules, hosts and families are proved once; what causes a finding is looked for in each. `options`: of each proof; `most`:
 *  proofs that are kept. */
export function sceneVerifier(
  memory: PodMemory,
  { options: optionsOf, most = Number.POSITIVE_INFINITY }: { readonly options: () => VerifyOptions; readonly most?: number },
): SceneVerifier {
  const kept = new Map<string, Verified>();
  const causesMemory = causeMemory(memory);
  let proved = 0;
  const verify = (scene: PodScene): VerifiedPod => {
    const options = optionsOf();
    const key = proofKey(scene, options, memory);
    const before = kept.get(key);
    const known = before ?? verifyPod(scene, options);
    if (before === undefined) proved++;
    kept.delete(key);
    kept.set(key, known);
    const [oldest] = kept.keys();
    if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    const named = known.rulesets.map(
      (one) => scene.rulesets.find(({ family }) => family === one.family) ?? { ...one, source: sourceOf(scene) },
    );
    const causes = causesOfFindings(scene, known.findings, { options, memory: causesMemory });
    const verified = { ...known, rulesets: named, notes: [...notesOf(scene), ...known.notes], causes };
    const outside = outsideOf(scene);
    return {
      pod: scene.enrolment.facts.pod,
      verified,
      findings: asked(scene.findings, options),
      ...(outside !== undefined && { outside }),
      warnings: scene.about.filter((one) => !isError(one)),
    };
  };
  return { verify, proved: () => proved };
}

/** Of the selected claims. */
function asked(findings: readonly PodFinding[], options: VerifyOptions): readonly PodFinding[] {
  return findings.filter(({ claim }) => isSelected(claim, options));
}

function sourceOf({ rulesets }: PodScene): PodScene['rulesets'][number]['source'] {
  return rulesets[0]?.source ?? { file: 'rules', text: '' };
}

function outsideOf({ enrolment: { taken }, inMesh, otherMesh }: PodScene): string | undefined {
  return otherMesh !== undefined
    ? otherMesh.message
    : inMesh
      ? undefined
      : (taken.at(-1)?.answer.because ?? 'it is not meant to be captured');
}

function notesOf({ enrolment, rules, inMesh, otherMesh, whileInit }: PodScene): readonly string[] {
  const { verdict, taken } = enrolment;
  const because = taken.at(-1)?.answer.because ?? '';
  if (otherMesh !== undefined) return [`not checked: ${otherMesh.message}`];
  return [
    ...(verdict === 'captured' ? [] : [`not captured: ${because}${inMesh ? '' : '; it is not meant to be captured, and not checked'}`]),
    ...assumptionTexts(podAssumptions(enrolment, rules, { inInitPhase: whileInit !== undefined })),
  ];
}
