/** One forwarding table: the longest prefix wins, then the lower metric, then the earlier route.
 *  kernel net/ipv4/fib_trie.c fib_table_lookup(), net/ipv6/ip6_fib.c fib6_table_lookup() */
import type { Address } from '../packet/address.ts';
import { contains } from '../packet/address.ts';
import type { Host, Route } from './host.ts';

export interface TableQuery {
  readonly table: string;
  readonly address: Address;
  /** only routes through this interface */
  readonly dev?: string;
}

export function longestMatch(host: Host, query: TableQuery): Route | undefined {
  let best: Route | undefined;
  for (const route of host.routes) {
    if (route.table !== query.table || !contains(route.to, query.address)) continue;
    // an IPv4 route without an interface (blackhole) still ends the lookup, an IPv6 one is passed over
    if (query.dev !== undefined && route.dev !== query.dev && (route.dev !== undefined || route.family === 6)) continue;
    if (best === undefined || route.to.length > best.to.length || (route.to.length === best.to.length && route.metric < best.metric))
      best = route;
  }
  return best;
}
