/** The proxy's own traffic, and that of groups. A packet without a socket has no user: `!=` does not hold for it, where `! --uid-owner` of
 *  iptables does. */
import { type ProxyOwner, proxyOwners, sparedPorts } from '../plan/owners.ts';
import { ipOf, type NftPlan } from './plan.ts';
import { type IstioNftLine, type IstioNftRule, natRules } from './rule.ts';

export function nftProxyTraffic(plan: NftPlan): readonly IstioNftRule[] {
  return proxyOwners(plan.shared).flatMap((proxy) => natRules(...block(plan, proxy)));
}

function block({ shared, families }: NftPlan, proxy: ProxyOwner): readonly IstioNftLine[] {
  const { loopbackIncluded, dns } = shared;
  const ports = sparedPorts(shared, proxy);
  const spared = ports.length > 1 ? `{ ${ports.join(', ')} }` : ports.join();
  const local = dns === undefined ? 'oifname lo' : 'oifname lo meta l4proto tcp tcp dport != 53';
  const owner = ownerKey(proxy);
  return [
    ...families.map((one): IstioNftLine => {
      const elsewhere = `${ipOf(one)} daddr != ${one.loopback}`;
      return `add istio-output oifname lo meta l4proto tcp ${elsewhere} tcp dport != ${spared} ${owner} ${proxy.id} counter jump istio-in-redirect`;
    }),
    ...(loopbackIncluded ? [] : [`add istio-output ${local} ${owner} != ${proxy.id} counter return` as const]),
    `add istio-output ${owner} ${proxy.id} counter return`,
  ];
}

export function ownerKey({ by }: ProxyOwner): string {
  return `sk${by}`;
}

/** Groups of applications: all but some are captured, or only some. */
export function nftGroupReturns({ shared: { groups } }: NftPlan): readonly IstioNftRule[] {
  if ('except' in groups) return natRules(...groups.except.map((group): IstioNftLine => `add istio-output skgid ${group} counter return`));
  return natRules(`add istio-output ${groups.only.map((group) => `skgid != ${group} `).join('')}counter return`);
}
