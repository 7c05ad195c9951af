/** Headers of a packet of which nothing is said: what its text leaves out. */
import type { Family } from './address.ts';
import { PROTO } from './protocol.ts';

export const USUAL_TTL = 64;

/** Bytes of a packet without data: headers only, a SYN with its usual options. */
export function usualLength(family: Family, proto: number): number {
  const header = family === 4 ? 20 : 40;
  return header + (proto === PROTO.tcp ? 40 : proto === PROTO.udp ? 8 : proto === PROTO.icmp || proto === PROTO.icmpv6 ? 64 : 0);
}
