/** All rules of the sidecar for one family, in the order in which istio-iptables emits them.
 *  source: istio/istio tools/istio-iptables/pkg/capture/run.go */

import type { RulePlan } from '../plan/plan.ts';
import { dnsCapture } from '../rules/dns.ts';
import { tcpDns, udpDns } from '../rules/dnsBefore125.ts';
import { dropInvalid } from '../rules/dropInvalid.ts';
import { groupReturns } from '../rules/groups.ts';
import { basicChains, inboundCapture } from '../rules/inbound.ts';
import { excludedInterfaces, virtualReturns } from '../rules/interfaces.ts';
import { excludedPorts, outboundCapture, outboundJump, passthroughReturn } from '../rules/outbound.ts';
import { proxyTraffic } from '../rules/proxy.ts';
import type { IstioRule } from '../rules/rule.ts';
import { transparentGuards } from '../rules/transparent.ts';
import { has } from '../settings/version.ts';

type Part = (plan: RulePlan) => readonly IstioRule[];

const BEFORE_DNS: readonly Part[] = [
  excludedInterfaces,
  virtualReturns,
  dropInvalid,
  basicChains,
  inboundCapture,
  outboundJump,
  excludedPorts,
  passthroughReturn,
  proxyTraffic,
  groupReturns,
];

export function sidecarRules(plan: RulePlan): readonly IstioRule[] {
  const ownChain = has(plan.version, 'dnsChain');
  const dns: readonly Part[] = ownChain ? [dnsCapture, outboundCapture] : [tcpDns, outboundCapture, udpDns];
  return [...BEFORE_DNS, ...dns, transparentGuards].flatMap((part) => part(plan));
}
