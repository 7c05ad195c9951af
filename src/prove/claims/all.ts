/** All claims, in the order in which they are reported. */
import type { Claim } from '../proof/claim.ts';
import { jumpBeforeForeign } from '../structure/jumpBeforeForeign.ts';
import { markConsistency } from '../structure/markConsistency.ts';
import { noDeadRule } from '../structure/noDeadRule.ts';
import { noDuplicateRule } from '../structure/noDuplicateRule.ts';
import { noGuardrailLeft } from '../structure/noGuardrailLeft.ts';
import { noStaleChain } from '../structure/noStaleChain.ts';
import { noUnknown } from '../structure/noUnknown.ts';
import { singleBackend } from '../structure/singleBackend.ts';
import { backendParity } from './backendParity.ts';
import { connectionsComplete } from './connectionsComplete.ts';
import { conntrackZoneSymmetry } from './conntrackZoneSymmetry.ts';
import { dnsCaptured } from './dnsCaptured.ts';
import { dnsProxyDirect } from './dnsProxyDirect.ts';
import { excludedBypass } from './excludedBypass.ts';
import { exclusionNotOverbroad } from './exclusionNotOverbroad.ts';
import { failsClosed } from './failsClosed.ts';
import { guestDnsCaptured } from './guestDnsCaptured.ts';
import { guestNotInbound } from './guestNotInbound.ts';
import { healthPortsOpen } from './healthPortsOpen.ts';
import { icmpv6NdOpen } from './icmpv6NdOpen.ts';
import { inboundCaptured } from './inboundCaptured.ts';
import { initCniParity } from './initCniParity.ts';
import { initPhaseReachable } from './initPhaseReachable.ts';
import { invalidNotToApp } from './invalidNotToApp.ts';
import { ipv6Parity } from './ipv6Parity.ts';
import { leavesOnlyBy } from './leavesOnlyBy.ts';
import { loopbackPreserved } from './loopbackPreserved.ts';
import { modeParity } from './modeParity.ts';
import { noDeadEnd } from './noDeadEnd.ts';
import { noExclusion } from './noExclusion.ts';
import { noRedirectLoop } from './noRedirectLoop.ts';
import { outboundCaptured } from './outboundCaptured.ts';
import { ownPortClosed } from './ownPortClosed.ts';
import { passthroughReturned } from './passthroughReturned.ts';
import { podCaptured } from './podCaptured.ts';
import { probeSourceRewritten } from './probeSourceRewritten.ts';
import { proxyEgressDirect } from './proxyEgressDirect.ts';
import { proxyIdentity } from './proxyIdentity.ts';
import { replyPathPreserved } from './replyPathPreserved.ts';
import { selfVipCaptured } from './selfVipCaptured.ts';
import { tunnelPortOpen } from './tunnelPortOpen.ts';
import { virtualIfaceRerouted } from './virtualIfaceRerouted.ts';

export const CLAIMS: readonly Claim[] = [
  initPhaseReachable,
  proxyIdentity,
  podCaptured,
  noRedirectLoop,
  proxyEgressDirect,
  ownPortClosed,
  leavesOnlyBy,
  outboundCaptured,
  inboundCaptured,
  failsClosed,
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
  exclusionNotOverbroad,
  noExclusion,
  virtualIfaceRerouted,
  guestNotInbound,
  guestDnsCaptured,
  ipv6Parity,
  icmpv6NdOpen,
  invalidNotToApp,
  connectionsComplete,
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
  backendParity,
];
