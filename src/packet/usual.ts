/** Headers of a packet of which nothing is said: what its text leaves out. */
import type { Family } from './address.ts';
import { TCP_FLAGS } from './fields.ts';
import { PROTO } from './protocol.ts';

export const USUAL_TTL = 64;

/** Bytes of the IP header, without options. */
export const IP_HEADER: Readonly<Record<Family, number>> = { 4: 20, 6: 40 };

/** Bytes of a packet without data: headers only, a SYN with its usual options. */
export function usualLength(family: Family, proto: number): number {
  const transport = proto === PROTO.tcp ? 40 : proto === PROTO.udp ? 8 : proto === PROTO.icmp || proto === PROTO.icmpv6 ? 64 : 0;
  return IP_HEADER[family] + transport;
}

/** What a packet of a protocol that has them has in these fields. Smaller indices than this one are reserved: RFC 4303 section 2.1. */
export function usualFields(family: Family) {
  const icmp = { icmpType: family === 4 ? 8 : 128, icmpCode: 0 };
  return { sport: 40000, dport: 80, flags: TCP_FLAGS.S, ...icmp, spi: 256, uid: 1000, gid: 1000 } as const;
}
