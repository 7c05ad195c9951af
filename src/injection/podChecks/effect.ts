/** Settings from which no rule follows. Each is taken away in turn: when the rules stay the same, it has no effect. */

import { isKnownVariable } from '../../istio/settings/settingSource.ts';
import { splitList } from '../../istio/settings/settings.ts';
import { has } from '../../istio/settings/version.ts';
import { TRAFFIC_ANNOTATIONS } from '../configuration/annotations.ts';
import { nativeNftables } from '../facts/backend.ts';
import type { Facts } from '../facts/facts.ts';
import { annotated, isInjected, proxyMetadata } from '../facts/facts.ts';
import { podRules } from '../podRules/podRules.ts';
import type { PodSetting } from '../podRules/podSetting.ts';
import { withoutAnnotation } from '../podRules/without.ts';
import { type CheckedPod, itemsNamed, type PodCheck, type PodRemark } from './check.ts';
import { locationOf } from './places.ts';
import { sidecarRemarks } from './sidecarResource.ts';

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
  judge: (subject) => [...idleAnnotations(subject), ...unreadVariables(subject), ...sidecarRemarks(subject), ...oneBackend(subject)],
};

/** Rules are the plugin's, and what istiod was told is for istio-init alone. */
function oneBackend({ facts: { mesh, approach, version } }: CheckedPod): readonly PodRemark[] {
  if (!['cni', 'multus'].includes(approach) || !has(version, 'nativeNftables')) return [];
  const [ofIstiod, ofPlugin] = (['istiod', 'plugin'] as const).map((component) => nativeNftables(mesh, component));
  const [istiod, plugin] = [ofIstiod, ofPlugin].map((one) => one?.value === 'true');
  const place = istiod ? ofIstiod : ofPlugin;
  if (istiod === plugin || place === undefined) return [];
  const message = istiod
    ? 'global.nativeNftables is set for istiod and not for the CNI plugin, which writes iptables rules'
    : 'global.nativeNftables is set for the CNI plugin and not for istiod: the containers that it injects are told of iptables';
  return [{ message, help: 'set it in both charts', place: locationOf(place) }];
}

function idleAnnotations(subject: CheckedPod): readonly PodRemark[] {
  const { enrolment, facts, rules } = subject;
  if (enrolment.verdict !== 'captured' || rules.rendered === undefined) return [];
  const text = JSON.stringify(rules.rendered);
  return [...facts.pod.annotations].flatMap(([name, annotation]): PodRemark[] => {
    if (!MEANT_FOR_RULES.includes(name)) return [];
    const { rendered, settings } = podRules({ ...enrolment, facts: withoutAnnotation(facts, name) });
    if (JSON.stringify(rendered) !== text) return [];
    const reason = reasonOf(facts, name) ?? (saysTheSame(settings, rules.settings) ? REDUNDANT : IDLE);
    // with the CNI plugin injection itself writes on the pod what holds for it
    if (isInjected(facts.pod) && (reason === REDUNDANT || isWrittenByInjection(facts, name))) return [];
    if (reason === INJECTED_BEFORE && isInArguments(subject, name)) return [];
    // where the agent listens is more than a rule
    const isAgents = facts.approach === 'init' && name === TRAFFIC_ANNOTATIONS.statusPort.name;
    const level = reason === REDUNDANT || isAgents ? 'info' : 'warning';
    return [{ message: `annotation ${name} changes no rule: ${reason}`, place: locationOf(annotation), level }];
  });
}

/** Excluded inbound ports that are the status port alone: they are the default. */
function isWrittenByInjection(facts: Facts, name: string): boolean {
  const status = annotated(facts, 'statusPort', '15020').value;
  return name === TRAFFIC_ANNOTATIONS.excludeInbound.name && facts.pod.annotations.get(name)?.value === status;
}

function saysTheSame(some: readonly PodSetting[], others: readonly PodSetting[]): boolean {
  const textOf = (settings: readonly PodSetting[]) => JSON.stringify(settings.map(({ name, value }) => [name, value]));
  return textOf(some) === textOf(others);
}

const REDUNDANT = 'it says what holds without it';
const IDLE = 'beside the other settings no rule follows from it';
const INJECTED_BEFORE = 'the pod was injected before, and the arguments of istio-init say otherwise';

/** The pod was injected with it. */
function isInArguments(subject: CheckedPod, name: string): boolean {
  const row = Object.values(TRAFFIC_ANNOTATIONS).find((one) => one.name === name);
  const flag = row === undefined || !('flag' in row) ? TRAFFIC_ANNOTATIONS.excludeInbound.flag : row.flag;
  const given = itemsNamed(subject, flag);
  const said = splitList(subject.facts.pod.annotations.get(name)?.value ?? '').map((item) => item.trim());
  return said.length === 0 ? given.length === 0 : said.every((item) => given.includes(item));
}

/** Undefined: none that is known beforehand. */
function reasonOf(facts: Facts, name: string): string | undefined {
  const { pod, approach } = facts;
  const { includeInbound, excludeInbound, virtualInterfaces, kubevirtInterfaces, statusPort } = TRAFFIC_ANNOTATIONS;
  if (approach === 'ambient' && !name.startsWith('ambient.') && name !== virtualInterfaces.name) return 'ambient mode has no such setting';
  if (approach !== 'ambient' && name.startsWith('ambient.')) return 'it is for ambient mode';
  if (isInjected(pod) && approach === 'init') return INJECTED_BEFORE;
  const listed = annotated(facts, 'includeInbound', '*').value;
  if (name === excludeInbound.name && listed !== '*') return `exclusions count only where ${includeInbound.name} is \`*\``;
  if (name === statusPort.name && approach === 'init' && listed !== '*')
    return `the port is left alone only where ${includeInbound.name} is \`*\`; it says where the agent listens`;
  if (name === kubevirtInterfaces.name && pod.annotations.has(virtualInterfaces.name)) return `${virtualInterfaces.name} comes before it`;
  if (name === statusPort.name && approach !== 'init') return 'the plugin leaves 15020, 15021 and 15090 alone in any case';
  return undefined;
}

function unreadVariables({ facts, enrolment }: CheckedPod): readonly PodRemark[] {
  if (enrolment.verdict !== 'captured' || facts.approach === 'init') return [];
  return [...proxyMetadata(facts)].flatMap(([name, variable]): PodRemark[] => {
    const known = name !== 'ISTIO_DUAL_STACK' || has(facts.version, 'pluginDualStack');
    const read = facts.approach !== 'ambient' && READ_BY_PLUGIN.includes(name) && known;
    if (read || !isKnownVariable(name)) return [];
    const who = facts.approach === 'ambient' ? 'the ambient agent' : 'the CNI plugin';
    return [{ message: `${who} does not read ${name} of the pod: no rule follows from it`, place: locationOf(variable) }];
  });
}
