/** Why a pod has no rules of a family, in the words of its settings. source: docs/facts/istio.md#both-families-alike */
import { familiesOfAddresses } from '../injection/podRules/podHost.ts';
import { has, versionName } from '../istio/settings/version.ts';
import type { Family } from '../packet/address.ts';
import type { RenderedPod } from './renderedPod.ts';

/** Undefined where the pod is not captured, which is said elsewhere. `known`: the pod's addresses are given. */
export function unwrittenFamily({ enrolment: { facts, verdict }, rulesets }: RenderedPod, family: Family): string | undefined {
  const { pod, approach, version } = facts;
  const name = `IPv${family}`;
  if (pod.addresses.length > 0 && !familiesOfAddresses(pod).includes(family)) return `the pod has no ${name} address`;
  if (verdict !== 'captured' || rulesets.some((one) => one.family === family)) return undefined;
  const none = `no ${name} rules are written`;
  if (pod.addresses.length === 0) return `${none} for a pod that is assumed to have IPv4 addresses only; --pod-ip says otherwise`;
  if (approach === 'ambient') return `${none}: ambient.ipv6 is off in the values of the CNI agent`;
  const reads = approach === 'init' || has(version, 'pluginDualStack');
  const first = "the pod's first address is IPv4";
  return reads
    ? `${none}: ${first}, and ISTIO_DUAL_STACK is not true`
    : `${none}: ${first}, and the CNI plugin of Istio ${versionName(version)} does not read ISTIO_DUAL_STACK`;
}
