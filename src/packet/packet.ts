/** A packet as the rules see it: its headers, and what the kernel keeps beside them.
 *  kernel include/linux/skbuff.h struct sk_buff; net/netfilter/xt_conntrack.c state_mt() for the states */
import type { Address, Family } from './address.ts';
import { PROTO } from './protocol.ts';

/** Conntrack states in the order of the field `ctstate`. */
export const CT_STATES = ['INVALID', 'NEW', 'ESTABLISHED', 'RELATED', 'UNTRACKED'] as const;
export type CtState = (typeof CT_STATES)[number];

/** The two ways of a connection: that of its first packet, and that of the answers. */
export const CT_DIRECTIONS = ['original', 'reply'] as const;
export type CtDirection = (typeof CT_DIRECTIONS)[number];

export interface Endpoint {
  readonly address: Address;
  readonly port?: number;
}

/** One packet as it is sent (`out`) or arrives (`in`), with what the kernel attaches to it. Complete: no defaults are left. */
export interface Packet {
  readonly family: Family;
  readonly dir: 'in' | 'out';
  readonly proto: number;
  readonly src: Address;
  readonly dst: Address;
  /** of IPv6: the kernel has chosen the source, for a socket that is bound to none; absent: it may be bound to it */
  readonly srcChosen?: true;
  readonly sport?: number;
  readonly dport?: number;
  /** TCP flag byte */
  readonly flags?: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
  /** of ESP, and of AH over IPv4 */
  readonly spi?: number;
  /** user and group of the sending socket; only `out` packets of a process have them */
  readonly uid?: number;
  readonly gid?: number;
  /** false: made by the kernel without a socket (a REJECT answer, say) */
  readonly socket: boolean;
  /** arriving interface of an `in` packet */
  readonly iif?: string;
  /** interface the sending socket is bound to (SO_BINDTODEVICE) */
  readonly oif?: string;
  readonly mark: number;
  /** overrides the state that conntrack would compute from an empty table */
  readonly ctstate?: CtState;
  /** which way of that connection the packet goes; the way of its first packet when absent */
  readonly ctdir?: CtDirection;
  /** ends of the connection's first packet before NAT; absent: those of this packet, for an answer the other way round */
  readonly ctorigsrc?: Endpoint;
  readonly ctorigdst?: Endpoint;
  /** mark of the connection that `ctstate` says the packet belongs to; 0 when absent */
  readonly connmark?: number;
  readonly ttl: number;
  readonly tos: number;
  /** whole packet in bytes */
  readonly length: number;
  /** in units of 8 bytes; more than 0 for later fragments, which carry no ports */
  readonly fragOffset: number;
  /** may not be fragmented (DF); absent: as Linux has it, where it fits the link of its sender */
  readonly df?: boolean;
  readonly mac?: number;
  /** it comes from a neighbour whose address nobody has said */
  readonly macUnsaid?: true;
  /** of a TCP segment, its place in the stream; absent: whatever conntrack expects */
  readonly stream?: StreamPlace;
  /** the packet that an ICMP error is about, as the sender of the error saw it; absent: nothing that conntrack can read */
  readonly quotes?: Quoted;
}

/** Sequence numbers, counted from 0 on each side. */
export interface StreamPlace {
  /** of what follows the segment */
  readonly end: number;
  /** of what the sender expects next from the other side; absent without ACK */
  readonly ack?: number;
}

/** Ends of a packet in an ICMP error. ICMP has type * 256 + code for a destination port, and no source port. */
export interface Quoted {
  readonly proto: number;
  readonly src: Address;
  readonly dst: Address;
  readonly sport: number | undefined;
  readonly dport: number | undefined;
}

/** The kernel asks about addresses that it does not have yet, from `::`. kernel net/ipv6/ndisc.c ndisc_send_rs(), ndisc_send_ns() */
export function isNeighbourDiscovery({ proto, ttl, icmpType = 0 }: Pick<Packet, 'proto' | 'ttl' | 'icmpType'>): boolean {
  return proto === PROTO.icmpv6 && ttl === 255 && icmpType >= 133 && icmpType <= 136;
}
