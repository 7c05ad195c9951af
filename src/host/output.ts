/** The routing decision for a packet that this host sends, before OUTPUT and again after its tables.
 *  kernel net/ipv4/route.c ip_route_output_key_hash_rcu(), net/ipv4/netfilter.c ip_route_me_harder() */

import { type Address, contains, type Family, type Prefix, parsePrefix } from '../packet/address.ts';
import { longestMatch } from './fib.ts';
import type { Host, Route } from './host.ts';
import { isDown, waysOf } from './nexthops.ts';
import { lookupRoute } from './route.ts';
import type { FlowKeys } from './ruleMatch.ts';
import { ANY_DEVICE, isLoopback4, selectAddress4, selectAddress6, type Wanted4 } from './sourceAddress.ts';
import { interfaceSetting } from './sysctl.ts';

/** Why a packet cannot be sent. */
export type NoRoute = 'no-route' | 'unreachable-route' | 'loopback-source';

export interface OutputQuery {
  readonly family: Family;
  readonly dst: Address;
  readonly src?: Address;
  readonly mark: number;
  /** interface the socket is bound to */
  readonly bound?: string;
  /** rules have rewritten or marked the packet: it is routed by its header, where :: does not mean this host */
  readonly again?: boolean;
  /** the source has been chosen after the route, which stays. kernel net/ipv6/ip6_output.c ip6_dst_lookup_tail() */
  readonly chosen?: boolean;
  readonly flow?: FlowKeys;
  /** which of several ways; absent: the first */
  readonly way?: number;
}

export type OutputRoute =
  | {
      readonly kind: 'found';
      readonly oif: string;
      readonly local: boolean;
      readonly route: Route | undefined;
      /** absent: there is one way */
      readonly ways?: number;
    }
  | { readonly kind: 'lost'; readonly reason: NoRoute };

export function routeOutput(host: Host, query: OutputQuery): OutputRoute {
  if (query.chosen === true && query.src !== undefined && query.again !== true) {
    const { src: _, chosen: _chosen, ...before } = query;
    const found = routeOutput(host, before);
    if (found.kind === 'found') return found;
  }
  const { family, dst, src, bound, mark, flow, way = 0 } = query;
  if (dst === 0 || (dst === 0n && query.again !== true)) return { kind: 'found', oif: 'lo', local: true, route: undefined };
  if (family === 4 && bound !== undefined && isDown(host, bound)) return { kind: 'lost', reason: 'no-route' };
  const found = lookupRoute(host, {
    family,
    dst,
    mark,
    ...(src === undefined ? {} : { src }),
    ...(bound === undefined ? {} : { oif: bound }),
    ...(flow === undefined ? {} : { flow }),
  });
  const ways = found === undefined ? [] : waysOf(host, found, bound);
  const route = ways[way];
  const several = ways.length > 1 ? { ways: ways.length } : {};
  // it may be another one
  if (route?.unknown !== undefined) return { kind: 'found', oif: route.dev ?? '', local: false, route };
  if (route?.type === 'local' || route?.type === 'anycast') return { kind: 'found', oif: 'lo', local: true, route };
  const usable = route !== undefined && SENDABLE.has(route.type) ? route : undefined;
  // IPv4 takes the destination of a bound socket to be on its link, IPv6 does not
  const oif = usable?.dev ?? (family === 4 ? bound : undefined);
  if (oif === undefined && route !== undefined) return { kind: 'lost', reason: 'unreachable-route' };
  if (oif === undefined) return { kind: 'lost', reason: 'no-route' };
  const localnet = interfaceSetting(host, 'net.ipv4.conf.{}.route_localnet', oif) > 0;
  if (typeof src === 'number' && isLoopback4(src) && oif !== 'lo' && !localnet) return { kind: 'lost', reason: 'loopback-source' };
  return { kind: 'found', oif, local: false, route: usable, ...several };
}

/** Link-local or a group: what `oif` says of it is kept when it is routed again. */
export const ON_LINK6: readonly Prefix[] = ['fe80::/10', 'ff00::/8'].flatMap((text) => parsePrefix(text) ?? []);

/** IPv4 in disguise: for such a source sockets send IPv4, or nothing, and the kernel finds no way for its own packets, but resets.
 *  kernel net/ipv6/ip6_output.c ip6_dst_lookup_tail(), net/ipv6/netfilter/nf_reject_ipv6.c nf_send_reset6() */
export const DISGUISED6: readonly Prefix[] = ['::ffff:0:0/96'].flatMap((text) => parsePrefix(text) ?? []);

export function isOnLink6(address: bigint): boolean {
  return ON_LINK6.some((prefix) => contains(prefix, address));
}

export const SENDABLE: ReadonlySet<Route['type']> = new Set<Route['type']>(['unicast', 'broadcast', 'multicast']);

/** The source address that the kernel chooses for a destination; undefined: there is none, and nothing can be sent. */
export function sourceFor(host: Host, query: OutputQuery): Address | undefined {
  const found = routeOutput(host, query);
  if (found.kind === 'lost') return query.family === 6 ? sourceBeforeRoute6(host, query) : undefined;
  if (query.dst === 0) return 0x7f00_0001;
  if (query.dst === 0n) return 1n;
  const { route, oif } = found;
  if (route?.src !== undefined) return route.src;
  if (query.family === 6) return selectAddress6(host, found.local ? (route?.dev ?? oif) : oif, query.dst as bigint);
  // a local route of another table makes a foreign address local; it cannot be a source
  if (found.local) return longestMatch(host, { table: 'local', address: query.dst })?.type === 'local' ? query.dst : undefined;
  // without any address the packet is sent from none
  return selectAddress4(host, { dev: oif, ...sourceWanted(route) }) ?? 0;
}

/** By which an address of IPv4 is chosen for packets that take a route, `src` left aside: only a gateway is near. Undefined: on the link
 *  of a bound socket. kernel net/ipv4/fib_semantics.c fib_result_prefsrc(), fib_info_update_nhc_saddr() */
export function sourceWanted(route: Route | undefined): Pick<Wanted4, 'near' | 'scope'> {
  if (route === undefined) return { scope: 'link' };
  const { via, via6, scope = via === undefined && via6 === undefined ? 'link' : 'global' } = route;
  return { near: via, scope };
}

/** Without a route, IPv6 takes any address that suits, and looks again: a `from` rule may know the way.
 *  kernel net/ipv6/ip6_output.c ip6_dst_lookup_tail() */
function sourceBeforeRoute6(host: Host, query: OutputQuery): Address | undefined {
  const src = selectAddress6(host, ANY_DEVICE, query.dst as bigint);
  return src !== undefined && routeOutput(host, { ...query, src }).kind === 'found' ? src : undefined;
}
