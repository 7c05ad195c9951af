/** The routing decision for a packet that this host sends, before OUTPUT and again after its tables.
 *  kernel net/ipv4/route.c ip_route_output_key_hash_rcu(), net/ipv4/netfilter.c ip_route_me_harder() */

import type { Address, Family } from '../packet/address.ts';
import type { Host, Route } from './host.ts';
import { lookupRoute } from './route.ts';
import { isLoopback4, selectAddress4, selectAddress6 } from './sourceAddress.ts';

/** Why a packet cannot be sent. */
export type NoRoute = 'no-route' | 'unreachable-route' | 'martian-source';

export interface OutputQuery {
  readonly family: Family;
  readonly dst: Address;
  readonly src?: Address;
  readonly mark: number;
  /** interface the socket is bound to */
  readonly bound?: string;
}

export type OutputRoute =
  | { readonly kind: 'found'; readonly oif: string; readonly local: boolean; readonly route: Route | undefined }
  | { readonly kind: 'lost'; readonly reason: NoRoute };

export function routeOutput(host: Host, query: OutputQuery): OutputRoute {
  const { family, dst, src, bound } = query;
  if (dst === 0 || dst === 0n) return { kind: 'found', oif: 'lo', local: true, route: undefined };
  const route = lookupRoute(host, {
    family,
    dst,
    mark: query.mark,
    ...(src === undefined ? {} : { src }),
    ...(bound === undefined ? {} : { oif: bound }),
  });
  if (route === undefined) {
    // a bound socket takes the destination to be on its link
    return bound === undefined ? { kind: 'lost', reason: 'no-route' } : { kind: 'found', oif: bound, local: false, route: undefined };
  }
  if (route.type === 'local') return { kind: 'found', oif: 'lo', local: true, route };
  if (!['unicast', 'broadcast', 'multicast'].includes(route.type) || route.dev === undefined)
    return { kind: 'lost', reason: 'unreachable-route' };
  if (typeof src === 'number' && isLoopback4(src) && route.dev !== 'lo') return { kind: 'lost', reason: 'martian-source' };
  return { kind: 'found', oif: route.dev, local: false, route };
}

/** The source address that the kernel chooses for a destination; undefined: there is none. */
export function sourceFor(host: Host, query: OutputQuery): Address | undefined {
  const found = routeOutput(host, query);
  if (found.kind === 'lost') return undefined;
  const preferred = found.route?.src;
  if (preferred !== undefined && (query.family === 4 || !found.local)) return preferred;
  if (found.local) return query.dst === 0 ? 0x7f00_0001 : query.dst === 0n ? 1n : query.dst;
  return query.family === 4
    ? selectAddress4(host, found.oif, (found.route?.via ?? query.dst) as number)
    : selectAddress6(host, found.oif, query.dst as bigint);
}
