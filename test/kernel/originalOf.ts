/** What SO_ORIGINAL_DST says of a connection that a process here has accepted: conntrack is asked for the ends of the socket, in the zone
 *  that all have. kernel net/netfilter/nf_conntrack_proto.c getorigdst() */
import { formatAddress } from '../../src/packet/address.ts';
import { PROTO } from '../../src/packet/protocol.ts';
import { findConnection } from '../../src/simulate/connection.ts';
import type { Walk } from '../../src/simulate/trace.ts';

/** ` for 10.0.0.9:80`, or nothing. */
export function originalOf({ packet: { proto }, after, connections }: Walk): string {
  if (proto !== PROTO.tcp) return '';
  const { src, dst, sport, dport } = after;
  const tuple = { src: dst, sport: dport, dst: src, dport: sport };
  const found = findConnection(connections, { proto, tuple, zone: { original: 0, reply: 0 } });
  return found === undefined ? '' : ` for ${formatAddress(found.connection.original.dst)} ${found.connection.original.dport}`;
}
