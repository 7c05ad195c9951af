/** Routes with several next hops: the kernel takes one by a hash of the packet's ends, which is not followed.
 *  kernel net/ipv4/fib_semantics.c fib_select_path(), net/ipv6/route.c fib6_select_path(); facts: docs/facts/kernel.md#routes */
import { memoize } from '../lib/memo.ts';
import type { Host, Route } from './host.ts';
import { interfaceSetting } from './sysctl.ts';

/** As answers say it. */
export const SEVERAL_WAYS = 'the kernel takes one of several routes';

/** The routes of which it takes one; none: it cannot be used. `dev`: the socket is bound to it. */
export function waysOf(host: Host, route: Route, dev?: string): readonly Route[] {
  if (route.nexthops === undefined) return [route];
  const ways = waysOfAll(host, route);
  return dev === undefined ? ways : ways.filter((way) => way.dev === dev).slice(0, 1);
}

const WAYS = new WeakMap<Host, WeakMap<Route, readonly Route[]>>();

function waysOfAll(host: Host, route: Route): readonly Route[] {
  const known = WAYS.get(host) ?? new WeakMap<Route, readonly Route[]>();
  WAYS.set(host, known);
  const ways = known.get(route) ?? split(host, route);
  known.set(route, ways);
  return ways;
}

function split(host: Host, route: Route): readonly Route[] {
  const { nexthops = [], ...whole } = route;
  const ways = nexthops
    .filter((hop) => !isUnused(host, { ...hop, family: route.family, type: route.type }))
    .map(({ weight: _, ...hop }): Route => ({ ...whole, ...hop }));
  return ways.filter((way, index) => ways.findIndex((other) => other.dev === way.dev && other.via === way.via) === index);
}

type Usable = Pick<Route, 'dev' | 'dead' | 'linkdown' | 'family' | 'type' | 'via6' | 'nexthops'>;

/** Its interface is down, or has no carrier where the host does not use such routes. Addresses are this host's even there. */
export function isUnused(host: Host, route: Usable): boolean {
  const { dev, dead, linkdown, family, type, via6, nexthops } = route;
  if (nexthops !== undefined) return nexthops.every((hop) => isUnused(host, { ...hop, family, type }));
  if (dead === true) return true;
  if (dev === undefined || type === 'local' || type === 'anycast') return false;
  const state = statesOf(host, '').get(dev);
  if (state === 'down') return true;
  // the kernel does not see that a gateway of the other family has no carrier when its route is made
  if (linkdown !== true && (state !== 'no-carrier' || via6 !== undefined)) return false;
  return interfaceSetting(host, `net.ipv${family}.conf.{}.ignore_routes_with_linkdown`, dev) > 0;
}

export function isDown(host: Host, name: string): boolean {
  return statesOf(host, '').get(name) === 'down';
}

const statesOf = memoize((host: Host, _all: '') => new Map(host.interfaces.map(({ name, state }) => [name, state])));

/** The way that reverse path filtering compares with the interface of a packet: any of several will do.
 *  kernel net/ipv4/fib_frontend.c fib_info_nh_uses_dev() */
export function wayBackBy(host: Host, route: Route, iif: string): Route | undefined {
  const ways = waysOf(host, route);
  return ways.find(({ dev }) => dev === iif) ?? ways[0];
}
