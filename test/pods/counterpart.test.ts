/** The other side of a comparison of one pod with itself: made of the pod as it was before somebody injected it. */
import { expect, it } from 'vitest';
import { counterpartOf } from '../../src/pods/counterpart.ts';
import { emptyMemory } from '../../src/pods/podMemory.ts';
import { renderPod } from '../../src/pods/renderedPod.ts';
import { enrolAll } from '../istio/pod/read.ts';

const pod = (...init: readonly string[]) => `kind: Pod
metadata:
  name: a
  annotations: {sidecar.istio.io/status: "{}"}
spec:
  initContainers: [${init.map((name) => `{name: ${name}, args: [istio-iptables, -p, "15001", -z, "15006", -u, "1337", -m, REDIRECT, -i, "*", -b, "*"]}`).join(', ')}]
  containers: [{name: a}, {name: istio-proxy, args: [proxy, sidecar]}]
`;

async function counterpart(text: string, approach: 'init' | 'cni' | 'ambient', other: 'approach' | 'mode') {
  const [enrolment] = await enrolAll({ pods: text, approach });
  if (enrolment === undefined) throw new Error('no pod');
  const found = counterpartOf(renderPod(enrolment, emptyMemory()), other);
  return typeof found === 'string' ? found : `${found.here} and ${found.there}`;
}

it.each([
  ['init', 'approach', pod('istio-init'), 'istio-init and the CNI plugin'],
  ['cni', 'approach', pod('istio-validation'), 'the CNI plugin and istio-init'],
  ['init', 'mode', pod('istio-init'), 'REDIRECT and TPROXY'],
  ['cni', 'mode', pod('istio-validation'), 'REDIRECT and TPROXY'],
  ['init', 'approach', pod('istio-validation'), 'the pod is not captured'],
  ['cni', 'approach', pod('istio-init'), 'the pod is not captured'],
] as const)('%s: the other %s', async (approach, other, text, says) => {
  expect(await counterpart(text, approach, other)).toBe(says);
});
