/** The packets that follow the first one of a connection, as their senders make them: addresses as the receiver of the first saw them. */
import type { Host } from '../host/host.ts';
import { icmpAnswer } from '../netfilter/firstState.ts';
import type { Packet } from '../packet/packet.ts';
import { PROTO } from '../packet/protocol.ts';
import { USUAL_TTL } from '../packet/usual.ts';
import type { Walk } from './trace.ts';

/** What the receiver answers; undefined: it does not. A process answers from where the packet was sent to, with its own user; another host
 *  by the interface that the packet left by. docs/facts/kernel.md#owners */
export function answerPacket({ packet, after, fate }: Walk, host: Host): Packet | undefined {
  const { family, proto, icmpType } = packet;
  if (icmpType !== undefined && !isEcho(packet)) return undefined;
  const ends = {
    src: after.dst,
    dst: after.src,
    ...(after.dport !== undefined && { sport: after.dport }),
    ...(after.sport !== undefined && { dport: after.sport }),
  };
  const plain = { family, proto, ...ends, mark: 0, ttl: USUAL_TTL, tos: 0, length: packet.length, fragOffset: 0 };
  const answer = icmpType === undefined ? plain : { ...plain, icmpType: icmpAnswer(icmpType), icmpCode: 0 };
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

/** A question that every host answers. */
export function isEcho({ proto, icmpType }: Packet): boolean {
  return (proto === PROTO.icmp && icmpType === 8) || (proto === PROTO.icmpv6 && icmpType === 128);
}

/** The sender's next packet: as the first, of the same socket. */
export function laterPacket({ packet }: Walk): Packet {
  const { ctstate: _state, ctdir: _direction, connmark: _mark, ctorigsrc: _src, ctorigdst: _dst, ...headers } = packet;
  return headers;
}
