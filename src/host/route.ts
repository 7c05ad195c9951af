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

/** The route found; undefined: there is none. `throw` routes and rules that find nothing are passed over. A route with `unknown` may be
 *  another one. */
export function lookupRoute(host: Host, query: RouteQuery, from = 0): Route | undefined {
  for (let at = from; at < host.rules.length; at++) {
    const rule = host.rules[at] as RoutingRule;
    const matches = rule.family === query.family ? matchOf(rule, query) : 'no';
    const found = matches === 'no' ? undefined : ofRule(host, rule, query);
    if (found === undefined) continue;
    if (matches === 'yes') return found;
    return isSameWay(found, lookupRoute(host, query, at + 1)) ? found : { ...found, unknown: rule.unknown ?? '' };
  }
  return undefined;
}

function ofRule(host: Host, { action, suppress = -1, unknown = '' }: RoutingRule, query: RouteQuery): Route | undefined {
  if (typeof action === 'string') return actionRoute(query.family, { action, unknown });
  const found = longestMatch(host, {
    table: action.lookup,
    address: query.dst,
    ...(query.oif === undefined ? {} : { dev: query.oif }),
  });
  return found === undefined || found.type === 'throw' || found.to.length <= suppress ? undefined : found;
}

/** A rule without a table, as the route that it stands for. */
export function actionRoute(
  family: Family,
  { action, unknown }: { readonly action: Extract<RoutingRule['action'], string>; readonly unknown: string },
): Route {
  const route = { family, table: '', to: { address: family === 4 ? 0 : 0n, length: 0 }, metric: 0 } as const;
  return action === 'unknown' ? { ...route, type: 'unicast', unknown } : { ...route, type: action };
}

/** Whichever is taken, the packet goes the same way. */
export function isSameWay(one: Route, other: Route | undefined): boolean {
  if (other === undefined || one.unknown !== undefined || other.unknown !== undefined) return false;
  return one.type === other.type && one.dev === other.dev && one.via === other.via && one.src === other.src;
}

function matchOf(rule: RoutingRule, query: RouteQuery): 'yes' | 'no' | 'maybe' {
  const known = ruleMatches(rule, query);
  if (rule.unknown !== undefined && rule.action !== 'unknown' && known) return 'maybe';
  return known === rule.not ? 'no' : 'yes';
}

function ruleMatches(rule: RoutingRule, query: RouteQuery): boolean {
  if (rule.mark !== undefined && ((query.mark ^ rule.mark.value) & rule.mark.mask) !== 0) return false;
  if (rule.from !== undefined && rule.from.length > 0 && (query.src === undefined || !contains(rule.from, query.src))) return false;
  if (rule.to !== undefined && !contains(rule.to, query.dst)) return false;
  // a packet made here comes, for the rules, from lo
  if (rule.iif !== undefined && rule.iif !== (query.iif ?? 'lo')) return false;
  return rule.oif === undefined || rule.oif === query.oif;
}
