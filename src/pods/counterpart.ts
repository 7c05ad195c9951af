/** The same pod, captured otherwise: by istio-init in place of the CNI plugin, by TPROXY in place of REDIRECT, and the reverse. */
import { STATUS, TRAFFIC_ANNOTATIONS } from '../injection/configuration/annotations.ts';
import { type Enrolment, enrolWith } from '../injection/enrol/enrol.ts';
import { type Facts, interceptionModeOf, isInjected } from '../injection/facts/facts.ts';
import type { Counterpart, CounterpartNames, Other } from '../prove/proof/podQuestions.ts';
import { emptyMemory, type PodMemory } from './podMemory.ts';
import { type RenderedPod, renderPod } from './renderedPod.ts';

/** Or why there is none. */
export function counterpartOf({ enrolment }: RenderedPod, other: Other, memory: PodMemory = emptyMemory()): Counterpart | string {
  const { facts, verdict } = enrolment;
  if (verdict !== 'captured') return 'the pod is not captured';
  if (facts.approach === 'ambient') return 'ambient mode writes other rules, and knows neither';
  const { enrolment: counterpart, ...names } = other === 'approach' ? ofApproach(facts) : ofMode(facts);
  return rendered(counterpart, { names, memory });
}

const INIT = 'istio-init';
const PLUGIN = 'the CNI plugin';

function ofApproach(facts: Facts): NamedEnrolment {
  const byInit = facts.approach === 'init';
  const names = byInit ? { here: INIT, there: PLUGIN } : { here: PLUGIN, there: INIT };
  return { ...names, enrolment: enrolWith({ ...notInjected(facts), approach: byInit ? 'cni' : 'init' }) };
}

function ofMode(facts: Facts): NamedEnrolment {
  const here = interceptionModeOf(facts).value;
  const there = here === 'TPROXY' ? 'REDIRECT' : 'TPROXY';
  const { name } = TRAFFIC_ANNOTATIONS.mode;
  const plain = notInjected(facts);
  const annotations = new Map([...plain.pod.annotations, [name, { ...facts.pod.place, value: there }]]);
  return { here, there, enrolment: enrolWith({ ...plain, pod: { ...plain.pod, annotations } }) };
}

interface NamedEnrolment extends CounterpartNames {
  readonly enrolment: Enrolment;
}

interface Rendering {
  readonly names: CounterpartNames;
  readonly memory: PodMemory;
}

function rendered(enrolment: Enrolment, { names, memory }: Rendering): Counterpart | string {
  if (enrolment.verdict !== 'captured')
    return `with ${names.there} the pod is not captured: ${enrolment.taken.at(-1)?.answer.because ?? ''}`;
  const { rulesets, host, rules, key } = renderPod(enrolment, memory);
  return rules.rendered === undefined ? `the settings are refused with ${names.there}` : { rulesets, host, key, ...names };
}

/** As before injection, which others would have done differently; the container istio-proxy may be the user's own. */
function notInjected(facts: Facts): Facts {
  if (!isInjected(facts.pod)) return facts;
  const containers = facts.pod.containers.filter(({ name }) => name.value !== 'istio-init' && name.value !== 'istio-validation');
  const annotations = new Map([...facts.pod.annotations].filter(([name]) => name !== STATUS));
  return { ...facts, pod: { ...facts.pod, containers, annotations } };
}
