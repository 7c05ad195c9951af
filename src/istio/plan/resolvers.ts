/** DNS capture: questions go to the agent, and each side of it gets a conntrack zone of its own. */
import type { RulePlan } from './plan.ts';

export const AGENT_PORT = '15053';
/** conntrack zone of what passes between the agent and the resolvers */
export const UPSTREAM_ZONE = '1';
/** conntrack zone of what passes between the application and the agent */
export const CLIENT_ZONE = '2';

/** Resolvers of one family, as ranges, whose questions are captured; none where DNS is not. */
export function capturedResolvers({ dns, family }: RulePlan): 'all' | readonly string[] {
  if (dns === undefined) return [];
  return dns.servers === 'all' ? 'all' : dns.servers.map((server) => `${server}/${family === 4 ? 32 : 128}`);
}
