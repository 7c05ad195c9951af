/** DNS capture up to 1.24: TCP in ISTIO_OUTPUT; UDP apart from it, after everything else, in OUTPUT itself up to 1.22. */

import type { RulePlan } from '../plan/plan.ts';
import { has } from '../settings/version.ts';
import { agentZones, serversOf, serverZones, tcpRedirects, udpRedirects } from './dns.ts';
import { groupMatches } from './groups.ts';
import { owners } from './proxy.ts';
import { type IstioLine, type IstioRule, nat, raw } from './rule.ts';

/** Stands where the jump to ISTIO_OUTPUT_DNS stands later. */
export function tcpDns(plan: RulePlan): readonly IstioRule[] {
  return nat(...tcpRedirects(serversOf(plan), 'ISTIO_OUTPUT'));
}

/** Stands after the captured ranges. */
export function udpDns(plan: RulePlan): readonly IstioRule[] {
  if (plan.dns === undefined) return [];
  const chain = has(plan.version, 'dnsInOutputChain') ? 'ISTIO_OUTPUT' : 'OUTPUT';
  const spared = [...owners(plan).map((owner) => `-m owner ${owner} `), ...groupMatches(plan)];
  const servers = serversOf(plan);
  const bySource = has(plan.version, 'answerZoneBySource');
  return [
    ...nat(...spared.map((match): IstioLine => `-A ${chain} -p udp --dport 53 ${match}-j RETURN`), ...udpRedirects(servers, chain)),
    ...raw(
      ...agentZones(plan, chain),
      ...servers.flatMap(({ to, from }) => serverZones({ to, answer: bySource ? from : to, question: chain, reply: 'PREROUTING' })),
    ),
  ];
}
