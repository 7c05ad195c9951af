/** The routing decision: rules in order of priority, then the longest prefix of the table they name.
 *  kernel net/core/fib_rules.c fib_rules_lookup(), net/ipv4/fib_rules.c fib4_rule_action(), net/ipv6/fib6_rules.c */

import type { Family } from '../packet/address.ts';
import { longestMatch } from './fib.ts';
import type { Host, Route, RoutingRule } from './host.ts';
import { waysOf } from './nexthops.ts';
import { matchOf, type RouteQuery } from './ruleMatch.ts';

/** The route found; undefined: there is none. `throw` routes and rules that find nothing are passed over. A route with `unknown` may be
 *  another one. */
export function lookupRoute(host: Host, query: RouteQuery, from = 0): Route | undefined {
  for (let at = from; at < host.rules.length; at++) {
    const rule = host.rules[at] as RoutingRule;
    const matches = rule.family === query.family ? matchOf(host, rule, query) : 'no';
    if (matches === 'no' || rule.action === 'nop') continue;
    const target = gotoTarget(host, at);
    if (target !== undefined && matches === 'yes') {
      at = target - 1;
      continue;
    }
    const found = target === undefined ? ofRule(host, rule, query) : (lookupRoute(host, query, target) ?? nowhere(query.family));
    if (found === undefined) continue;
    if (matches === 'yes') return found;
    return isSameWay(found, lookupRoute(host, query, at + 1)) ? found : { ...found, unknown: whyOpen(rule) };
  }
  return undefined;
}

/** Where the walk through the rules goes on after rule `at`; undefined: it does not jump. A jump to where no rule is does nothing. */
export function gotoTarget({ rules }: Host, at: number): number | undefined {
  const { action, family } = rules[at] as RoutingRule;
  if (typeof action !== 'object' || !('goto' in action)) return undefined;
  const target = rules.findIndex((rule, index) => index > at && rule.family === family && rule.priority === action.goto);
  return target === -1 ? at + 1 : target;
}

/** What of a rule keeps its effect from being known. */
export function whyOpen({ unknown, l3mdev }: RoutingRule): string {
  return unknown ?? (l3mdev === true ? 'l3mdev' : '');
}

function ofRule(host: Host, rule: RoutingRule, query: RouteQuery): Route | undefined {
  const table = tableOf(rule);
  if (typeof table !== 'string') return actionRoute(query.family, table);
  const { dst: address, src, iif, oif, byAny, link = byAny === true ? undefined : oif, flow } = query;
  const found = longestMatch(host, {
    table,
    address,
    ...(src === undefined ? {} : { src }),
    ...(link === undefined ? {} : { dev: link }),
    ...(iif === undefined ? {} : { prefer: iif }),
    ...(flow === undefined ? {} : { tos: flow.tos }),
  });
  return found && handedOn(host, { rule, route: found, dev: link });
}

/** The table that a rule looks up, or what it does instead. */
export function tableOf(rule: RoutingRule): string | { readonly action: Exclude<Ending, 'nop'>; readonly unknown: string } {
  const { action } = rule;
  if (typeof action === 'object') return 'lookup' in action ? action.lookup : { action: 'unknown', unknown: whyOpen(rule) };
  return { action: action === 'nop' ? 'unknown' : action, unknown: whyOpen(rule) };
}

type Ending = Extract<RoutingRule['action'], string>;

/** The kernel suppresses no errors. */
const ERRORS: ReadonlySet<Route['type']> = new Set<Route['type']>(['blackhole', 'unreachable', 'prohibit']);

export interface RuleRoute {
  readonly rule: RoutingRule;
  readonly route: Route;
  /** only by this interface */
  readonly dev: string | undefined;
}

/** The route that a rule has found; undefined: `throw` or `suppress_...` sends the packet on to the next rule. Of several next hops IPv4 asks
 *  the first for its group, IPv6 the one that a hash takes. kernel net/ipv4/fib_rules.c fib4_rule_suppress(), net/ipv6/fib6_rules.c */
export function handedOn(host: Host, { rule: { suppress = -1, suppressGroup }, route, dev }: RuleRoute): Route | undefined {
  const { family, type, to, nexthops } = route;
  if (type === 'throw') return undefined;
  if (ERRORS.has(type)) return route;
  if (to.length <= suppress) return undefined;
  if (suppressGroup === undefined) return route;
  const asked = family === 4 ? [nexthops?.[0] ?? route] : waysOf(host, route, dev);
  const isSuppressed = (hop: Pick<Route, 'dev'>) => host.interfaces.some(({ name, group }) => name === hop.dev && group === suppressGroup);
  const passedOver = asked.filter(isSuppressed).length;
  if (passedOver === 0) return route;
  return passedOver === asked.length ? undefined : { ...route, unknown: `suppress_ifgroup ${suppressGroup}, of one of several next hops` };
}

/** A rule without a table, as the route that it stands for. */
export function actionRoute(
  family: Family,
  { action, unknown }: { readonly action: Exclude<Ending, 'nop'>; readonly unknown: string },
): Route {
  const route = { family, table: '', to: { address: family === 4 ? 0 : 0n, length: 0 }, metric: 0 } as const;
  return action === 'unknown' ? { ...route, type: 'unicast', unknown } : { ...route, type: action };
}

function nowhere(family: Family): Route {
  return actionRoute(family, { action: 'unreachable', unknown: '' });
}

/** Whichever is taken, the packet goes the same way. */
export function isSameWay(one: Route, other: Route | undefined): boolean {
  if (other === undefined || one.unknown !== undefined || other.unknown !== undefined) return false;
  if (one.nexthops !== undefined || other.nexthops !== undefined) return one.nexthops === other.nexthops;
  return one.type === other.type && one.dev === other.dev && one.via === other.via && one.src === other.src;
}
