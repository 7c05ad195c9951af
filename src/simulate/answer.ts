/** The answer that REJECT makes: a packet of this host, which routing and rules may keep from leaving.
 *  kernel net/ipv4/icmp.c __icmp_send(), net/ipv4/netfilter/nf_reject_ipv4.c nf_send_reset(), and their IPv6 twins; facts: shared with
 *  test/kernel */
import { reflectsMark } from '../host/answerMark.ts';
import { isOnLink6, routeOutput, sourceFor } from '../host/output.ts';
import { ownAddresses6 } from '../host/sourceAddress.ts';
import { ANSWER_TTL, ERROR_TOS, errorOf, QUOTING } from '../netfilter/rejectAnswer.ts';
import type { Address } from '../packet/address.ts';
import { ADDR_TYPES, TCP_FLAGS } from '../packet/fields.ts';
import type { Packet } from '../packet/packet.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Connection } from './connection.ts';
import type { Skb } from './skb.ts';
import type { Fate, Unanswered, Walk, WalkStep } from './trace.ts';

/** What an answer has of the packet that it is about. */
export interface Attached extends Pick<Skb, 'connection' | 'direction' | 'hasTemplate' | 'zone' | 'templateMark'> {
  readonly isUntracked: boolean;
  readonly table: Connection[];
}

export function attachedOf({ connection, direction, hasTemplate, zone, templateMark, state }: Skb, table: Connection[]): Attached {
  return { connection, direction, hasTemplate, zone, templateMark, isUntracked: state === 'UNTRACKED', table };
}

/** It belongs to the packet's connection, or has its template, before conntrack sees it; about one that is not tracked it is marked as an
 *  answer and nothing more. kernel net/netfilter/nf_conntrack_core.c nf_ct_attach(), nf_conntrack_attach() */
export function attachTo(skb: Skb, { connection, direction, hasTemplate, zone, templateMark, isUntracked }: Attached): void {
  Object.assign(skb, { answers: true, connection, direction: direction === 'original' ? 'reply' : 'original' });
  skb.tracked = connection !== undefined || hasTemplate || isUntracked;
  if (hasTemplate) Object.assign(skb, { zone, templateMark });
  else if (skb.tracked) skb.state = isUntracked ? 'INVALID' : 'RELATED';
}

export interface Rejection {
  readonly with: string;
  /** the packet was routed to this host */
  readonly local: boolean;
}

interface WayOfRefused {
  readonly steps: readonly WalkStep[];
  /** its route leads to lo */
  readonly local: boolean;
  /** its destination when it had that route */
  readonly dstOnLo: Address;
}

/** It was routed to this host. What is refused at PREROUTING has no route yet, unless it comes over lo.
 *  kernel net/ipv4/netfilter/nf_reject_ipv4.c nf_reject_fill_skb_dst() */
export function isForThisHost({ oif, iif, dst }: Skb, { steps, local, dstOnLo }: WayOfRefused): boolean {
  const at = steps.findLast((step) => step.kind === 'hook')?.hook;
  if (at === 'PREROUTING') return iif === 'lo' && dst === dstOnLo;
  return oif === undefined || (iif === undefined && local);
}

/** A packet to walk, or why there is none. */
export function answerTo(skb: Skb, { with: name, local }: Rejection): Packet | Unanswered {
  const error = errorOf(name);
  const { family, src: dst } = skb;
  const src = error === undefined ? skb.dst : errorSource(skb, local);
  if (src === undefined) return { reason: 'no-route' };
  const { headers, most } = QUOTING[family];
  const shared = { family, dir: 'out', src, dst, mark: markOf(skb), ttl: ANSWER_TTL, fragOffset: 0 } as const;
  if (error === undefined) {
    const flags = TCP_FLAGS.R | (((skb.flags ?? 0) & TCP_FLAGS.A) === 0 ? TCP_FLAGS.A : 0);
    const ports = { sport: skb.dport ?? 0, dport: skb.sport ?? 0 };
    return { ...shared, ...ports, proto: PROTO.tcp, flags, socket: false, tos: 0, length: headers - 8 + 20 };
  }
  const bound = boundTo(skb);
  return {
    ...shared,
    proto: family === 4 ? PROTO.icmp : PROTO.icmpv6,
    icmpType: error.type,
    icmpCode: error.code,
    // of the kernel's own socket, which belongs to no process
    socket: true,
    tos: (skb.tos & ERROR_TOS[family].keep) ^ ERROR_TOS[family].xor,
    length: headers + Math.min(skb.length, most),
    quotes: { proto: skb.proto, ...skb.tuple() },
    ...(bound !== undefined && { oif: bound }),
  };
}

/** The address that the packet was sent to, where it is this host's; else the one that the kernel chooses for its sender. */
function errorSource(skb: Skb, local: boolean): Address | undefined {
  const { family, host, dst } = skb;
  // IPv4 takes every address that was routed here, and then finds that it has not got it
  if (family === 4 && local) return skb.addressType(dst) === LOCAL ? dst : undefined;
  if (family === 6 && ownAddresses6(host).includes(dst as bigint)) return dst;
  const bound = boundTo(skb);
  const query = { family, dst: skb.src, mark: markOf(skb), ...(bound !== undefined && { bound }) };
  const found = routeOutput(host, query);
  // whichever it is, its route is not known
  if (found.kind === 'found' && found.route?.unknown !== undefined) return dst;
  return sourceFor(host, query);
}

function markOf({ host, family, mark }: Skb): number {
  return reflectsMark(host, family) ? mark : 0;
}

const LOCAL = ADDR_TYPES.indexOf('LOCAL');

/** A sender on the link is answered there. */
function boundTo({ family, src, iif }: Skb): string | undefined {
  return family === 6 && iif !== undefined && iif !== 'lo' && isOnLink6(src as bigint) ? iif : undefined;
}

/** A reset tells conntrack that the connection is over as soon as it has a route. */
export function closeIfSent(skb: Skb): void {
  const { connection, host, family, src, dst } = skb;
  const sent = routeOutput(host, { family, src: dst, dst: src, mark: markOf(skb) }).kind === 'found';
  if (sent && connection?.tcp !== undefined) connection.tcp = { ...connection.tcp, state: 'CLOSE' };
}

/** What becomes of a rejected packet by what becomes of its answer. */
export function fateByAnswer(rejected: Rejected, { fate, steps }: Walk): Fate {
  const hook = steps.findLast((step) => step.kind === 'hook')?.hook;
  const at = hook === undefined ? {} : { hook };
  switch (fate.kind) {
    case 'undecided':
      return fate;
    case 'lost':
      return unanswered(rejected, { ...at, reason: fate.reason });
    case 'dropped':
    case 'rejected': {
      const last = steps.findLast((step) => step.kind === 'policy');
      return unanswered(rejected, fate.by === undefined ? { ...at, ...(last && { table: last.table }) } : { ...at, by: fate.by });
    }
    default:
      return rejected;
  }
}

export type Rejected = Extract<Fate, { kind: 'rejected' }>;

export function unanswered({ by }: Rejected, why: Unanswered): Fate {
  return { kind: 'dropped', by, unanswered: why };
}
