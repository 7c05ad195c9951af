/** What ambient mode writes with nftables, since 1.28. The two blanks in some places are Istio's.
 *  source: istio/istio cni/pkg/nftables/nftables.go */
import { type AmbientPlan, CONNECTION_MARK, loopbackOf, MARK_MASK, PROXY_MARK } from '../plan/ambientPlan.ts';
import { AGENT_PORT } from '../plan/resolvers.ts';
import { has } from '../settings/version.ts';
import { ipOf } from './plan.ts';
import { type IstioNftLine, type IstioNftRule, mangleRules, natRules, rawRules } from './rule.ts';

export interface AmbientNftPlan {
  /** what is the same in both families */
  readonly shared: AmbientPlan;
  readonly families: readonly AmbientPlan[];
}

const NOT_PROXY = `mark and ${MARK_MASK} != ${PROXY_MARK}`;

export function ambientNftRules({ shared, families }: AmbientNftPlan): readonly IstioNftRule[] {
  const { dns, ingress, virtualInterfaces, version } = shared;
  const each = (line: (one: AmbientPlan) => IstioNftLine) => families.map(line);
  const elsewhere = (one: AmbientPlan) => `${ipOf(one)} daddr != ${loopbackOf(one)}`;
  const unless = <T>(condition: boolean, lines: readonly T[]) => (condition ? [] : lines);
  return [
    ...natRules(
      'add output jump istio-output',
      'add prerouting jump istio-prerouting',
      ...virtualInterfaces.flatMap(reroute),
      ...unless(
        ingress,
        each((one) => `add istio-prerouting meta l4proto tcp ${ipOf(one)} saddr ${one.probe} counter accept`),
      ),
      ...each((one) => `add istio-output meta l4proto tcp ${ipOf(one)} daddr ${one.probe} counter accept`),
      ...unless(ingress, each(inboundRedirect)),
      ...unless(!dns, [
        // of both families, whether IPv6 is on or not
        `add istio-output oifname != lo ${NOT_PROXY} udp dport 53 counter redirect to :${AGENT_PORT}` as const,
        ...each((one) => `add istio-output ${elsewhere(one)} tcp dport 53 ${NOT_PROXY} counter redirect to :${AGENT_PORT}`),
      ]),
      `add istio-output meta l4proto tcp mark and ${MARK_MASK} == ${CONNECTION_MARK} counter accept`,
      ...each((one) => `add istio-output oifname lo ${elsewhere(one)} counter accept`),
      ...each((one) => `add istio-output meta l4proto tcp ${elsewhere(one)} ${NOT_PROXY} counter redirect to :15001`),
    ),
    ...mangleRules(
      'add prerouting jump istio-prerouting',
      'add output jump istio-output',
      ...unless(ingress && !has(version, 'ingressConnmark'), [
        `add istio-prerouting meta mark & ${MARK_MASK} == ${PROXY_MARK} counter ct mark set ct mark & 0xfffff000 |  ${CONNECTION_MARK}` as const,
      ]),
      `add istio-output ct mark and ${MARK_MASK} == ${CONNECTION_MARK} counter meta mark set ct mark`,
    ),
    ...unless(
      !dns,
      rawRules(
        'add prerouting jump istio-prerouting',
        'add output jump istio-output',
        `add istio-output udp dport 53 meta mark and ${MARK_MASK} == ${PROXY_MARK} counter ct zone set 1`,
        `add istio-prerouting udp sport 53 meta mark and ${MARK_MASK} != ${PROXY_MARK} counter ct zone set 1`,
      ),
    ),
  ];
}

function reroute(nic: string): readonly IstioNftLine[] {
  return [
    `add istio-prerouting iifname ${nic} meta l4proto tcp counter redirect to :15001`,
    `add istio-prerouting iifname ${nic} meta l4proto tcp counter return`,
  ];
}

function inboundRedirect(one: AmbientPlan): IstioNftLine {
  const mask = one.family === 4 ? `${MARK_MASK} ` : MARK_MASK;
  const elsewhere = `${ipOf(one)} daddr != ${loopbackOf(one)}`;
  return `add istio-prerouting ${elsewhere} tcp dport != 15008 mark and ${mask} != ${PROXY_MARK} counter redirect to :15006`;
}

/** On the node: what processes of the kubelet's user send to enrolled pods gets the source by which the pods know a probe. With iptables it is
 *  what any process sends. The sets are made before, and are not part of the transaction. */
export function ambientHostNftRules(
  families: readonly Pick<AmbientPlan, 'family' | 'probe'>[],
  kubeletUid: string,
): readonly IstioNftRule[] {
  return natRules(
    ...families.map(
      (one): IstioNftLine =>
        `add postrouting meta l4proto tcp skuid ${kubeletUid} ${ipOf(one)} daddr @istio-inpod-probes-v${one.family} counter snat to ${one.probe}`,
    ),
  );
}
