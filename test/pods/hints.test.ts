/** Causes are found by proofs, which hints do not pay for: of a rule that decides nothing, only the setting that writes it is named. */
import { expect, it } from 'vitest';
import { causeMemory, causesOfFindings } from '../../src/pods/causes.ts';
import { emptyMemory } from '../../src/pods/podMemory.ts';
import { renderPod } from '../../src/pods/renderedPod.ts';
import { verifyPod } from '../../src/pods/verifyPod.ts';
import { enrolAll } from '../istio/pod/read.ts';

const RANGES = 'traffic.sidecar.istio.io/excludeOutboundIPRanges';
const excluding = (ranges: string) => `kind: Pod
metadata:
  name: a
  annotations: {${RANGES}: "${ranges}"}
spec:
  containers: [{name: a}]
`;

async function asked(ranges: string, claim: string) {
  const [enrolment] = await enrolAll({ pods: excluding(ranges), approach: 'init' });
  if (enrolment === undefined) throw new Error('no pod');
  const memory = causeMemory(emptyMemory());
  const options = { only: [claim] };
  const pod = renderPod(enrolment, memory);
  const { findings } = verifyPod(pod, options);
  const causes = causesOfFindings(pod, findings, { memory, options });
  return { causes: [...causes.values()].map(({ settings }) => settings.map(({ setting }) => setting)), proofs: memory.verdicts.size };
}

it('rules behind an annotation that takes everything: no proof, no cause', async () => {
  expect(await asked('0.0.0.0/0', 'no-dead-rule')).toEqual({ causes: [], proofs: 0 });
});

it('a rule that an annotation writes twice over: its cause, without a proof', async () => {
  expect(await asked('10.0.0.0/8,10.1.0.0/16', 'no-dead-rule')).toEqual({ causes: [[RANGES]], proofs: 0 });
});

it('what breaks a claim that is no hint is proved to be its cause', async () => {
  const { causes, proofs } = await asked('0.0.0.0/0', 'outbound-captured');
  expect(causes).toEqual([[RANGES]]);
  expect(proofs).toBeGreaterThan(0);
});
