/** The same pod by Istio's other backend: its own settings, with the switch the other way round. */
import { enrolWith } from '../injection/enrol/enrol.ts';
import { backendPart } from '../injection/facts/backend.ts';
import type { Facts } from '../injection/facts/facts.ts';
import { nativeSwitch } from '../injection/podRules/initSettings.ts';
import { has } from '../istio/settings/version.ts';
import { isError } from '../syntax/text/diagnostic.ts';
import type { OtherBackend } from './backendParity.ts';
import type { PodMemory } from './podMemory.ts';
import { type RenderedPod, renderPod, renderPodWith } from './renderedPod.ts';

/** Or why there is none. */
export function otherBackendOf(pod: RenderedPod, memory: PodMemory): (OtherBackend & Pick<RenderedPod, 'key'>) | string {
  const { enrolment, rules } = pod;
  const { facts, verdict } = enrolment;
  if (verdict !== 'captured') return 'the pod is not captured';
  if (rules.rendered === undefined) return 'its settings are refused';
  const { version, approach } = facts;
  if (!has(version, approach === 'ambient' ? 'nativeAmbient' : 'nativeNftables'))
    return `Istio 1.${version.minor} writes rules of iptables alone`;
  const native = rules.rendered.nft === undefined;
  const mesh = { ...facts.mesh, values: [backendPart(native), ...facts.mesh.values] };
  const other = approach === 'ambient' ? renderPod(enrolWith({ ...facts, mesh }), memory) : switched(pod, { ...facts, mesh }, memory);
  const errors = [...other.rules.diagnostics, ...other.diagnostics].filter(isError);
  const refused = [...new Set(errors.map(({ message }) => message))].join('; ');
  return { native, rulesets: other.rulesets, key: other.key, ...(errors.length > 0 && { refused }) };
}

/** An injected pod keeps its arguments. */
function switched(pod: RenderedPod, facts: Facts, memory: PodMemory): RenderedPod {
  const others = pod.rules.settings.filter(({ name }) => name !== 'native-nftables' && name !== 'NATIVE_NFTABLES');
  return renderPodWith(pod, [...others, ...nativeSwitch(facts, facts.approach === 'init' ? 'istiod' : 'plugin')], memory);
}
