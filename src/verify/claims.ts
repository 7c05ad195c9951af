/** All claims, in the order in which they are reported. */
import type { Claim } from './claim.ts';
import { noRedirectLoop } from './claims/noRedirectLoop.ts';
import { outboundCaptured } from './claims/outboundCaptured.ts';
import { proxyEgressDirect } from './claims/proxyEgressDirect.ts';

export const CLAIMS: readonly Claim[] = [noRedirectLoop, proxyEgressDirect, outboundCaptured];
