/** DNS capture: a chain of its own since 1.25. */
import type { RulePlan } from '../plan/plan.ts';
import { AGENT_PORT, CLIENT_ZONE, capturedResolvers, UPSTREAM_ZONE } from '../plan/resolvers.ts';
import { owners } from './proxy.ts';
import { type IstioLine, type IstioRule, nat, raw } from './rule.ts';

/** A server as questions and answers match it; one empty match of each where every server counts. */
export interface Server {
  readonly to: string;
  readonly from: string;
}

export function serversOf(plan: RulePlan): readonly Server[] {
  const captured = capturedResolvers(plan);
  return captured === 'all' ? [{ to: '', from: '' }] : captured.map((range) => ({ to: ` -d ${range}`, from: ` -s ${range}` }));
}

/** Since 1.25. A family without servers gets the jump in raw and the zones of the agent's own questions. */
export function dnsCapture(plan: RulePlan): readonly IstioRule[] {
  if (plan.dns === undefined) return [];
  const servers = serversOf(plan);
  const some = servers.length > 0;
  return [
    ...raw('-A OUTPUT -j ISTIO_OUTPUT_DNS'),
    ...(some ? nat('-A ISTIO_OUTPUT -j ISTIO_OUTPUT_DNS') : []),
    ...nat(...tcpRedirects(servers, 'ISTIO_OUTPUT_DNS'), ...udpRedirects(servers, 'ISTIO_OUTPUT_DNS')),
    ...raw(...agentZones(plan, 'ISTIO_OUTPUT_DNS')),
    ...(some ? raw('-A PREROUTING -j ISTIO_INBOUND') : []),
    ...raw(...servers.flatMap(({ to, from }) => serverZones({ to, answer: from, question: 'ISTIO_OUTPUT_DNS', reply: 'ISTIO_INBOUND' }))),
  ];
}

export function tcpRedirects(servers: readonly Server[], chain: string): readonly IstioLine[] {
  return servers.map(({ to }): IstioLine => `-A ${chain} -p tcp --dport 53${to} -j REDIRECT --to-ports ${AGENT_PORT}`);
}

/** Written `--to-port`, which iptables takes for `--to-ports`. */
export function udpRedirects(servers: readonly Server[], chain: string): readonly IstioLine[] {
  return servers.map(({ to }): IstioLine => `-A ${chain} -p udp --dport 53${to} -j REDIRECT --to-port ${AGENT_PORT}`);
}

export function agentZones(plan: RulePlan, chain: string): readonly IstioLine[] {
  return owners(plan).flatMap((owner): readonly IstioLine[] => [
    `-A ${chain} -p udp --dport 53 -m owner ${owner} -j CT --zone ${UPSTREAM_ZONE}`,
    `-A ${chain} -p udp --sport ${AGENT_PORT} -m owner ${owner} -j CT --zone ${CLIENT_ZONE}`,
  ]);
}

export interface Zoned {
  readonly to: string;
  readonly answer: string;
  /** chains of questions and of answers */
  readonly question: string;
  readonly reply: string;
}

export function serverZones({ to, answer, question, reply }: Zoned): readonly IstioLine[] {
  return [
    `-A ${question} -p udp --dport 53${to} -j CT --zone ${CLIENT_ZONE}`,
    `-A ${reply} -p udp --sport 53${answer} -j CT --zone ${UPSTREAM_ZONE}`,
  ];
}
