/** The packets that follow the first one of a connection, as their senders make them: addresses as the receiver of the first saw them. */
import { addrType } from '../host/addrType.ts';
import type { Host } from '../host/host.ts';
import { findSocket } from '../host/listeners.ts';
import { type PartName, TCP_PARTS } from '../netfilter/connectionParts.ts';
import { icmpAnswer } from '../netfilter/firstState.ts';
import { ADDR_TYPES } from '../packet/fields.ts';
import type { Packet } from '../packet/packet.ts';
import { PROTO } from '../packet/protocol.ts';
import { IP_HEADER, USUAL_TTL } from '../packet/usual.ts';
import { kernelAnswer } from './kernelAnswer.ts';
import type { Walk } from './trace.ts';

/** What the receiver answers; undefined: it does not. A process answers from where the packet was sent to, with its own user; another host
 *  by the interface that the packet left by. docs/facts/kernel.md#owners */
export function answerPacket(first: Walk, host: Host): Packet | undefined {
  const { packet, after, fate } = first;
  const { family, proto, icmpType } = packet;
  if (icmpType !== undefined && !isEcho(packet)) return undefined;
  if (fate.kind === 'delivered' && fate.process === undefined) return kernelAnswer(first, host)?.packet;
  const ends = {
    src: after.dst,
    dst: after.src,
    ...(after.dport !== undefined && { sport: after.dport }),
    ...(after.sport !== undefined && { dport: after.sport }),
  };
  const plain = { family, proto, ...ends, mark: 0, ttl: USUAL_TTL, tos: 0, length: packet.length, fragOffset: 0 };
  const answer = icmpType === undefined ? plain : { ...plain, icmpType: icmpAnswer(icmpType), icmpCode: packet.icmpCode ?? 0 };
  switch (fate.kind) {
    case 'delivered': {
      const owner = fate.process === undefined ? undefined : host.processes.get(fate.process);
      const mark = socketMark(first, host) || (takesOverMark(first, host) ? after.mark : 0);
      return { ...answer, mark, dir: 'out', socket: true, ...(owner !== undefined && { uid: owner.uid, gid: owner.gid }) };
    }
    case 'sent':
    case 'forwarded':
      return { ...answer, dir: 'in', socket: false, iif: fate.oif, macUnsaid: true };
    default:
      return undefined;
  }
}

/** SO_MARK of the socket that took the packet. kernel include/net/inet_sock.h inet_request_mark() */
function socketMark({ packet, fate }: Walk, { listeners }: Host): number {
  if (fate.kind !== 'delivered') return 0;
  const { process, listener } = fate;
  return listeners.find((one) => one.process === process && one.proto === packet.proto && one.port === listener)?.mark ?? 0;
}

function takesOverMark({ packet }: Walk, { sysctls }: Host): boolean {
  return packet.proto === PROTO.tcp && sysctls.get('net.ipv4.tcp_fwmark_accept') === '1';
}

/** The socket that took the packet may not send from the address that it was sent to: it is none of this host, and the socket is not
 *  transparent. kernel net/ipv4/route.c ip_route_output_key_hash_rcu(); IPv6 does not look */
export function cannotAnswer({ packet, after, fate }: Walk, host: Host): boolean {
  if (packet.family === 6 || fate.kind !== 'delivered' || fate.process === undefined || fate.transparent) return false;
  const listener = findSocket(host, { proto: packet.proto, dst: after.dst, dport: after.dport });
  return listener?.transparent !== true && ADDR_TYPES[addrType(host, after.dst)] !== 'LOCAL';
}

/** A question that every host answers. */
export function isEcho({ proto, icmpType }: Packet): boolean {
  return (proto === PROTO.icmp && icmpType === 8) || (proto === PROTO.icmpv6 && icmpType === 128);
}

/** The sender's next packet: as the first, of the same socket. */
export function laterPacket({ packet }: Walk): Packet {
  const { ctstate: _state, ctdir: _direction, connmark: _mark, ctorigsrc: _src, ctorigdst: _dst, ...headers } = packet;
  return headers;
}

/** What a segment is by its place in a TCP connection, which acknowledges more if `ack` says so. */
export function asPart(packet: Packet, name: PartName, ack?: number): Packet {
  const part = packet.proto === PROTO.tcp ? TCP_PARTS[name] : undefined;
  if (part === undefined) return packet;
  const stream = ack === undefined ? part.stream : { ...part.stream, ack };
  return { ...packet, flags: part.flags, stream, length: IP_HEADER[packet.family] + part.bytes };
}
