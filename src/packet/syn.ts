/** The segment that asks for a connection: SYN without FIN, RST and ACK. man iptables-extensions, tcp --syn */
import { TCP_FLAGS } from './fields.ts';
import type { Packet } from './packet.ts';
import { PROTO } from './protocol.ts';

const { F, S, R, A } = TCP_FLAGS;

/** What is looked at, and how it is to be. */
export const SYN = { value: S, mask: F | S | R | A } as const;

/** A TCP packet that opens no connection. */
export function isLaterSegment({ proto, flags = 0 }: Pick<Packet, 'proto' | 'flags'>): boolean {
  return proto === PROTO.tcp && (flags & SYN.mask) !== SYN.value;
}
