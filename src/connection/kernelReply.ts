/** What the kernel itself answers where no process takes a packet: echo and timestamp requests. Its reply passes the rules of OUTPUT as
 *  any other packet does. docs/facts/kernel.md#what-the-kernel-answers-itself */
import { addrType } from '../host/addrType.ts';
import { completePacket } from '../host/completePacket.ts';
import type { Host } from '../host/host.ts';
import type { Budget } from '../lib/budget.ts';
import { icmpAnswer } from '../netfilter/firstState.ts';
import { ADDR_TYPES } from '../packet/fields.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { simulate } from '../simulate/simulate.ts';
import type { Walk } from '../simulate/trace.ts';

export interface KernelReply {
  readonly name: 'echo reply' | 'timestamp reply';
  /** the way of the reply; absent: the kernel sends none */
  readonly walk?: Walk;
  /** why it sends none */
  readonly silent?: string;
}

/** The types that it answers. */
const REQUESTS_4: ReadonlyMap<number, KernelReply['name']> = new Map([
  [8, 'echo reply'],
  [13, 'timestamp reply'],
]);
const REQUESTS_6: ReadonlyMap<number, KernelReply['name']> = new Map([[128, 'echo reply']]);

export interface ReplyPlace {
  readonly ruleset: Ruleset;
  readonly host: Host;
  readonly budget: Budget;
}

/** Undefined where the kernel has nothing to answer, or a process takes the packet. */
export function kernelReply({ packet, fate, after, connections }: Walk, { ruleset, host, budget }: ReplyPlace): KernelReply | undefined {
  if (fate.kind !== 'delivered' || fate.process !== undefined) return undefined;
  const requests = packet.proto === PROTO.icmp ? REQUESTS_4 : packet.proto === PROTO.icmpv6 ? REQUESTS_6 : undefined;
  const { icmpType: type, icmpCode: code = 0, proto, fragOffset } = packet;
  const name = type === undefined ? undefined : requests?.get(type);
  if (type === undefined || name === undefined || fragOffset > 0) return undefined;
  const silent = whySilent(host, { dst: after.dst, echo: name === 'echo reply' });
  if (silent !== undefined) return { name, silent };
  // a reply to a group comes from an address of its own
  const toGroup = ADDR_TYPES[addrType(host, after.dst)] === 'MULTICAST';
  const given = { dir: 'out', proto, dst: after.src, icmpType: icmpAnswer(type), icmpCode: code, socket: false } as const;
  const { packet: answer } = completePacket({ ...given, ...(!toGroup && { src: after.dst }) }, host);
  const [walk] = answer === undefined ? [] : simulate({ ruleset, packet: answer, host, connections }, { ways: 1, budget, cut: true }).walks;
  return { name, ...(walk && { walk }) };
}

/** kernel net/ipv4/icmp.c icmp_echo(), icmp_timestamp(), icmp_rcv(); net/ipv6/icmp.c icmpv6_echo_reply() */
function whySilent(host: Host, { dst, echo }: { readonly dst: number | bigint; readonly echo: boolean }): string | undefined {
  const six = typeof dst === 'bigint';
  const said = (name: string): boolean | undefined => {
    const value = host.sysctls.get(name);
    return value === undefined ? undefined : value.trim() !== '0';
  };
  const all = six ? 'net.ipv6.icmp.echo_ignore_all' : 'net.ipv4.icmp_echo_ignore_all';
  if (echo && said(all) === true) return `${all} is 1`;
  const type = ADDR_TYPES[addrType(host, dst)];
  if (type !== 'BROADCAST' && type !== 'MULTICAST') return undefined;
  const many = six ? 'net.ipv6.icmp.echo_ignore_multicast' : 'net.ipv4.icmp_echo_ignore_broadcasts';
  return (said(many) ?? !six) ? `it goes to a ${type.toLowerCase()} address, and ${many} is 1` : undefined;
}
