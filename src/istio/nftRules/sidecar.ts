/** All rules of nftables of the sidecar, in the order in which istio-iptables emits them with `native-nftables`.
 *  source: istio/istio tools/istio-nftables/pkg/capture/run.go */
import { nftDnsCapture } from './dns.ts';
import { nftBasicChains, nftDropInvalid, nftInboundCapture } from './inbound.ts';
import { nftExcludedInterfaces, nftVirtualReturns } from './interfaces.ts';
import { nftExcludedPorts, nftOutboundCapture, nftOutboundJump, nftPassthroughReturn } from './outbound.ts';
import type { NftPlan } from './plan.ts';
import { nftGroupReturns, nftProxyTraffic } from './proxy.ts';
import type { IstioNftRule } from './rule.ts';
import { nftTransparentGuards } from './transparent.ts';

const PARTS: readonly ((plan: NftPlan) => readonly IstioNftRule[])[] = [
  nftExcludedInterfaces,
  nftVirtualReturns,
  nftDropInvalid,
  nftBasicChains,
  nftInboundCapture,
  nftOutboundJump,
  nftExcludedPorts,
  nftPassthroughReturn,
  nftProxyTraffic,
  nftGroupReturns,
  nftDnsCapture,
  nftOutboundCapture,
  nftTransparentGuards,
];

export function sidecarNftRules(plan: NftPlan): readonly IstioNftRule[] {
  return PARTS.flatMap((part) => part(plan));
}
