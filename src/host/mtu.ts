/** How long a packet may be to leave by a route. Only what the host says of MTUs counts: without them no packet is too long.
 *  kernel include/net/ip.h ip_dst_mtu_maybe_forward(), include/net/ip6_route.h ip6_dst_mtu_maybe_forward(); facts:
 *  docs/facts/kernel.md#mtus */
import type { Family } from '../packet/address.ts';
import type { Packet } from '../packet/packet.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Host, Route } from './host.ts';

export interface WayOut {
  readonly oif: string;
  readonly route?: Pick<Route, 'mtu' | 'mtuLocked'> | undefined;
}

export interface WayThrough extends WayOut {
  readonly iif: string | undefined;
  /** behind the rules of POSTROUTING */
  readonly leaving?: boolean;
}

/** Lengths of packets that a router does not pass on whole. Longer ones than its link brings are segments that the receiving interface
 *  has merged (GRO), and leave as they came. */
export interface TooLong {
  readonly over: number;
  /** absent: without end */
  readonly upTo?: number;
}

/** Undefined: none. kernel net/ipv4/ip_forward.c ip_forward(), net/ipv6/ip6_output.c ip6_forward(), ip6_fragment() */
export function tooLongToForward(host: Host, family: Family, { iif, leaving = false, ...way }: WayThrough): TooLong | undefined {
  const over = leaving ? mtuOf(host, family, way) : mtuBeforeRules(host, family, way);
  // over lo come packets of this host, whose senders know where they go
  if (over === undefined || iif === undefined || iif === 'lo') return undefined;
  const upTo = linkMtu(host, family, iif);
  if (upTo === undefined) return { over };
  return upTo > over ? { over, upTo } : undefined;
}

type Sized = Pick<Packet, 'family' | 'proto' | 'length' | 'fragOffset' | 'df'>;

export function isTooLongToForward(host: Host, packet: Sized, way: WayThrough): boolean {
  const { family, length } = packet;
  const long = tooLongToForward(host, family, way);
  return long !== undefined && !mayBeFragmented(packet) && length > long.over && length <= (long.upTo ?? length);
}

/** Routers fragment no packet of IPv6, and of IPv4 none that forbids it (DF), as whole packets of Linux do. */
function mayBeFragmented({ family, df, fragOffset }: Sized): boolean {
  return family === 4 && (df === undefined ? fragOffset > 0 : !df);
}

/** A sender fragments its packets unless it forbids that; TCP makes no segment that is too long. */
export function isTooLongToSend(host: Host, { family, df, proto, length }: Sized, way: WayOut): boolean {
  if (df !== true || proto === PROTO.tcp) return false;
  const most = mtuOf(host, family, way);
  return most !== undefined && length > most;
}

/** Undefined: not known. */
function mtuOf(host: Host, family: Family, { oif, route }: WayOut): number | undefined {
  return route?.mtu ?? linkMtu(host, family, oif);
}

/** IPv6 asks for the MTU of a route only behind the rules, unless it is locked. */
function mtuBeforeRules(host: Host, family: Family, way: WayOut): number | undefined {
  if (family === 4 || way.route?.mtuLocked === true) return mtuOf(host, family, way);
  const mtu = linkMtu(host, 6, way.oif);
  return mtu === undefined ? undefined : Math.max(mtu, SMALLEST_MTU6);
}

function linkMtu({ interfaces, sysctls }: Host, family: Family, name: string): number | undefined {
  const said = family === 6 ? Number(sysctls.get(`net.ipv6.conf.${name}.mtu`) ?? 0) : 0;
  return said > 0 ? said : interfaces.find((nic) => nic.name === name)?.mtu;
}

/** kernel include/linux/ipv6.h IPV6_MIN_MTU */
const SMALLEST_MTU6 = 1280;
