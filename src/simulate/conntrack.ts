/** The state that conntrack gives to a packet it sees for the first time, from an empty table.
 *  kernel net/netfilter/nf_conntrack_core.c nf_conntrack_in(), nf_conntrack_proto_{tcp,icmp,icmpv6}.c */
import type { Host } from '../host/host.ts';
import { TCP_FLAGS } from '../packet/fields.ts';
import type { CtState } from '../packet/packet.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Connection, Skb, Tuple } from './skb.ts';

const { F, S, R, P, A, U, E, C } = TCP_FLAGS;
/** Combinations that tcp_error() lets pass, PSH, ECE and CWR aside. */
const VALID_FLAGS = new Set([S, S | U, S | A, R, R | A, F | A, F | A | U, A, A | U]);
/** Requests that open an ICMP connection: echo, timestamp, information, address mask. */
const ICMP_NEW = new Set([8, 13, 15, 17]);
const ICMPV6_NEW = new Set([128, 139]);
/** Multicast listener, neighbour and multicast router discovery are never tracked. */
const ICMPV6_UNTRACKED = new Set([130, 131, 132, 133, 134, 135, 136, 143, 151, 152]);

export function stateOfFirst(skb: Skb, host: Host): CtState {
  switch (skb.proto) {
    case PROTO.tcp:
      return tcpState(skb.flags ?? 0, host.sysctls.get('net.netfilter.nf_conntrack_tcp_loose') !== '0');
    case PROTO.icmp:
      return skb.family === 4 && ICMP_NEW.has(skb.icmpType ?? -1) ? 'NEW' : 'INVALID';
    case PROTO.icmpv6:
      if (skb.family !== 6) return 'NEW';
      if (ICMPV6_UNTRACKED.has(skb.icmpType ?? -1)) return 'UNTRACKED';
      return ICMPV6_NEW.has(skb.icmpType ?? -1) ? 'NEW' : 'INVALID';
    default:
      return 'NEW';
  }
}

function tcpState(flags: number, loose: boolean): CtState {
  const bits = flags & ~(P | E | C);
  if (!VALID_FLAGS.has(bits)) return 'INVALID';
  if ((bits & R) !== 0) return 'INVALID';
  if ((bits & S) !== 0) return (bits & A) === 0 ? 'NEW' : 'INVALID';
  if ((bits & F) !== 0) return 'INVALID';
  // a bare ACK of a connection that began before the table did
  return loose && (bits & ~U) === A ? 'NEW' : 'INVALID';
}

/** The conntrack lookup at PREROUTING and OUTPUT. `forced` overrides what an empty table would say. */
export function track(skb: Skb, forced: CtState | undefined): void {
  if (skb.tracked && (skb.connection !== undefined || skb.state === 'UNTRACKED')) return;
  skb.state = forced ?? stateOfFirst(skb, skb.host);
  skb.tracked = skb.state !== 'INVALID';
  if (skb.state === 'INVALID' || skb.state === 'UNTRACKED') return;
  skb.connection = connectionOf(skb, skb.state !== 'NEW');
}

function connectionOf(skb: Skb, settled: boolean): Connection {
  const tuple = (): Tuple => ({ src: skb.src, dst: skb.dst, sport: skb.sport, dport: skb.dport });
  return {
    original: tuple(),
    translated: tuple(),
    proto: skb.proto,
    zone: skb.zone,
    mark: 0,
    confirmed: settled,
    srcDone: settled,
    dstDone: settled,
  };
}
