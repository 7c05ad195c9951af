/** The conntrack state of a packet that no connection in the table explains, as conditions in order: the first that holds.
 *  kernel net/netfilter/nf_conntrack_proto_{tcp,icmp,icmpv6}.c; fact: measured for all 256 flag bytes and ICMP types */
import { point } from '../lib/intervals.ts';
import type { Family } from '../packet/address.ts';
import { TCP_FLAGS } from '../packet/fields.ts';
import type { CtDirection, CtState } from '../packet/packet.ts';
import { PROTO } from '../packet/protocol.ts';
import type { MatchExpr } from './matchExpr.ts';
import { ALWAYS, and, equals, inSet, masked, or } from './matchExpr.ts';

export interface FirstState {
  readonly state: CtState;
  readonly when: MatchExpr;
}

/** A connection that is said to be in the table, in place of what an empty one would say. The packet goes the way of its first one. */
export interface ForcedState {
  readonly state: CtState;
  readonly connmark: number;
}

/** Equal keys: the same is said of the connection. */
export function forcedKey(forced: ForcedState | undefined): string {
  return forced === undefined ? 'as it is' : `${forced.state} ${forced.connmark}`;
}

/** A packet said to be ESTABLISHED finds its connection assured: it comes after the third packet, which alone can follow the answer
 *  to a SYN; for UDP two seconds have to pass. kernel nf_conntrack_proto_tcp.c nf_conntrack_tcp_packet(), _proto_gre.c, _proto_udp.c */
export function isAssured(direction: CtDirection): MatchExpr {
  const later = and(equals('proto', PROTO.tcp), masked('flags', 0, S));
  return direction === 'reply' ? later : or(later, inSet('proto', [point(PROTO.gre), point(PROTO.udplite)]));
}

const { F, S, R, A } = TCP_FLAGS;
/** PSH, URG, ECE and CWR decide nothing. */
const DECIDING = F | S | R | A;

/** `loose`: net.netfilter.nf_conntrack_tcp_loose, a bare ACK may be of a connection older than the table. */
export function firstStates(family: Family, { loose }: { readonly loose: boolean }): readonly FirstState[] {
  const opening = [masked('flags', S, DECIDING), ...(loose ? [masked('flags', A, DECIDING)] : [])];
  const tcp = and(equals('proto', PROTO.tcp), or(...opening));
  const icmp = family === 4 ? PROTO.icmp : PROTO.icmpv6;
  return [
    { state: 'NEW', when: tcp },
    { state: 'INVALID', when: equals('proto', PROTO.tcp) },
    ...(family === 4 ? [] : [{ state: 'UNTRACKED' as const, when: ofType(icmp, ICMPV6_UNTRACKED) }]),
    { state: 'NEW', when: ofType(icmp, family === 4 ? ICMP_NEW : ICMPV6_NEW) },
    // the other family's ICMP too
    { state: 'INVALID', when: or(equals('proto', PROTO.icmp), equals('proto', PROTO.icmpv6)) },
    { state: 'NEW', when: ALWAYS },
  ];
}

function ofType(proto: number, types: readonly number[]): MatchExpr {
  return and(equals('proto', proto), inSet('icmpType', types.map(point)));
}

/** The type of the answer to a request, and of the request to an answer. kernel net/netfilter/nf_conntrack_proto_icmp.c invmap[] */
export function icmpAnswer(type: number): number {
  return ICMP_ANSWERS.get(type) ?? type + 1;
}

const PAIRS = [
  [8, 0],
  [13, 14],
  [15, 16],
  [17, 18],
  [128, 129],
  [139, 140],
] as const;
/** Each type with its counterpart. */
export const ICMP_ANSWERS: ReadonlyMap<number, number> = new Map(
  PAIRS.flatMap(([request, answer]) => [
    [request, answer],
    [answer, request],
  ]),
);

/** Requests that open an ICMP connection: echo, timestamp, information, address mask. */
const ICMP_NEW = [8, 13, 15, 17];
const ICMPV6_NEW = [128, 139];
/** Multicast listener, neighbour and multicast router discovery are never tracked. */
const ICMPV6_UNTRACKED = [130, 131, 132, 133, 134, 135, 136, 143, 151, 152];
