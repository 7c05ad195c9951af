/** The field table: everything a rule can ask about a packet, once.
 *  Evaluation, symbolic variables, JSON keys, witness printing and arbitraries derive from it. */
import type { Scalar } from '../lib/intervals.ts';

export interface FieldInfo {
  /** width in bits; `address` is 32 or 128 by family; `name` is an interface name */
  readonly type: number | 'address' | 'name';
  readonly says: string;
}

export const FIELDS = {
  proto: { type: 8, says: 'IP protocol number (IPv6: of the transport header)' },
  src: { type: 'address', says: 'source address' },
  dst: { type: 'address', says: 'destination address' },
  sport: { type: 16, says: 'source port; absent without ports and in later fragments' },
  dport: { type: 16, says: 'destination port; absent without ports and in later fragments' },
  flags: { type: 8, says: 'TCP flag byte, FIN is bit 0; absent unless TCP' },
  icmpType: { type: 8, says: 'ICMP or ICMPv6 type; absent unless ICMP' },
  icmpCode: { type: 8, says: 'ICMP or ICMPv6 code; absent unless ICMP' },
  spi: { type: 32, says: 'security parameters index; absent unless ESP, or AH over IPv4' },
  length: { type: 16, says: 'length of the whole packet in bytes, IP header included' },
  ttl: { type: 8, says: 'time to live (IPv6: hop limit)' },
  tos: { type: 8, says: 'type of service byte (IPv6: traffic class)' },
  fragOffset: { type: 13, says: 'fragment offset in units of 8 bytes; 0 in unfragmented packets' },
  mac: { type: 48, says: 'source MAC address; absent without an Ethernet header' },
  iif: { type: 'name', says: 'input interface; absent for packets made here' },
  oif: { type: 'name', says: 'output interface; absent before routing' },
  mark: { type: 32, says: 'packet mark (fwmark)' },
  connmark: { type: 32, says: 'connection mark; absent without a connection' },
  ctstate: { type: 3, says: 'conntrack state, an index into CT_STATES' },
  ctzone: { type: 16, says: 'conntrack zone of the connection, or of the template that CT attached; absent without both' },
  ctorigzone: { type: 16, says: 'zone that holds for the original direction; 0 where it holds for the other one alone' },
  ctreplzone: { type: 16, says: 'zone that holds for the reply direction' },
  ctstatus: { type: 6, says: 'conntrack status bits, see CT_STATUS; absent without a connection' },
  ctdir: { type: 1, says: '0 original, 1 reply; absent without a connection' },
  ctproto: { type: 8, says: 'protocol of the connection; absent without one' },
  ctorigsrc: { type: 'address', says: 'source of the original direction; absent without a connection' },
  ctorigdst: { type: 'address', says: 'destination of the original direction; absent without a connection' },
  ctreplsrc: { type: 'address', says: 'source of the reply direction; absent without a connection' },
  ctrepldst: { type: 'address', says: 'destination of the reply direction; absent without a connection' },
  ctorigsport: { type: 16, says: 'source port (ICMP: id) of the original direction' },
  ctorigdport: { type: 16, says: 'destination port (ICMP: type and code) of the original direction' },
  ctreplsport: { type: 16, says: 'source port of the reply direction' },
  ctrepldport: { type: 16, says: 'destination port of the reply direction' },
  socket: { type: 1, says: '1 when a local socket sent the packet; absent without one' },
  uid: { type: 32, says: 'user of the socket that sent the packet; absent without a socket or a file' },
  gid: { type: 32, says: 'group of the socket that sent the packet; absent without a socket or a file' },
  srcType: { type: 4, says: 'route type of the source address, an index into ADDR_TYPES (derived from the host)' },
  dstType: { type: 4, says: 'route type of the destination address (derived from the host)' },
  srcTypeIn: { type: 4, says: 'srcType, looking only at the input interface' },
  srcTypeOut: { type: 4, says: 'srcType, looking only at the output interface' },
  dstTypeIn: { type: 4, says: 'dstType, looking only at the input interface' },
  dstTypeOut: { type: 4, says: 'dstType, looking only at the output interface' },
  srcTypeFrom: { type: 4, says: 'srcType, looked up by IPv6 as a packet from the destination, as fib of nft does' },
  srcTypeFromIn: { type: 4, says: 'the same, looking only at the input interface' },
  dstTypeFrom: { type: 4, says: 'dstType, looked up by IPv6 as a packet from the source, as fib of nft does' },
  dstTypeFromIn: { type: 4, says: 'the same, looking only at the input interface' },
  wayBack: { type: 3, says: 'how an answer would go, whatever the mark: an index into WAYS_BACK (derived from the host)' },
  wayBackMarked: { type: 3, says: 'how an answer with the same mark would go' },
  wayBackBound: { type: 3, says: 'wayBack, as if IPv6 answered by a socket bound to the input interface, as -m rpfilter looks' },
  wayBackBoundMarked: { type: 3, says: 'the same, of an answer with the same mark' },
  wayBackMade: { type: 3, says: 'wayBack, to a forwarded packet too as if the answer were made here' },
  sk: {
    type: 3,
    says: 'what a socket lookup for the packet finds, bits of SOCKET_BITS; absent when it finds none (derived from the host)',
  },
} as const satisfies Record<string, FieldInfo>;

export type Field = keyof typeof FIELDS;
export type FieldValue = Scalar;

/** Absent without a connection. */
export const CONNECTION_FIELDS = [
  'connmark',
  'ctstatus',
  'ctdir',
  'ctproto',
  'ctorigsrc',
  'ctorigdst',
  'ctreplsrc',
  'ctrepldst',
  'ctorigsport',
  'ctorigdport',
  'ctreplsport',
  'ctrepldport',
] as const satisfies readonly Field[];

/** Absent without a connection and without the template that stands for one before the lookup. */
export const ZONE_FIELDS = ['ctzone', 'ctorigzone', 'ctreplzone'] as const satisfies readonly Field[];

/** Of the header behind that of IP, which later fragments do not have. */
export const OF_TRANSPORT: ReadonlySet<Field> = new Set<Field>(['sport', 'dport', 'flags', 'icmpType', 'icmpCode', 'spi']);

/** TCP flags by letter, as in the packet notation. */
export const TCP_FLAGS = { F: 1, S: 2, R: 4, P: 8, A: 16, U: 32, E: 64, C: 128 } as const;

/** Bits of the field `ctstatus`. source: nf_conntrack_common.h enum ip_conntrack_status; SNAT and DNAT are the match's own */
export const CT_STATUS = { EXPECTED: 1, SEEN_REPLY: 2, ASSURED: 4, CONFIRMED: 8, SNAT: 16, DNAT: 32 } as const;

/** Bits of the field `sk`. kernel net/netfilter/xt_socket.c */
export const SOCKET_BITS = { transparent: 1, wildcard: 2 } as const;

/** Values of the `wayBack` fields: by the interface that the packet came by or another one, to an address of the host, to no one;
 *  exempt are packets that -m rpfilter lets through without a look. */
export const WAYS_BACK = [
  'none',
  'here',
  'elsewhere',
  'local-here',
  'local-elsewhere',
  'exempt',
  'broadcast-here',
  'broadcast-elsewhere',
] as const;
export type WayBack = (typeof WAYS_BACK)[number];

/** The `*Type` fields. */
export const TYPE_FIELDS = [
  'srcType',
  'srcTypeIn',
  'srcTypeOut',
  'srcTypeFrom',
  'srcTypeFromIn',
  'dstType',
  'dstTypeIn',
  'dstTypeOut',
  'dstTypeFrom',
  'dstTypeFromIn',
] as const satisfies readonly Field[];

/** Values of the `*Type` fields: route types. source: rtnetlink.h RTN_* and xt_addrtype.h */
export const ADDR_TYPES = [
  'UNSPEC',
  'UNICAST',
  'LOCAL',
  'BROADCAST',
  'ANYCAST',
  'MULTICAST',
  'BLACKHOLE',
  'UNREACHABLE',
  'PROHIBIT',
  'THROW',
  'NAT',
  'XRESOLVE',
] as const;
export type AddrType = (typeof ADDR_TYPES)[number];
/** Where no route leads to an address of IPv6, for one reason or another: x_tables does not tell them apart, nft does. */
export const WITHOUT_ROUTE: readonly AddrType[] = ['UNREACHABLE', 'BLACKHOLE', 'PROHIBIT', 'THROW'];
/** ::ffff:0:0/96. kernel net/ipv6/addrconf_core.c __ipv6_addr_type(): neither unicast nor multicast */
export const IPV6_MAPPED = { lo: 0xffff_0000_0000n, hi: 0xffff_ffff_ffffn };
