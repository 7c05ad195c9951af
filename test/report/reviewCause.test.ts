/** A problem of a pod stands at the line that causes it; where defaults do, at the pod. */
import { expect, it } from 'vitest';
import { emptyMemory } from '../../src/pods/podMemory.ts';
import { renderPod } from '../../src/pods/renderedPod.ts';
import { verifyScenes } from '../../src/pods/verifyPods.ts';
import { reviewedPod } from '../../src/report/review/fromPods.ts';
import { positionOf } from '../../src/report/text/positions.ts';
import { enrolAll } from '../istio/pod/read.ts';

const POD = `kind: Pod
metadata:
  name: a
  namespace: s
  annotations:
    traffic.sidecar.istio.io/includeInboundPorts: ""
spec:
  containers: [{name: a, securityContext: {runAsUser: 1000}}]
`;

async function problemsOf(pods: string, only: readonly string[]) {
  const [enrolment] = await enrolAll({ pods, approach: 'init' });
  if (enrolment === undefined) return [];
  const memory = emptyMemory();
  const [pod] = verifyScenes({ scenes: [{ ...renderPod(enrolment, memory), findings: [], about: [] }], memory }, { options: { only } });
  return pod === undefined ? [] : reviewedPod(pod).checks.flatMap(({ problems }) => problems);
}

it('the annotation', async () => {
  const [problem] = await problemsOf(POD, ['inbound-captured']);
  expect(problem?.place?.source.file).toBe('deploy.yaml');
  expect(problem?.place === undefined ? undefined : positionOf(problem.place)).toEqual({ line: 6, column: 51 });
  expect(problem?.message).toMatch(/; it follows from annotation traffic\.sidecar\.istio\.io\/includeInboundPorts$/);
});

it('the pod, and a remedy of the mesh', async () => {
  const [problem] = await problemsOf(POD.replace('""', '"*"'), ['invalid-not-to-app']);
  expect(problem?.message).not.toContain('follows from');
  expect(problem?.remedy).toContain('INVALID_DROP');
});
