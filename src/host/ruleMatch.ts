/** Whether a line of `ip rule` is about a packet.
 *  kernel net/core/fib_rules.c fib_rule_match(), net/ipv4/fib_rules.c fib4_rule_match(), net/ipv6/fib6_rules.c fib6_rule_match();
 *  facts: docs/facts/kernel.md#policy-rules */
import type { Address, Family } from '../packet/address.ts';
import { contains } from '../packet/address.ts';
import type { Host, RoutingRule } from './host.ts';

export interface RouteQuery {
  readonly family: Family;
  readonly dst: Address;
  /** absent: not chosen yet */
  readonly src?: Address;
  readonly mark: number;
  readonly iif?: string;
  /** the socket is bound to this interface */
  readonly oif?: string;
  /** only routes through this interface count, which rules do not see. kernel net/ipv6/route.c ip6_route_input_lookup() */
  readonly link?: string;
  /** rules see `oif`, and routes by any interface count */
  readonly byAny?: boolean;
  /** absent: root's, without a protocol */
  readonly flow?: FlowKeys;
}

/** What else the kernel looks a route up by. */
export interface FlowKeys {
  readonly tos: number;
  readonly uid: number;
  /** 0: the look-up says no protocol */
  readonly proto: number;
  readonly sport: number;
  readonly dport: number;
}

/** `sent again`: rules have rewritten or marked it; `back`: how an answer would go */
export type RoutedAs = 'sent' | 'sent again' | 'arrived' | 'back';

export const NO_FLOW: FlowKeys = { tos: 0, uid: 0, proto: 0, sport: 0, dport: 0 };

/** Whether the kernel looks at protocol and ports of packets that arrive or are routed again: not for rules about `iif lo` alone.
 *  kernel include/net/fib_rules.h fib_rule_requires_fldissect() */
export function seesPorts({ rules }: Host, family: Family): boolean {
  return rules.some(({ family: of, iif, proto, sport, dport }) => of === family && iif !== 'lo' && (proto ?? sport ?? dport) !== undefined);
}

/** Bits of the TOS field that routes and rules of IPv4 ask for with `tos`. kernel include/net/ip_fib.h fib_dscp_masked_match() */
export const TOS_BITS = 0x1c;
/** Without the bits for congestion. */
export const DSCP_BITS = 0xfc;

export function matchOf(host: Host, rule: RoutingRule, query: RouteQuery): 'yes' | 'no' | 'maybe' {
  const known = isAbout(rule, query);
  const vrf = rule.l3mdev === true && known ? ofVrf(host, query) : 'yes';
  if (rule.unknown !== undefined && rule.action !== 'unknown' && known && vrf !== 'no') return 'maybe';
  if (vrf === 'maybe') return 'maybe';
  return (known && vrf === 'yes') === rule.not ? 'no' : 'yes';
}

function isAbout(rule: RoutingRule, query: RouteQuery): boolean {
  const { family, src, dst, mark, iif = 'lo', oif, flow = NO_FLOW } = query;
  if (rule.mark !== undefined && ((mark ^ rule.mark.value) & rule.mark.mask) !== 0) return false;
  if (rule.from !== undefined && rule.from.length > 0 && (src === undefined || !contains(rule.from, src))) return false;
  if (rule.to !== undefined && !contains(rule.to, dst)) return false;
  // a packet made here comes, for the rules, from lo
  if (rule.iif !== undefined && rule.iif !== iif) return false;
  if (rule.oif !== undefined && rule.oif !== oif) return false;
  if (rule.tos !== undefined && rule.tos !== 0 && (flow.tos & tosBits(family)) !== rule.tos) return false;
  if (rule.dscp !== undefined && (flow.tos & DSCP_BITS) >>> 2 !== rule.dscp) return false;
  if (rule.uid !== undefined && (flow.uid < rule.uid.lo || flow.uid > rule.uid.hi)) return false;
  if (rule.proto !== undefined && flow.proto !== rule.proto) return false;
  if (rule.sport !== undefined && (flow.sport < rule.sport.lo || flow.sport > rule.sport.hi)) return false;
  return rule.dport === undefined || (flow.dport >= rule.dport.lo && flow.dport <= rule.dport.hi);
}

export function tosBits(family: Family): number {
  return family === 4 ? TOS_BITS : DSCP_BITS;
}

/** A VRF has the packets of its members; which one a process belongs to is not modelled. */
export function ofVrf({ interfaces }: Host, { iif, oif }: { readonly iif?: string; readonly oif?: string }): 'yes' | 'no' | 'maybe' {
  const inVrf = [iif, oif].map((name): 'yes' | 'no' | 'maybe' => {
    const nic = interfaces.find((one) => one.name === name);
    if (nic?.type === 'vrf') return 'yes';
    if (nic?.master === undefined) return 'no';
    const master = interfaces.find((one) => one.name === nic.master);
    if (master?.type === undefined) return 'maybe';
    return master.type === 'vrf' ? 'yes' : 'no';
  });
  return inVrf.includes('yes') ? 'yes' : inVrf.includes('maybe') ? 'maybe' : 'no';
}
