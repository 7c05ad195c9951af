/** By what else than its addresses and mark a packet's route is looked up. symbolic/walk/routeFlow.ts for sets.
 *  kernel net/ipv4/netfilter.c ip_route_me_harder(), include/net/ip_fib.h fib4_rules_early_flow_dissect(); facts:
 *  docs/facts/kernel.md#routing-around-the-rules */
import type { OutputQuery } from '../host/output.ts';
import { isOnLink6 } from '../host/output.ts';
import type { FlowKeys, RoutedAs } from '../host/ruleMatch.ts';
import type { Packet } from '../packet/packet.ts';
import type { Skb } from './skb.ts';

export function flowOf({ tos, uid = 0, proto, sport = 0, dport = 0 }: Skb, as: RoutedAs): FlowKeys {
  switch (as) {
    case 'sent':
      return { tos, uid, proto, sport, dport };
    case 'sent again':
      // rules have rewritten or marked it: its ports are not asked
      return { tos, uid, proto: 0, sport: 0, dport: 0 };
    case 'arrived':
      return { tos, uid: 0, proto, sport, dport };
    default:
      return { tos, uid: 0, proto, sport: dport, dport: sport };
  }
}

/** `oif`: by which it would leave, before rules have rewritten it. */
export function outputQuery(skb: Skb, packet: Packet, { again, oif }: { readonly again: boolean; readonly oif: string }): OutputQuery {
  const { family, dst, src, mark } = skb;
  const flow = flowOf(skb, again ? 'sent again' : 'sent');
  const bound = boundTo(skb, packet, again ? oif : undefined);
  return { family, dst, src, mark, again, chosen: packet.srcChosen === true && family === 6, flow, ...bound };
}

/** Rewritten, a packet to a link or a group looks for them on the link that it had. kernel net/ipv6/netfilter.c ip6_route_me_harder() */
function boundTo({ dst }: Skb, packet: Packet, oif: string | undefined): Pick<OutputQuery, 'bound'> {
  if (packet.oif !== undefined) return { bound: packet.oif };
  return oif !== undefined && typeof dst === 'bigint' && isOnLink6(dst) ? { bound: oif } : {};
}
