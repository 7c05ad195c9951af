/** What the kernel itself answers where no process takes a packet: echo and timestamp requests, TCP to a port where nothing listens.
 *  It has a socket of its own for that, of no user. docs/facts/kernel.md#what-the-kernel-answers-itself */
import { addrType } from '../host/addrType.ts';
import { reflectsMark } from '../host/answerMark.ts';
import type { Host } from '../host/host.ts';
import { isOnLink6, sourceFor } from '../host/output.ts';
import { icmpAnswer } from '../netfilter/firstState.ts';
import { ANSWER_TTL } from '../netfilter/rejectAnswer.ts';
import type { Address } from '../packet/address.ts';
import { ADDR_TYPES, type AddrType, TCP_FLAGS } from '../packet/fields.ts';
import type { Packet } from '../packet/packet.ts';
import { PROTO } from '../packet/protocol.ts';
import { IP_HEADER } from '../packet/usual.ts';
import type { Walk } from './trace.ts';

export interface KernelAnswer {
  readonly name: 'echo reply' | 'timestamp reply' | 'reset';
  /** absent: the kernel sends none */
  readonly packet?: Packet;
  /** why it sends none */
  readonly silent?: string;
}

/** Undefined where the kernel has nothing to answer, or a process takes the packet. */
export function kernelAnswer(walk: Walk, host: Host): KernelAnswer | undefined {
  const { packet, fate } = walk;
  if (fate.kind !== 'delivered' || fate.process !== undefined || packet.fragOffset > 0) return undefined;
  if (packet.proto === PROTO.tcp) return reset(walk, host);
  const name = packet.icmpType === undefined ? undefined : REQUESTS[packet.proto]?.get(packet.icmpType);
  return name === undefined ? undefined : icmpReply(walk, host, name);
}

/** The types that it answers, by protocol. */
const REQUESTS: Readonly<Record<number, ReadonlyMap<number, 'echo reply' | 'timestamp reply'>>> = {
  [PROTO.icmp]: new Map([
    [8, 'echo reply'],
    [13, 'timestamp reply'],
  ]),
  [PROTO.icmpv6]: new Map([[128, 'echo reply']]),
};

/** kernel net/ipv4/icmp.c icmp_echo(), icmp_timestamp(); net/ipv6/icmp.c icmpv6_echo_reply() */
function icmpReply(walk: Walk, host: Host, name: 'echo reply' | 'timestamp reply'): KernelAnswer {
  const { packet, after } = walk;
  const silent = whySilent(host, { dst: after.dst, echo: name === 'echo reply' });
  if (silent !== undefined) return { name, silent };
  const answer = { ...answerHeaders(walk, host), icmpType: icmpAnswer(packet.icmpType ?? 0), icmpCode: packet.icmpCode ?? 0 };
  // a reply to a group comes from an address of its own
  if (!isToMany(host, after.dst)) return { name, packet: answer };
  const { family, mark } = answer;
  const src = sourceFor(host, { family, dst: answer.dst, mark, ...(answer.oif !== undefined && { bound: answer.oif }) });
  return { name, packet: { ...answer, src: src ?? (family === 4 ? 0 : 0n) } };
}

/** kernel net/ipv4/tcp_ipv4.c tcp_v4_send_reset(), net/ipv6/tcp_ipv6.c tcp_v6_send_reset() */
function reset(walk: Walk, host: Host): KernelAnswer {
  const { packet, after } = walk;
  const { flags: seen = 0, family } = packet;
  const name = 'reset';
  if ((seen & R) !== 0) return { name, silent: 'a reset is not answered' };
  if (isToMany(host, after.dst)) return { name, silent: 'it goes to more than one host' };
  // without a socket of the connection, IPv4 sends from its own addresses alone
  if (family === 4 && typeOf(host, after.dst) !== 'LOCAL') return { name, silent: 'its address is not one of this host' };
  const ports = { ...(after.dport !== undefined && { sport: after.dport }), ...(after.sport !== undefined && { dport: after.sport }) };
  const flags = (seen & A) === 0 ? R | A : R;
  const stream = (seen & A) === 0 ? { end: 0, ack: 1 } : { end: 0 };
  const length = IP_HEADER[family] + 20;
  // the socket for resets is that of the packet in IPv4 alone
  return { name, packet: { ...answerHeaders(walk, host), ...ports, flags, stream, length, socket: family === 4 } };
}

const { R, A } = TCP_FLAGS;

/** From where the packet was sent to, to its sender. */
function answerHeaders(walk: Walk, host: Host): Packet {
  const { packet, after } = walk;
  const { family, proto, length } = packet;
  const iif = after.iif ?? packet.iif;
  const bound = family === 6 && needsInterface(after.src as bigint) ? (proto === PROTO.tcp ? cameBy(walk, host) : iif) : undefined;
  return {
    ...{ family, proto, dir: 'out', socket: true, ttl: ANSWER_TTL, tos: tosAfter(walk), length, fragOffset: 0 },
    ...{ src: after.dst, dst: after.src, mark: reflectsMark(host, family) ? after.mark : 0 },
    ...(bound !== undefined && bound !== 'lo' && { oif: bound }),
  };
}

/** As rules have left it. */
export function tosAfter({ packet, steps }: Walk): number {
  const written = steps.findLast((step) => step.kind === 'field' && step.field === 'tos');
  return written?.kind === 'field' ? written.value : packet.tos;
}

/** kernel net/ipv6/route.c rt6_need_strict() */
function needsInterface(address: bigint): boolean {
  return address === LOOPBACK6 || isOnLink6(address);
}

const LOOPBACK6 = 1n;

/** For a reset, what came over lo has come by the interface of the address that it was sent to.
 *  kernel net/ipv6/ip6_input.c ip6_rcv_core(), net/ipv6/tcp_ipv6.c tcp_v6_iif() */
function cameBy({ packet, after, steps }: Walk, { interfaces }: Host): string | undefined {
  const iif = after.iif ?? packet.iif ?? 'lo';
  if (iif !== 'lo') return iif;
  const nat = steps.find((step) => step.kind === 'nat' && step.hook === 'PREROUTING' && step.manip === 'dst');
  const sentTo = nat?.kind === 'nat' ? nat.from.address : after.dst;
  return interfaces.find(({ addresses }) => addresses.some(({ address }) => address === sentTo))?.name;
}

/** kernel net/ipv4/icmp.c icmp_echo(), icmp_rcv(); net/ipv6/icmp.c icmpv6_echo_reply() */
function whySilent(host: Host, { dst, echo }: { readonly dst: Address; readonly echo: boolean }): string | undefined {
  const six = typeof dst === 'bigint';
  const said = (name: string): boolean | undefined => {
    const value = host.sysctls.get(name);
    return value === undefined ? undefined : value.trim() !== '0';
  };
  const all = six ? 'net.ipv6.icmp.echo_ignore_all' : 'net.ipv4.icmp_echo_ignore_all';
  if (echo && said(all) === true) return `${all} is 1`;
  if (!isToMany(host, dst)) return undefined;
  const many = six ? 'net.ipv6.icmp.echo_ignore_multicast' : 'net.ipv4.icmp_echo_ignore_broadcasts';
  return (said(many) ?? !six) ? `it goes to a ${typeOf(host, dst)?.toLowerCase()} address, and ${many} is 1` : undefined;
}

function typeOf(host: Host, address: Address): AddrType | undefined {
  return ADDR_TYPES[addrType(host, address)];
}

/** A multicast group or a broadcast address. A host that answers does so from its own address. */
export function isToMany(host: Host, address: Address): boolean {
  const type = typeOf(host, address);
  return type === 'BROADCAST' || type === 'MULTICAST';
}
