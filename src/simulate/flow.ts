/** By what else than its addresses and mark a packet's route is looked up. symbolic/walk/routeFlow.ts for sets.
 *  kernel net/ipv4/netfilter.c ip_route_me_harder(), include/net/ip_fib.h fib4_rules_early_flow_dissect(); facts:
 *  docs/facts/kernel.md#policy-rules */
import type { Route } from '../host/host.ts';
import type { NoRoute, OutputQuery, OutputRoute } from '../host/output.ts';
import { DISGUISED6, isOnLink6, routeOutput, sourceFor } from '../host/output.ts';
import { isSameWay } from '../host/route.ts';
import { type FlowKeys, NO_FLOW, type RoutedAs, seesPorts } from '../host/ruleMatch.ts';
import { type Address, contains } from '../packet/address.ts';
import type { Packet } from '../packet/packet.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Skb } from './skb.ts';

export function flowOf({ host, family, tos, uid = 0, proto, sport = 0, dport = 0 }: Skb, as: RoutedAs): FlowKeys {
  switch (as) {
    case 'sent':
      return { tos, uid, proto, sport, dport };
    case 'sent again':
      return seesPorts(host, family) ? { tos, uid, proto, sport, dport } : { ...NO_FLOW, tos, uid };
    case 'arrived':
      return { tos, uid: 0, proto, sport, dport };
    default:
      return seesPorts(host, family) ? { tos, uid: 0, proto, sport: dport, dport: sport } : { ...NO_FLOW, tos };
  }
}

/** Of the look-up that chooses the source: a TCP socket has no port of its own yet. */
export function sourceFlow(skb: Skb): FlowKeys {
  const flow = flowOf(skb, 'sent');
  return skb.proto === PROTO.tcp ? { ...flow, sport: 0 } : flow;
}

export interface RouteAsked {
  readonly again: boolean;
  /** by which it would leave, before rules have rewritten it */
  readonly oif: string;
  /** the route by which the source was chosen stays */
  readonly kept: boolean;
}

/** As answers say it. */
export const CONNECTED = 'whether the socket is connected before it sends';

/** IPv4 looks again once it has a source, but not for a UDP socket that is not connected: whether that makes a difference.
 *  kernel net/ipv4/udp.c udp_sendmsg(), include/net/route.h ip_route_connect() */
export function mayKeepRoute(skb: Skb, packet: Packet): boolean {
  if (packet.srcChosen !== true || skb.family === 6 || skb.proto !== PROTO.udp) return false;
  const found = routeOutput(skb.host, sourceQuery(skb, packet));
  if (found.kind === 'lost') return lookAgain(skb, packet, skb.src).kind === 'found';
  return looksOf(skb, packet, found).some(
    ({ route, looked }) => looked.kind === 'lost' || route === undefined || !isSameWay(route, looked.route),
  );
}

/** Such a socket may send to an address that is only in another table one of this host, and is then its source. */
function mayTakeDestination(skb: Skb): boolean {
  const { host, family, proto, dst, mark } = skb;
  if (family === 6 || proto !== PROTO.udp) return false;
  const found = routeOutput(host, { family, dst, mark, flow: sourceFlow(skb) });
  return found.kind === 'found' && found.local && found.route !== undefined;
}

/** See DISGUISED6. */
export function isDisguised({ src, answers, quotes }: Skb): boolean {
  const isReset = answers && quotes === undefined;
  return typeof src === 'bigint' && !isReset && DISGUISED6.some((prefix) => contains(prefix, src));
}

export function outputQuery(skb: Skb, packet: Packet, { again, oif, kept }: RouteAsked): OutputQuery {
  const { family, dst, src, mark } = skb;
  const keeps = packet.srcChosen === true && (family === 6 || kept);
  const flow = again ? flowOf(skb, 'sent again') : keeps ? sourceFlow(skb) : flowOf(skb, 'sent');
  const bound = boundTo(skb, packet, again ? oif : undefined);
  return { family, dst, src, mark, again, chosen: keeps, flow, ...bound };
}

/** Rewritten, a packet to a link or a group looks for them on the link that it had. kernel net/ipv6/netfilter.c ip6_route_me_harder() */
function boundTo({ dst }: Skb, packet: Packet, oif: string | undefined): Pick<OutputQuery, 'bound'> {
  if (packet.oif !== undefined) return { bound: packet.oif };
  return oif !== undefined && typeof dst === 'bigint' && isOnLink6(dst) ? { bound: oif } : {};
}

/** The look-up that chooses the source. */
function sourceQuery(skb: Skb, { oif }: Packet): OutputQuery {
  const { family, dst, mark } = skb;
  return { family, dst, mark, flow: sourceFlow(skb), ...(oif !== undefined && { bound: oif }) };
}

/** What a packet without a source gets before it is routed, or why it gets none. */
export function firstSource(skb: Skb, packet: Packet, isUnconnected: () => boolean): Address | NoRoute {
  const query = sourceQuery(skb, packet);
  const src = sourceFor(skb.host, query) ?? (mayTakeDestination(skb) && isUnconnected() ? skb.dst : undefined);
  if (src !== undefined) return src;
  const found = routeOutput(skb.host, query);
  return found.kind === 'lost' ? found.reason : 'no-route';
}

/** The one that is chosen with one of the several ways of this route; undefined: it was chosen before, by another route. */
export function sourceOfWay(
  skb: Skb,
  packet: Packet,
  { of, way }: { readonly of: OutputRoute; readonly way: number },
): Address | undefined {
  if (packet.srcChosen !== true || of.kind === 'lost') return undefined;
  const before = sourceQuery(skb, packet);
  const found = routeOutput(skb.host, before);
  return found.kind === 'found' && found.route === of.route ? sourceFor(skb.host, { ...before, way }) : undefined;
}

/** Of several ways of the look-up that chooses the source each may have its own, with which IPv4 may then find another route. The way that is
 *  taken with the source; undefined: it is still open, or there is one. */
export function takeSourceOfWay(skb: Skb, packet: Packet, pick: (ways: number) => number): number | undefined {
  if (packet.srcChosen !== true || skb.family === 6) return undefined;
  const found = routeOutput(skb.host, sourceQuery(skb, packet));
  if (found.kind === 'lost' || found.ways === undefined) return undefined;
  const looks = looksOf(skb, packet, found);
  if (looks.every(({ src, stays }) => stays || src === skb.src)) return undefined;
  const way = pick(looks.length);
  const { src = skb.src, stays = false } = looks[way] ?? {};
  skb.src = src;
  return stays ? way : undefined;
}

/** One way of the look-up that chooses the source, and what the look-up with this source finds. */
interface Look {
  readonly src: Address;
  readonly route: Route | undefined;
  readonly looked: OutputRoute;
  /** it finds the same: the way is taken once */
  readonly stays: boolean;
}

function looksOf(skb: Skb, packet: Packet, found: Extract<OutputRoute, { readonly kind: 'found' }>): readonly Look[] {
  const before = sourceQuery(skb, packet);
  return Array.from({ length: found.ways ?? 1 }, (_, way): Look => {
    const own = way === 0 ? found : routeOutput(skb.host, { ...before, way });
    const src = found.ways === undefined ? skb.src : (sourceFor(skb.host, { ...before, way }) ?? skb.src);
    const looked = lookAgain(skb, packet, src);
    const stays = looked.kind === 'found' && looked.route === found.route;
    return { src, route: own.kind === 'found' ? own.route : undefined, looked: stays ? own : looked, stays };
  });
}

function lookAgain(skb: Skb, packet: Packet, src: Address): OutputRoute {
  return routeOutput(skb.host, { ...outputQuery(skb, packet, { again: false, oif: '', kept: false }), src });
}
