/** ICMP errors about an open connection: from a router that its packets came to, or from the host behind it, by the interface that they
 *  left by. They quote the packet as it left this host. */
import { type ErrorStep, TCP_PARTS } from '../netfilter/connectionParts.ts';
import { QUOTING } from '../netfilter/rejectAnswer.ts';
import type { Packet } from '../packet/packet.ts';
import { PROTO } from '../packet/protocol.ts';
import { USUAL_TTL } from '../packet/usual.ts';
import type { ConversationPart } from './conversation.ts';
import type { Walk } from './trace.ts';

/** Undefined: the packets that it would be about do not leave this host. */
export function errorPacket(parts: readonly ConversationPart[], { about, icmp }: ErrorStep): Packet | undefined {
  const walk = leaving(parts, about);
  if (walk === undefined) return undefined;
  const { packet, after, fate } = walk;
  const { family, proto } = packet;
  const { headers, most } = QUOTING[family];
  const { type: icmpType, code: icmpCode } = icmp[family];
  const data = proto === PROTO.tcp ? headers - 8 + (TCP_PARTS.data?.bytes ?? 0) : packet.length;
  return {
    ...{ family, dir: 'in', proto: family === 4 ? PROTO.icmp : PROTO.icmpv6, icmpType, icmpCode, socket: false },
    // the address of a router is not known: that of the other end stands for it
    ...{ src: after.dst, dst: after.src, iif: fate.oif, mark: 0, ttl: USUAL_TTL, tos: 0, fragOffset: 0 },
    length: headers + Math.min(data, most),
    macUnsaid: true,
    quotes: { proto, src: after.src, dst: after.dst, sport: after.sport, dport: after.dport },
  };
}

type Leaving = Walk & { readonly fate: { readonly kind: 'sent' | 'forwarded'; readonly oif: string } };

function leaving(parts: readonly ConversationPart[], about: ErrorStep['about']): Leaving | undefined {
  const last = parts.findLast(({ direction, walk }) => direction === about && walk.packet.quotes === undefined)?.walk;
  return last !== undefined && (last.fate.kind === 'sent' || last.fate.kind === 'forwarded') ? (last as Leaving) : undefined;
}
