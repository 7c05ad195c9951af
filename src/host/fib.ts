/** One forwarding table: the longest prefix wins, then in IPv4 the higher TOS, then the lower metric, then the earlier route.
 *  kernel net/ipv4/fib_trie.c fib_table_lookup(), net/ipv6/ip6_fib.c fib6_table_lookup() */
import type { Address, Family } from '../packet/address.ts';
import { contains } from '../packet/address.ts';
import type { Host, Route } from './host.ts';
import { isUnused } from './nexthops.ts';
import { TOS_BITS } from './ruleMatch.ts';

export interface TableQuery {
  readonly family?: Family;
  readonly table: string;
  readonly address: Address;
  readonly src?: Address;
  /** only routes through this interface */
  readonly dev?: string;
  /** absent: 0 */
  readonly tos?: number;
}

/** The one to be taken first: the longer prefix, what is not modelled, the higher TOS, the lower metric. */
export function compareRoutes(a: Route, b: Route): number {
  const open = ({ unknown }: Route): number => (unknown === undefined ? 1 : 0);
  return (
    b.to.length - a.to.length ||
    (b.from?.length ?? 0) - (a.from?.length ?? 0) ||
    open(a) - open(b) ||
    (b.tos ?? 0) - (a.tos ?? 0) ||
    a.metric - b.metric
  );
}

export function longestMatch(host: Host, query: TableQuery): Route | undefined {
  let best: Route | undefined;
  for (const route of host.routes) {
    if (route.table !== query.table || !contains(route.to, query.address) || isUnused(host, route) || !isUsedFor(route, query)) continue;
    if (best === undefined || compareRoutes(route, best) < 0) best = route;
  }
  return best;
}

function isUsedFor(route: Route, { dev, tos = 0, src }: TableQuery): boolean {
  if (route.tos !== undefined && route.tos !== 0 && route.tos !== (tos & TOS_BITS)) return false;
  if (route.from !== undefined && route.from.length > 0 && (src === undefined || !contains(route.from, src))) return false;
  return dev === undefined || leadsBy(route, dev);
}

/** An IPv4 route without an interface (blackhole) still ends the look-up, an IPv6 one is passed over. */
export function leadsBy({ dev, nexthops, family, unknown }: Route, name: string): boolean {
  if (nexthops !== undefined) return nexthops.some((hop) => hop.dev === name);
  return dev === name || (dev === undefined && (family === 4 || unknown !== undefined));
}
