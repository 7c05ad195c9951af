/** The interface of a route that names only its gateway: as the kernel does, by the route to the gateway.
 *  kernel net/ipv4/fib_semantics.c fib_check_nh_v4_gw(), net/ipv6/route.c ip6_route_check_nh() */
import { type Address, contains, type Family, formatAddress } from '../packet/address.ts';
import type { NextHop, Route } from './host.ts';

/** `among`: the routes that are there. A gateway that none of them reaches leaves the route open. */
export function withDevice(among: readonly Route[], route: Route): Route {
  const { via, dev, nexthops, family } = route;
  if (nexthops !== undefined) return withDevices(among, { ...route, nexthops });
  if (via === undefined || dev !== undefined) return route;
  const found = deviceTo(among, family, via);
  return found === undefined ? { ...route, unknown: openWay(route, via) } : { ...route, dev: found };
}

function withDevices(among: readonly Route[], route: Route & { readonly nexthops: readonly NextHop[] }): Route {
  const { nexthops, family } = route;
  if (!nexthops.some(({ via, dev }) => via !== undefined && dev === undefined)) return route;
  const hops = nexthops.map((hop) => {
    const dev = hop.dev ?? (hop.via === undefined ? undefined : deviceTo(among, family, hop.via));
    return dev === undefined ? hop : { ...hop, dev };
  });
  const open = hops.find(({ via, dev }) => via !== undefined && dev === undefined)?.via;
  return { ...route, nexthops: hops, ...(open !== undefined && { unknown: openWay(route, open) }) };
}

function openWay({ unknown }: Route, via: Address): string {
  return [...(unknown === undefined ? [] : [unknown]), `via ${formatAddress(via)}`].join(' ');
}

function deviceTo(among: readonly Route[], family: Family, gateway: Address): string | undefined {
  const [way] = among
    .filter(
      (one) => one.family === family && one.table === 'main' && one.via === undefined && one.dev !== undefined && contains(one.to, gateway),
    )
    .sort((a, b) => b.to.length - a.to.length);
  return way?.dev;
}
