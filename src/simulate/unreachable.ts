/** The ICMP error of a port where no process listens: about the packet as it was delivered. By then the packet has no connection any more,
 *  so that conntrack goes by what the error quotes, in the zone of the error.
 *  kernel net/ipv4/udp.c __udp4_lib_rcv(), net/ipv6/udp.c __udp6_lib_rcv(): nf_reset_ct() */
import { answerTo } from './answer.ts';
import { socketsOf } from './connectedSocket.ts';
import type { ConversationInput } from './conversation.ts';
import { tosAfter } from './kernelAnswer.ts';
import { simulate } from './simulate.ts';
import { Skb } from './skb.ts';
import type { Walk } from './trace.ts';

/** Its ways; undefined: it is not sent. */
export function unreachable({ ruleset, host, first, budget, cut, ways, detailed }: ConversationInput): readonly Walk[] | undefined {
  const { packet, after, connections } = first;
  const { src, dst, sport, dport, mark, iif = 'lo' } = after;
  const ports = { ...(sport !== undefined && { sport }), ...(dport !== undefined && { dport }) };
  const sockets = socketsOf(host, [{ direction: 'original', walk: first, arrives: true }]);
  const skb = new Skb({ ...packet, src, dst, ...ports, mark, tos: tosAfter(first), dir: 'in', iif }, host);
  const answer = answerTo(skb, { with: packet.family === 4 ? 'icmp-port-unreachable' : 'icmp6-port-unreachable', local: true });
  if (!('proto' in answer)) return undefined;
  const options = { budget, ways: ways ?? 256, ...(cut && { cut }), ...(detailed !== undefined && { detailed }) };
  return simulate({ ruleset, packet: answer, host, connections, sockets, fits: true }, options).walks;
}
