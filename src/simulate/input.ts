/** What the kernel makes of an arriving packet before and after PREROUTING.
 *  kernel net/ipv4/route.c ip_route_input_slow(), net/ipv4/fib_frontend.c fib_validate_source(), net/ipv6/ip6_input.c ip6_rcv_core() */
import type { Host, Route } from '../host/host.ts';
import { lookupRoute } from '../host/route.ts';
import { isMulticast6, scope6 } from '../host/sourceAddress.ts';
import { interfaceSetting } from '../host/sysctl.ts';
import type { Skb } from './skb.ts';
import type { LostReason } from './trace.ts';

/** IPv6 discards some addresses before any hook; IPv4 none. */
export function refusedOnArrival(skb: Skb): LostReason | undefined {
  if (typeof skb.src === 'number' || typeof skb.dst === 'number' || skb.iif === 'lo') return undefined;
  if (skb.src === 1n || isMulticast6(skb.src)) return 'martian-source';
  if (skb.dst === 1n || (isMulticast6(skb.dst) && scope6(skb.dst) <= 1)) return 'martian-destination';
  return undefined;
}

export type InputRoute =
  | { readonly kind: 'local'; readonly route: Route | undefined }
  | { readonly kind: 'forward'; readonly route: Route & { readonly dev: string } }
  | { readonly kind: 'lost'; readonly reason: LostReason };

export function routeInput(skb: Skb): InputRoute {
  const martian = skb.family === 4 ? martian4(skb) : undefined;
  if (martian !== undefined) return martian;
  if (skb.family === 6 && isMulticast6(skb.dst as bigint))
    return joined6(skb.host, skb.dst as bigint) ? local(undefined) : lost('no-route');
  const { host, iif = '' } = skb;
  // a link-local destination is on the link that the packet came from: rt6_need_strict()
  const link = typeof skb.dst === 'bigint' && scope6(skb.dst) <= 2 ? { oif: iif } : {};
  const route = lookupRoute(host, { family: skb.family, dst: skb.dst, src: skb.src, mark: skb.mark, iif, ...link });
  const forwarding = isForwarding(host, skb.family, iif);
  if (route === undefined) return lost(forwarding ? 'no-route' : 'not-forwarding');
  if (route.type === 'local' || (route.type === 'broadcast' && skb.family === 4)) {
    const bad = skb.family === 4 ? badSource(skb) : undefined;
    return bad === undefined ? local(route) : lost(bad);
  }
  if (!forwarding) return lost('not-forwarding');
  if (route.type !== 'unicast' || route.dev === undefined) return lost('unreachable-route');
  const bad = skb.family === 4 ? badSource(skb) : badForward6(skb, route.dev);
  if (bad !== undefined) return lost(bad);
  return { kind: 'forward', route: { ...route, dev: route.dev } };
}

function local(route: Route | undefined): InputRoute {
  return { kind: 'local', route };
}

function lost(reason: LostReason): InputRoute {
  return { kind: 'lost', reason };
}

/** Addresses that decide alone, in the kernel's order. */
function martian4(skb: Skb): InputRoute | undefined {
  const src = skb.src as number;
  const dst = skb.dst as number;
  if (isMulticast4(dst)) {
    if (isLoopback(src) && !routesLocalnet(skb)) return lost('martian-source');
    if (isMulticast4(src) || src === BROADCAST) return lost('martian-source');
    if (dst !== ALL_HOSTS) return lost('no-route');
    return broadcastInput(skb);
  }
  if (isMulticast4(src) || src === BROADCAST) return lost('martian-source');
  if (dst === BROADCAST || (src === 0 && dst === 0)) return broadcastInput(skb);
  if (src === 0) return lost('martian-source');
  if (dst === 0) return lost('martian-destination');
  if (isLoopback(dst) && !routesLocalnet(skb)) return lost('martian-destination');
  if (isLoopback(src) && !routesLocalnet(skb)) return lost('martian-source');
  return undefined;
}

/** To everybody on the link: 0.0.0.0 may send it, an own address may not. */
function broadcastInput(skb: Skb): InputRoute {
  const bad = skb.src === 0 ? undefined : badSource(skb);
  return bad === undefined ? local(undefined) : lost(bad);
}

const BROADCAST = 0xffff_ffff;
/** 224.0.0.1, the group that every interface has joined */
const ALL_HOSTS = 0xe000_0001;

function isMulticast4(address: number): boolean {
  return address >>> 28 === 0xe;
}

function isLoopback(address: number): boolean {
  return address >>> 24 === 127;
}

function routesLocalnet(skb: Skb): boolean {
  return interfaceSetting(skb.host, `net.ipv4.conf.{}.route_localnet`, skb.iif) > 0;
}

const ALL_NODES = (0xff02n << 112n) + 1n;
/** ff02::1:ff00:0/104, completed by the last 24 bits of an own address (RFC 4291 section 2.7.1) */
const SOLICITED_NODE = (0xff02n << 112n) + 0x1_ff00_0000n;

function joined6(host: Host, group: bigint): boolean {
  if (group === ALL_NODES) return true;
  return host.interfaces.some(({ addresses }) =>
    addresses.some(({ address }) => typeof address === 'bigint' && group === SOLICITED_NODE + (address & 0xff_ffffn)),
  );
}

/** fib_validate_source(): a local source is a martian; rp_filter 1 wants the way back through the same interface. */
function badSource({ host, src, dst, iif = '' }: Skb): LostReason | undefined {
  const mode = Math.max(
    interfaceSetting(host, 'net.ipv4.conf.{}.rp_filter', 'all'),
    interfaceSetting(host, 'net.ipv4.conf.{}.rp_filter', iif),
  );
  const localAccepted = interfaceSetting(host, 'net.ipv4.conf.{}.accept_local', iif) > 0;
  if (mode === 0 && !hasCustomRouting(host)) {
    const own = host.interfaces.some(({ addresses }) => addresses.some(({ address }) => address === src));
    return own && !localAccepted ? 'martian-source' : undefined;
  }
  const back = lookupRoute(host, { family: 4, dst: src, src: dst, mark: 0, iif });
  if (back === undefined || UNREACHABLE.has(back.type)) return mode === 0 ? undefined : 'reverse-path';
  if (back.type !== 'unicast') return back.type === 'local' && localAccepted ? undefined : 'martian-source';
  return mode === 1 && back.dev !== iif ? 'reverse-path' : undefined;
}

/** Routes that make the lookup fail, as if there were none. */
const UNREACHABLE: ReadonlySet<Route['type']> = new Set<Route['type']>(['blackhole', 'unreachable', 'prohibit']);

/** Then the kernel looks the source up in full: fib4_has_custom_rules(), fib_has_custom_local_routes. */
function hasCustomRouting(host: Host): boolean {
  return (
    host.rules.some(({ family, priority }) => family === 4 && priority !== 0 && priority < 32766) ||
    host.routes.some(({ family, type, table }) => family === 4 && type === 'local' && table !== 'local')
  );
}

/** Sources that ip6_forward() does not pass on to another link. */
function badForward6(skb: Skb, oif: string): LostReason | undefined {
  const src = skb.src as bigint;
  return oif !== skb.iif && (src === 0n || src === 1n || scope6(src) === 2) ? 'martian-source' : undefined;
}

function isForwarding(host: Host, family: 4 | 6, iif: string): boolean {
  if (family === 6) return interfaceSetting(host, 'net.ipv6.conf.{}.forwarding', 'all') > 0;
  const global = host.sysctls.get('net.ipv4.ip_forward');
  return (
    interfaceSetting(host, 'net.ipv4.conf.{}.forwarding', iif) > 0 ||
    (global !== undefined && global !== '0' && !host.sysctls.has(`net.ipv4.conf.${iif}.forwarding`))
  );
}
