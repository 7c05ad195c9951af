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

/** The one to be taken first: the longer prefix, what is not modelled, the lower metric. */
export function compareRoutes(a: Route, b: Route): number {
  const open = ({ unknown }: Route): number => (unknown === undefined ? 1 : 0);
  return b.to.length - a.to.length || open(a) - open(b) || a.metric - b.metric;
}

export function longestMatch(host: Host, query: TableQuery): Route | undefined {
  let best: Route | undefined;
  for (const route of host.routes) {
    if (route.table !== query.table || !contains(route.to, query.address)) continue;
    // an IPv4 route without an interface (blackhole) still ends the lookup, an IPv6 one is passed over
    if (
      query.dev !== undefined &&
      route.dev !== query.dev &&
      (route.dev !== undefined || (route.family === 6 && route.unknown === undefined))
    )
      continue;
    if (best === undefined || compareRoutes(route, best) < 0) best = route;
  }
  return best;
}
