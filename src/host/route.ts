/** The routing decision: rules in order of priority, then the longest prefix of the table they name.
 *  kernel net/ipv4/fib_rules.c fib4_rule_action(), net/ipv4/fib_trie.c fib_table_lookup(), net/ipv6/fib6_rules.c */

import type { Address, Family } from '../packet/address.ts';
import { contains } from '../packet/address.ts';
import { longestMatch } from './fib.ts';
import type { Host, Route, RoutingRule } from './host.ts';

export interface RouteQuery {
  readonly family: Family;
  readonly dst: Address;
  /** absent: not chosen yet */
  readonly src?: Address;
  readonly mark: number;
  readonly iif?: string;
  /** the socket is bound to this interface */
  readonly oif?: string;
}

/** The route found; undefined: there is none. `throw` routes and rules that find nothing are passed over. */
export function lookupRoute(host: Host, query: RouteQuery): Route | undefined {
  for (const rule of host.rules) {
    if (rule.family !== query.family || ruleMatches(rule, query) === rule.not) continue;
    if (typeof rule.action === 'string') {
      return { family: query.family, table: '', type: rule.action, to: { address: query.dst, length: 0 }, metric: 0 };
    }
    const found = longestMatch(host, {
      table: rule.action.lookup,
      address: query.dst,
      ...(query.oif === undefined ? {} : { dev: query.oif }),
    });
    if (found !== undefined && found.type !== 'throw') return found;
  }
  return undefined;
}

function ruleMatches(rule: RoutingRule, query: RouteQuery): boolean {
  if (rule.mark !== undefined && ((query.mark ^ rule.mark.value) & rule.mark.mask) !== 0) return false;
  if (rule.from !== undefined && rule.from.length > 0 && (query.src === undefined || !contains(rule.from, query.src))) return false;
  if (rule.to !== undefined && !contains(rule.to, query.dst)) return false;
  // a packet made here comes, for the rules, from lo
  if (rule.iif !== undefined && rule.iif !== (query.iif ?? 'lo')) return false;
  return rule.oif === undefined || rule.oif === query.oif;
}
