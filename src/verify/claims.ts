/** All claims, in the order in which they are reported. */
import type { Claim } from './claim.ts';
import { conntrackZoneSymmetry } from './claims/conntrackZoneSymmetry.ts';
import { dnsCaptured } from './claims/dnsCaptured.ts';
import { dnsProxyDirect } from './claims/dnsProxyDirect.ts';
import { excludedBypass } from './claims/excludedBypass.ts';
import { healthPortsOpen } from './claims/healthPortsOpen.ts';
import { icmpv6NdOpen } from './claims/icmpv6NdOpen.ts';
import { inboundCaptured } from './claims/inboundCaptured.ts';
import { initCniParity } from './claims/initCniParity.ts';
import { initPhaseReachable } from './claims/initPhaseReachable.ts';
import { invalidNotToApp } from './claims/invalidNotToApp.ts';
import { ipv6Parity } from './claims/ipv6Parity.ts';
import { loopbackPreserved } from './claims/loopbackPreserved.ts';
import { modeParity } from './claims/modeParity.ts';
import { noDeadEnd } from './claims/noDeadEnd.ts';
import { noRedirectLoop } from './claims/noRedirectLoop.ts';
import { outboundCaptured } from './claims/outboundCaptured.ts';
import { passthroughReturned } from './claims/passthroughReturned.ts';
import { podCaptured } from './claims/podCaptured.ts';
import { probeSourceRewritten } from './claims/probeSourceRewritten.ts';
import { proxyEgressDirect } from './claims/proxyEgressDirect.ts';
import { proxyIdentity } from './claims/proxyIdentity.ts';
import { replyPathPreserved } from './claims/replyPathPreserved.ts';
import { selfVipCaptured } from './claims/selfVipCaptured.ts';
import { jumpBeforeForeign } from './claims/structure/jumpBeforeForeign.ts';
import { markConsistency } from './claims/structure/markConsistency.ts';
import { noDeadRule } from './claims/structure/noDeadRule.ts';
import { noDuplicateRule } from './claims/structure/noDuplicateRule.ts';
import { noGuardrailLeft } from './claims/structure/noGuardrailLeft.ts';
import { noStaleChain } from './claims/structure/noStaleChain.ts';
import { noUnknown } from './claims/structure/noUnknown.ts';
import { singleBackend } from './claims/structure/singleBackend.ts';
import { tunnelPortOpen } from './claims/tunnelPortOpen.ts';
import { virtualIfaceRerouted } from './claims/virtualIfaceRerouted.ts';

export const CLAIMS: readonly Claim[] = [
  initPhaseReachable,
  proxyIdentity,
  podCaptured,
  noRedirectLoop,
  proxyEgressDirect,
  outboundCaptured,
  inboundCaptured,
  selfVipCaptured,
  loopbackPreserved,
  passthroughReturned,
  healthPortsOpen,
  probeSourceRewritten,
  tunnelPortOpen,
  dnsCaptured,
  dnsProxyDirect,
  conntrackZoneSymmetry,
  excludedBypass,
  virtualIfaceRerouted,
  ipv6Parity,
  icmpv6NdOpen,
  invalidNotToApp,
  replyPathPreserved,
  noDeadEnd,
  markConsistency,
  jumpBeforeForeign,
  singleBackend,
  noDeadRule,
  noDuplicateRule,
  noStaleChain,
  noGuardrailLeft,
  noUnknown,
  initCniParity,
  modeParity,
];
