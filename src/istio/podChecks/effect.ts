/** Settings from which no rule follows. Each is taken away in turn: when the rules stay the same, it has no effect. */
import { TRAFFIC_ANNOTATIONS } from '../configuration/annotations.ts';
import type { Facts } from '../enrol/facts.ts';
import { isInjected, proxyMetadata } from '../enrol/facts.ts';
import { isKnownVariable } from '../given.ts';
import { podRules } from '../podRules/podRules.ts';
import { withoutAnnotation } from '../podRules/without.ts';
import type { PodCheck, Remark, Subject } from './check.ts';
import { placeOf } from './places.ts';

/** Annotations that are there to change rules. */
const MEANT_FOR_RULES: readonly string[] = [
  ...Object.values(TRAFFIC_ANNOTATIONS).map(({ name }) => name),
  'ambient.istio.io/dns-capture',
  'ambient.istio.io/bypass-inbound-capture',
];

/** What the plugin reads of istio-proxy's environment; other variables reach istio-init alone. */
const READ_BY_PLUGIN = ['ISTIO_META_DNS_CAPTURE', 'INVALID_DROP', 'ISTIO_DUAL_STACK'];

export const settingHasEffect: PodCheck = {
  id: 'setting-has-effect',
  level: 'warning',
  judge: (subject) => [...idleAnnotations(subject), ...unreadVariables(subject)],
};

function idleAnnotations({ enrolment, facts, rules }: Subject): readonly Remark[] {
  if (enrolment.verdict !== 'captured' || rules.rendered === undefined) return [];
  const text = JSON.stringify(rules.rendered);
  return [...facts.pod.annotations].flatMap(([name, annotation]): Remark[] => {
    if (!MEANT_FOR_RULES.includes(name)) return [];
    const { rendered } = podRules({ ...enrolment, facts: withoutAnnotation(facts, name) });
    if (JSON.stringify(rendered) !== text) return [];
    return [
      { message: `annotation ${name} changes no rule: ${reasonOf(facts, name)}`, place: placeOf(annotation), level: levelOf(facts, name) },
    ];
  });
}

/** Injection writes many of them with the value that holds anyway. */
function levelOf({ pod, approach }: Facts, name: string): 'info' | 'warning' {
  return isInjected(pod) && approach !== 'ambient' && name !== TRAFFIC_ANNOTATIONS.excludeInbound.name ? 'info' : 'warning';
}

function reasonOf({ pod, approach }: Facts, name: string): string {
  const { includeInbound, excludeInbound, virtualInterfaces, kubevirtInterfaces, statusPort } = TRAFFIC_ANNOTATIONS;
  if (approach === 'ambient' && !name.startsWith('ambient.') && name !== virtualInterfaces.name) return 'ambient mode has no such setting';
  if (approach !== 'ambient' && name.startsWith('ambient.')) return 'it is for ambient mode';
  if (isInjected(pod) && approach === 'init') return 'the pod was injected before, and istio-init has its arguments';
  const included = pod.annotations.get(includeInbound.name)?.value;
  if (name === excludeInbound.name && included !== undefined && included !== '*')
    return `exclusions count only where ${includeInbound.name} is \`*\``;
  if (name === kubevirtInterfaces.name && pod.annotations.has(virtualInterfaces.name)) return `${virtualInterfaces.name} stands before it`;
  if (name === statusPort.name && approach !== 'init') return 'the plugin leaves 15020, 15021 and 15090 alone in any case';
  return 'it says what holds without it';
}

function unreadVariables({ facts, enrolment }: Subject): readonly Remark[] {
  if (enrolment.verdict !== 'captured' || facts.approach === 'init') return [];
  return [...proxyMetadata(facts)].flatMap(([name, variable]): Remark[] => {
    const read = facts.approach !== 'ambient' && READ_BY_PLUGIN.includes(name);
    if (read || !isKnownVariable(name)) return [];
    const who = facts.approach === 'ambient' ? 'the ambient agent' : 'the CNI plugin';
    return [{ message: `${who} does not read ${name} of the pod: no rule follows from it`, place: placeOf(variable) }];
  });
}
