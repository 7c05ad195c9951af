/** Claims on the rules of a pod. A pod that is not meant to be captured has promised nothing. */
import { POD_OF_MANIFEST } from '../connection/bounds.ts';
import { CLAIMS } from '../prove/claims/all.ts';
import { type Verified, type VerifyOptions, verifyRulesets } from '../prove/judge/verifyRules.ts';
import { counterpartOf } from './counterpart.ts';
import { phaseText } from './initPhase.ts';
import type { PodMemory, RenderedPod } from './renderedPod.ts';

export function verifyPod(pod: RenderedPod, options: VerifyOptions = {}): Verified {
  const { rulesets, host, profile, inMesh, families, whileInit } = pod;
  if (!inMesh)
    return { rulesets, profile: undefined, findings: [], bounds: { families: [], unjudged: [], hosts: [] }, assumptions: [], notes: [] };
  const phase = whileInit === undefined ? {} : { whileInit };
  const verified = verifyRulesets(rulesets, {
    host,
    hostIs: POD_OF_MANIFEST,
    profile,
    families,
    ...phase,
    counterpart: (other) => counterpartOf(pod, other),
    ...options,
  });
  return whileInit === undefined ? verified : { ...verified, notes: [phaseText(whileInit), ...verified.notes] };
}

/** Pods of which it is equal share all proofs. Where they are compared with how else they would be captured, that counts as well. */
export function proofKey(pod: RenderedPod, { only }: VerifyOptions, memory: PodMemory): string {
  const compared = CLAIMS.some(({ id, byName }) => byName === true && only?.includes(id) === true);
  if (!compared) return pod.key;
  const others = (['approach', 'mode'] as const).map((other) => counterpartOf(pod, other, memory));
  return [pod.key, ...others.map((found) => (typeof found === 'string' ? found : found.key))].join(' | ');
}
