/** DNS capture. Where the only resolvers are of IPv6, and IPv6 is off, nothing is in the chain that is jumped to: it is not made, and nft
 *  refuses all of the rules. */
import { proxyOwners } from '../plan/owners.ts';
import { AGENT_PORT, CLIENT_ZONE, capturedResolvers, UPSTREAM_ZONE } from '../plan/resolvers.ts';
import { ipOf, type NftPlan } from './plan.ts';
import { ownerKey } from './proxy.ts';
import { type IstioNftLine, type IstioNftRule, natRules, rawRules } from './rule.ts';

/** A resolver as questions and answers match it. */
interface ResolverMatch {
  readonly to: string;
  readonly from: string;
}

export function nftDnsCapture(plan: NftPlan): readonly IstioNftRule[] {
  if (plan.shared.dns === undefined) return [];
  const resolvers = plan.families.flatMap((one) => {
    const captured = capturedResolvers(one);
    const ip = ipOf(one);
    return captured === 'all' ? [] : captured.map((range): ResolverMatch => ({ to: `${ip} daddr ${range}`, from: `${ip} saddr ${range}` }));
  });
  const all = plan.shared.dns.servers === 'all';
  return [
    ...rawRules('add output counter jump istio-output-dns'),
    ...natRules('add istio-output counter jump istio-output-dns', ...(all ? EVERY_QUESTION : questionsTo(resolvers))),
    ...rawRules(...agentZones(plan), 'add prerouting counter jump istio-inbound', ...(all ? EVERY_ZONE : resolvers.flatMap(zonesOf))),
  ];
}

const TO_AGENT = `counter redirect to :${AGENT_PORT}`;
const TO_CLIENT = `counter ct zone set ${CLIENT_ZONE}`;
const TO_UPSTREAM = `counter ct zone set ${UPSTREAM_ZONE}`;

const EVERY_QUESTION: readonly IstioNftLine[] = [
  `add istio-output-dns meta l4proto tcp tcp dport 53 ${TO_AGENT}`,
  `add istio-output-dns udp dport 53 ${TO_AGENT}`,
];

function questionsTo(resolvers: readonly ResolverMatch[]): readonly IstioNftLine[] {
  return ['tcp', 'udp'].flatMap((proto) =>
    resolvers.map(({ to }): IstioNftLine => `add istio-output-dns ${to} ${proto} dport 53 ${TO_AGENT}`),
  );
}

function agentZones({ shared }: NftPlan): readonly IstioNftLine[] {
  return proxyOwners(shared).flatMap((proxy): readonly IstioNftLine[] => [
    `add istio-output-dns udp dport 53 meta ${ownerKey(proxy)} ${proxy.id} ${TO_UPSTREAM}`,
    `add istio-output-dns udp sport ${AGENT_PORT} meta ${ownerKey(proxy)} ${proxy.id} ${TO_CLIENT}`,
  ]);
}

const EVERY_ZONE: readonly IstioNftLine[] = [
  `add istio-output-dns udp dport 53 ${TO_CLIENT}`,
  `add istio-inbound udp sport 53 ${TO_UPSTREAM}`,
];

function zonesOf({ to, from }: ResolverMatch): readonly IstioNftLine[] {
  return [`add istio-output-dns udp dport 53 ${to} ${TO_CLIENT}`, `add istio-inbound udp sport 53 ${from} ${TO_UPSTREAM}`];
}
