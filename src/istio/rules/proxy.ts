/** The proxy's own traffic, known by its users and groups: one block for each of them. */
import type { RulePlan } from './plan.ts';
import { type IstioLine, type IstioRule, nat } from './rule.ts';

/** The matches that know the proxy, users first. */
export function owners({ uids, gids }: Pick<RulePlan, 'uids' | 'gids'>): readonly string[] {
  return [...uids.map((uid) => `--uid-owner ${uid}`), ...gids.map((gid) => `--gid-owner ${gid}`)];
}

export function proxyTraffic(plan: RulePlan): readonly IstioRule[] {
  const { uids, gids, tunnelPort, dns } = plan;
  // questions of the agent to a resolver on localhost pass by, but only for its user
  const spared = dns === undefined ? `! --dport ${tunnelPort}` : `-m multiport ! --dports 53,${tunnelPort}`;
  return [
    ...uids.flatMap((uid) => block(plan, { owner: `--uid-owner ${uid}`, spared })),
    ...gids.flatMap((gid) => block(plan, { owner: `--gid-owner ${gid}`, spared: `! --dport ${tunnelPort}` })),
  ];
}

interface Identity {
  readonly owner: string;
  readonly spared: string;
}

/** What the proxy sends to its own pod is inbound; what others send there stays; what else the proxy sends leaves. */
function block({ loopback, loopbackIncluded, dns }: RulePlan, { owner, spared }: Identity): readonly IstioRule[] {
  const local = dns === undefined ? '-o lo' : '-o lo -p tcp ! --dport 53';
  const others: readonly IstioLine[] = loopbackIncluded ? [] : [`-A ISTIO_OUTPUT ${local} -m owner ! ${owner} -j RETURN`];
  return nat(
    `-A ISTIO_OUTPUT -o lo ! -d ${loopback} -p tcp ${spared} -m owner ${owner} -j ISTIO_IN_REDIRECT`,
    ...others,
    `-A ISTIO_OUTPUT -m owner ${owner} -j RETURN`,
  );
}
