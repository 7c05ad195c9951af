/** Claims on the rules of a pod. A pod that is not meant to be captured has promised nothing. */
import { POD_OF_MANIFEST } from '../connection/bounds.ts';
import { nativeText } from '../injection/facts/nativeSidecar.ts';
import { CLAIMS } from '../prove/claims/all.ts';
import { backendParity } from '../prove/claims/backendParity.ts';
import { type Verified, type VerifyOptions, verifyRulesets } from '../prove/judge/verifyRules.ts';
import { judgeBackends } from './backendParity.ts';
import { counterpartOf } from './counterpart.ts';
import { phaseText } from './initPhase.ts';
import { otherBackendOf } from './otherBackend.ts';
import { emptyMemory, type PodMemory } from './podMemory.ts';
import type { RenderedPod } from './renderedPod.ts';

export function verifyPod(pod: RenderedPod, options: VerifyOptions = {}): Verified {
  const { host, profile, inMesh, families, whileInit, enrolment } = pod;
  // of a family without an address no packet comes or goes
  const isKnown = enrolment.facts.pod.addresses.length > 0;
  const rulesets = isKnown ? pod.rulesets.filter(({ family }) => families.includes(family)) : pod.rulesets;
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
    compared: (claim, context) =>
      claim === backendParity.id ? judgeBackends(context, otherBackendOf(pod, emptyMemory()), options) : undefined,
    ...options,
  });
  const notes = verified.notes.map((note) => withoutAddress(note, pod));
  return whileInit === undefined
    ? { ...verified, notes }
    : { ...verified, notes: [phaseText(whileInit), ...[nativeText(enrolment.facts)].filter((one) => one !== undefined), ...notes] };
}

/** Of a family without an address of the pod nothing is missing. */
function withoutAddress(note: string, { families, enrolment }: RenderedPod): string {
  const family = /^no IPv([46]) rules were given/.exec(note)?.[1];
  const isThere = enrolment.facts.pod.addresses.length === 0 || families.some((one) => String(one) === family);
  return family === undefined || isThere ? note : `the pod has no IPv${family} address: IPv${family} is not checked`;
}

/** Pods of which it is equal share all proofs. Where they are compared with how else they would be captured, that counts as well. */
export function proofKey(pod: RenderedPod, { only }: VerifyOptions, memory: PodMemory): string {
  const compared = CLAIMS.some(({ id, byName }) => byName === true && only?.includes(id) === true);
  if (!compared) return pod.key;
  const others = (['approach', 'mode'] as const).map((other) => counterpartOf(pod, other, memory));
  return [pod.key, ...[...others, otherBackendOf(pod, memory)].map((found) => (typeof found === 'string' ? found : found.key))].join(' | ');
}
