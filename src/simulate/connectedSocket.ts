/** Sockets of a connection on this host, which are found by both ends before any listener is: who has sent its first packet has one, and
 *  a TCP listener that has taken it.
 *  kernel net/ipv4/inet_hashtables.c __inet_lookup_established(), net/ipv4/udp.c compute_score() */
import { addrType } from '../host/addrType.ts';
import { demuxesEarly } from '../host/earlyDemux.ts';
import type { Host, Listener } from '../host/host.ts';
import type { Address } from '../packet/address.ts';
import { ADDR_TYPES, TCP_FLAGS } from '../packet/fields.ts';
import type { CtDirection } from '../packet/packet.ts';
import { hasPorts, PROTO } from '../packet/protocol.ts';
import type { Skb } from './skb.ts';
import type { Walk } from './trace.ts';

/** `address` and `port` are its own end. */
export interface ConnectedSocket extends Listener {
  readonly address: Address;
  readonly port: number;
  readonly remote: Address;
  readonly remotePort: number;
  /** the interface by which it hears from the other side, once it has: what comes by it is not routed again */
  readonly hears?: string;
  /** absent: not known, or gone with the last word of this side */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

export interface SocketEnds {
  readonly src: Address;
  readonly sport: number | undefined;
}

interface Query extends SocketEnds {
  readonly proto: number;
  readonly dst: Address;
  readonly dport: number | undefined;
}

export function connectedSocket(
  sockets: readonly ConnectedSocket[],
  { proto, src, sport, dst, dport }: Query,
): ConnectedSocket | undefined {
  return sockets.find(
    (one) => one.proto === proto && one.address === dst && one.port === dport && one.remote === src && one.remotePort === sport,
  );
}

/** A packet of its connection has the route that an earlier one had, and no source check.
 *  kernel net/ipv4/ip_input.c ip_rcv_finish_core(), tcp_ipv4.c tcp_v4_early_demux(), net/ipv6/ip6_input.c ip6_rcv_finish_core() */
export function keepsRoute(skb: Skb): boolean {
  const hears = connectedSocket(skb.sockets, skb)?.hears;
  if (hears === undefined || hears !== skb.iif || skb.diverted !== undefined) return false;
  return demuxesEarly(skb.host);
}

/** What arrives belongs to the socket of its connection from INPUT on, where nft can ask whose that is.
 *  kernel net/ipv4/ip_input.c ip_rcv_finish_core(), net/netfilter/nft_meta.c nft_meta_get_eval_skugid() */
export function takeOwner(skb: Skb): void {
  const found = skb.iif === 'lo' || skb.diverted !== undefined || skb.quotes !== undefined ? undefined : connectedSocket(skb.sockets, skb);
  if (found === undefined || !demuxesEarly(skb.host)) return;
  if (found.owner === undefined) skb.ownerUnsaid = true;
  else Object.assign(skb, found.owner);
}

/** Packets of the connection so far, the first one included. */
export type Heard = readonly { readonly direction: CtDirection; readonly walk: Walk; readonly arrives: boolean }[];

/** Of both sides, as far as they are here. */
export function socketsOf(host: Host, heard: Heard): readonly ConnectedSocket[] {
  const first = heard[0]?.walk;
  if (first === undefined) return [];
  const { packet, after, fate } = first;
  const { proto, dir, socket, src, dst, sport, dport, uid, gid } = packet;
  if (!hasPorts(proto)) return [];
  const sockets: ConnectedSocket[] = [];
  if (dir === 'out' && socket && sport !== undefined && dport !== undefined) {
    const [process = 'client'] = [...host.processes].find(([, one]) => one.uid === uid && one.gid === gid) ?? [];
    // the source of another host is for transparent sockets alone
    const transparent = ADDR_TYPES[addrType(host, src)] !== 'LOCAL';
    // a SYN-ACK comes before the connection is there
    const by = hearing(heard, 'reply', proto === PROTO.tcp ? 1 : 0);
    const has = uid === undefined || gid === undefined || heard.some(endsIt) ? {} : { owner: { uid, gid } };
    sockets.push({ proto, process, transparent, address: src, port: sport, remote: dst, remotePort: dport, ...has, ...by });
  }
  if (proto === PROTO.tcp && fate.kind === 'delivered' && fate.process !== undefined) {
    const { process, transparent } = fate;
    const [port, remotePort] = [after.dport ?? 0, after.sport ?? 0];
    const own = host.listeners.some(
      (one) => one.process === process && one.proto === proto && one.transparent && (one.port ?? fate.listener) === fate.listener,
    );
    const by = hearing(heard, 'original', 1);
    sockets.push({ proto, process, transparent: transparent || own, address: after.dst, port, remote: after.src, remotePort, ...by });
  }
  return sockets;
}

/** The opener closes, or may have. */
function endsIt({ direction, walk: { packet } }: Heard[number]): boolean {
  return direction === 'original' && ((packet.flags ?? 0) & (TCP_FLAGS.F | TCP_FLAGS.R)) !== 0;
}

function hearing(heard: Heard, way: CtDirection, before: number): Pick<ConnectedSocket, 'hears'> {
  const came = heard.filter(({ direction, walk, arrives }) => direction === way && arrives && walk.packet.quotes === undefined);
  const hears = came[before]?.walk.after.iif;
  return hears === undefined ? {} : { hears };
}
