/** How the proxy's own traffic is known: by its users and by its groups. */
import type { RulePlan } from './plan.ts';

export interface ProxyOwner {
  readonly by: 'uid' | 'gid';
  /** a number, a range or a name */
  readonly id: string;
}

/** Users first. */
export function proxyOwners({ uids, gids }: Pick<RulePlan, 'uids' | 'gids'>): readonly ProxyOwner[] {
  return [...uids.map((id): ProxyOwner => ({ by: 'uid', id })), ...gids.map((id): ProxyOwner => ({ by: 'gid', id }))];
}

/** Ports that what the proxy sends to its own pod is not taken for inbound at. Questions of the agent to a resolver on localhost pass by, but
 *  only for its user. */
export function sparedPorts({ tunnelPort, dns }: RulePlan, { by }: ProxyOwner): readonly string[] {
  return dns !== undefined && by === 'uid' ? [RESOLVER_PORT, tunnelPort] : [tunnelPort];
}

const RESOLVER_PORT = '53';

/** Mark of what the proxy sends to an address of its own pod, in TPROXY mode; no setting. */
export const SELF_MARK = '1338';
