/** The proxy's own traffic, known by its users and groups: one block for each of them. */
import { type ProxyOwner, proxyOwners, sparedPorts } from '../plan/owners.ts';
import type { RulePlan } from '../plan/plan.ts';
import { type IstioLine, type IstioRule, nat } from './rule.ts';

/** The matches that know the proxy, users first. */
export function owners(plan: Pick<RulePlan, 'uids' | 'gids'>): readonly string[] {
  return proxyOwners(plan).map(ownerMatch);
}

function ownerMatch({ by, id }: ProxyOwner): string {
  return `--${by}-owner ${id}`;
}

export function proxyTraffic(plan: RulePlan): readonly IstioRule[] {
  return proxyOwners(plan).flatMap((one) => block(plan, one));
}

/** What the proxy sends to its own pod is inbound; what others send there stays; what else the proxy sends leaves. */
function block(plan: RulePlan, proxy: ProxyOwner): readonly IstioRule[] {
  const { loopback, loopbackIncluded, dns } = plan;
  const owner = ownerMatch(proxy);
  const ports = sparedPorts(plan, proxy);
  const spared = ports.length > 1 ? `-m multiport ! --dports ${ports.join(',')}` : `! --dport ${ports.join()}`;
  const local = dns === undefined ? '-o lo' : '-o lo -p tcp ! --dport 53';
  const others: readonly IstioLine[] = loopbackIncluded ? [] : [`-A ISTIO_OUTPUT ${local} -m owner ! ${owner} -j RETURN`];
  return nat(
    `-A ISTIO_OUTPUT -o lo ! -d ${loopback} -p tcp ${spared} -m owner ${owner} -j ISTIO_IN_REDIRECT`,
    ...others,
    `-A ISTIO_OUTPUT -m owner ${owner} -j RETURN`,
  );
}
