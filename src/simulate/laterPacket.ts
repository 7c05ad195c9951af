/** The packets that follow the first one of a connection, as their senders make them: addresses as the receiver of the first saw them. */
import type { Host } from '../host/host.ts';
import type { Packet } from '../packet/packet.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Walk } from './trace.ts';

const TTL = 64;

/** What the receiver answers; undefined: it does not. A process answers from where the packet was sent to, with its own user; another host
 *  by the interface that the packet left by. docs/facts/kernel.md#owners */
export function answerPacket({ packet, after, fate }: Walk, host: Host): Packet | undefined {
  const { family, proto, icmpType } = packet;
  const echo = (proto === PROTO.icmp && icmpType === 8) || (proto === PROTO.icmpv6 && icmpType === 128);
  const icmp = proto === PROTO.icmp || proto === PROTO.icmpv6;
  if (icmp && !echo) return undefined;
  const ends = {
    src: after.dst,
    dst: after.src,
    ...(after.dport !== undefined && { sport: after.dport }),
    ...(after.sport !== undefined && { dport: after.sport }),
  };
  const plain = { family, proto, ...ends, mark: 0, ttl: TTL, tos: 0, length: packet.length, fragOffset: 0 };
  const answer = icmp ? { ...plain, icmpType: family === 4 ? 0 : 129, icmpCode: 0 } : plain;
  switch (fate.kind) {
    case 'delivered': {
      const owner = fate.process === undefined ? undefined : host.processes.get(fate.process);
      return { ...answer, dir: 'out', socket: true, ...(owner !== undefined && { uid: owner.uid, gid: owner.gid }) };
    }
    case 'sent':
    case 'forwarded':
      return { ...answer, dir: 'in', socket: false, iif: fate.oif };
    default:
      return undefined;
  }
}

/** The sender's next packet: as the first, of the same socket. */
export function laterPacket({ packet }: Walk): Packet {
  const { ctstate: _state, ctdir: _direction, connmark: _mark, ctorigsrc: _src, ctorigdst: _dst, ...headers } = packet;
  return headers;
}
