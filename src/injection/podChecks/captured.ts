/** A pod with a proxy for which no rules are written, or whose rules are those of another mesh, which do not follow from manifests. */
import { wantsNoRules } from '../enrol/injection.ts';
import { containerOf } from '../facts/facts.ts';
import { otherMesh } from '../facts/otherMesh.ts';
import type { PodCheck } from './check.ts';

export const podCapturedCheck: PodCheck = {
  id: 'pod-captured',
  level: 'error',
  judge: ({ enrolment, facts }) => {
    const other = otherMesh(facts);
    if (other !== undefined) return [{ message: other.message, help: other.help, place: other.place, isUnjudged: true }];
    const proxy = containerOf(facts.pod, 'istio-proxy');
    const last = enrolment.taken.at(-1);
    if (enrolment.verdict !== 'skipped' || proxy === undefined || last === undefined || MEANT.has(last.step.id)) return [];
    if (wantsNoRules(facts.pod)) return [];
    return [
      {
        message: `NOT CAPTURED: the pod has a container istio-proxy, but no rules are written for it: ${last.answer.because}`,
        help: 'istio-init, the CNI plugin or the ambient agent has to write them; --mode says which one the cluster has',
        place: proxy.name,
      },
    ];
  },
};

/** Steps that say that nothing is to be captured. */
const MEANT: ReadonlySet<string> = new Set(['interception-none', 'proxy-type', 'envoy-disabled', 'own-agent']);
