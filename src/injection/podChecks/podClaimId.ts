/** The ids of all claims about fields and settings of pods, in the order of reports. Some are asked of rules as well. */
export const POD_CLAIMS = [
  'pod-captured',
  'identity-collision',
  'hostnetwork-not-captured',
  'init-phase-reachable',
  'exclusion-not-overbroad',
  'iface-exclusion-routed',
  'loopback-not-included',
  'auto-allocated-captured',
  'probe-answered',
  'cni-plugin-once',
  'setting-has-effect',
  'known-key',
] as const;
export type PodClaimId = (typeof POD_CLAIMS)[number];
