/** DNS capture: questions go to the agent, and each side of it gets a conntrack zone of its own. */
import type { RulePlan } from './plan.ts';
import { owners } from './proxy.ts';
import { type IstioLine, type IstioRule, nat, raw } from './rule.ts';

const AGENT_PORT = '15053';
/** of what passes between the agent and the resolvers */
const UPSTREAM_ZONE = '-j CT --zone 1';
/** of what passes between the application and the agent */
const CLIENT_ZONE = '-j CT --zone 2';

/** A server as questions and answers match it; one empty match of each where every server counts. */
export interface Server {
  readonly to: string;
  readonly from: string;
}

export function serversOf({ dns, family }: RulePlan): readonly Server[] {
  if (dns === undefined) return [];
  if (dns.servers === 'all') return [{ to: '', from: '' }];
  const bits = family === 4 ? 32 : 128;
  return dns.servers.map((server) => ({ to: ` -d ${server}/${bits}`, from: ` -s ${server}/${bits}` }));
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
    `-A ${chain} -p udp --dport 53 -m owner ${owner} ${UPSTREAM_ZONE}`,
    `-A ${chain} -p udp --sport ${AGENT_PORT} -m owner ${owner} ${CLIENT_ZONE}`,
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
  return [`-A ${question} -p udp --dport 53${to} ${CLIENT_ZONE}`, `-A ${reply} -p udp --sport 53${answer} ${UPSTREAM_ZONE}`];
}
