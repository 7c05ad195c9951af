/** Istio's two backends do the same with the pod. Two rulesets are compared, which pods/backendParity.ts does: here is what is claimed.
 *  source: docs/facts/istio.md#iptables-and-nftables */
import type { Claim } from '../proof/claim.ts';
import { NO_VIOLATION } from '../proof/claim.ts';

export const backendParity: Claim = {
  id: 'backend-parity',
  level: 'warning',
  statement: 'Every packet and every connection is treated the same by the rules that Istio writes for iptables and for nftables.',
  byName: true,
  skip: () => 'rules do not say what they follow from: it is checked for manifests and settings',
  judge: () => NO_VIOLATION,
};
