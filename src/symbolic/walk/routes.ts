/** The routing decision for all packets: which of them take which route. The same tables as host/route.ts, rule by rule. */
import { leadsBy, orderFor, tablesAsked } from '../../host/fib.ts';
import type { Host, Route, RoutingRule } from '../../host/host.ts';
import { isUnused, waysOf } from '../../host/nexthops.ts';
import { actionRoute, gotoTarget, handedOn, isSameWay, tableOf, whyOpen } from '../../host/route.ts';
import { ofVrf, TOS_BITS } from '../../host/ruleMatch.ts';
import { memoize } from '../../lib/memo.ts';
import type { Family, Prefix } from '../../packet/address.ts';
import { prefixRange } from '../../packet/address.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import type { Vector } from '../diagrams/vector.ts';
import { between, maskedEqual } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { flowSet, type RouteFlow } from './routeFlow.ts';

export interface RouteQuestion {
  readonly dst: Vector;
  readonly src: Vector;
  readonly mark: Vector;
  readonly iif?: string;
  /** as rules see it: the socket is bound to it */
  readonly oif?: string;
  /** only routes through this interface */
  readonly dev?: string;
  /** absent: root's, without a protocol */
  readonly flow?: RouteFlow;
  /** only these packets are of interest */
  readonly within: Bdd;
}

/** One entry a route; `route` undefined: there is none. The sets cover `within`, and are disjoint but where a route has several ways. */
export interface RouteShare {
  readonly set: Bdd;
  readonly route: Route | undefined;
  /** the kernel may as well take another way, which is in another share */
  readonly several?: true;
}

/** A route with several ways as one. */
export function partitionWhole(space: Space, question: RouteQuestion): readonly RouteShare[] {
  return sharesFrom(space, question, 0);
}

/** With each of several ways by itself. */
export function partitionByRoute(space: Space, question: RouteQuestion): readonly RouteShare[] {
  return sharesFrom(space, question, 0).flatMap(({ set, route }): readonly RouteShare[] => {
    if (route?.nexthops === undefined) return [{ set, route }];
    const ways = waysOf(space.host, route, question.dev);
    return ways.length === 0
      ? [{ set, route: undefined }]
      : ways.map((way) => ({ set, route: way, ...(ways.length > 1 && { several: true }) }));
  });
}

function sharesFrom(space: Space, question: RouteQuestion, from: number): readonly RouteShare[] {
  const { manager, host, family } = space;
  const shares: RouteShare[] = [];
  let left = question.within;
  for (let at = from; at < host.rules.length; at++) {
    const rule = host.rules[at] as RoutingRule;
    if (left === EMPTY) break;
    if (rule.family !== family || rule.action === 'nop') continue;
    const { sure, maybe } = ruleSets(space, rule, question);
    for (const share of ruleShares(space, at, { ...question, within: manager.and(left, sure) })) {
      shares.push(share);
      left = manager.minus(left, share.set);
    }
    for (const share of ruleShares(space, at, { ...question, within: manager.and(left, maybe) })) {
      left = manager.minus(left, share.set);
      for (const other of sharesFrom(space, { ...question, within: share.set }, at + 1)) {
        const { route = NOWHERE[family] } = share;
        shares.push({ set: other.set, route: isSameWay(route, other.route) ? route : { ...route, unknown: whyOpen(rule) } });
      }
    }
  }
  return left === EMPTY ? shares : [...shares, { set: left, route: undefined }];
}

const NOWHERE = { 4: actionRoute(4, { action: 'unknown', unknown: '' }), 6: actionRoute(6, { action: 'unknown', unknown: '' }) };

function ruleShares(space: Space, at: number, question: RouteQuestion): readonly RouteShare[] {
  if (question.within === EMPTY) return [];
  const target = gotoTarget(space.host, at);
  if (target !== undefined) return sharesFrom(space, question, target);
  const rule = space.host.rules[at] as RoutingRule;
  const table = tableOf(rule);
  if (typeof table !== 'string') return [{ set: question.within, route: actionRoute(space.family, table) }];
  return tableShares(space, question, { table, rule });
}

/** Where something of the rule is not modelled, it may match what it cannot be said not to. As matchOf in host/ruleMatch.ts. */
function ruleSets(space: Space, rule: RoutingRule, question: RouteQuestion): { readonly sure: Bdd; readonly maybe: Bdd } {
  const { manager, host } = space;
  const vrf = rule.l3mdev === true ? ofVrf(host, question) : 'yes';
  const known = vrf === 'no' ? EMPTY : ruleSet(space, rule, question);
  const open = vrf === 'maybe' || (rule.unknown !== undefined && rule.action !== 'unknown');
  if (!open) return { sure: rule.not ? manager.not(known) : known, maybe: EMPTY };
  return { sure: rule.not ? manager.not(known) : EMPTY, maybe: known };
}

/** The packets of which everything holds that the rule asks, `not` left aside. */
function ruleSet(space: Space, rule: RoutingRule, question: RouteQuestion): Bdd {
  const { manager } = space;
  if (rule.iif !== undefined && rule.iif !== (question.iif ?? 'lo')) return EMPTY;
  if (rule.oif !== undefined && rule.oif !== question.oif) return EMPTY;
  const parts = [
    rule.mark === undefined
      ? FULL
      : maskedEqual(manager, question.mark, { value: (rule.mark.value & rule.mark.mask) >>> 0, mask: rule.mark.mask >>> 0 }),
    rule.from === undefined || rule.from.length === 0 ? FULL : inPrefix(space, question.src, rule.from),
    rule.to === undefined ? FULL : inPrefix(space, question.dst, rule.to),
    flowSet(space, rule, question.flow),
  ];
  return manager.all(parts);
}

/** Routes of one table, the longest prefix first; `throw` routes give the packet back. */
function tableShares(
  space: Space,
  question: RouteQuestion,
  { table, rule }: { readonly table: string; readonly rule: RoutingRule },
): readonly RouteShare[] {
  const { manager, host } = space;
  const { dst, src, flow, dev } = question;
  const shares: RouteShare[] = [];
  let left = question.within;
  for (const route of sortedRoutes(host, `${space.family} ${table} ${question.iif ?? ''}`)) {
    if (left === EMPTY) break;
    if (dev !== undefined && !leadsBy(route, dev)) continue;
    const asked = manager.all([
      inPrefix(space, dst, route.to),
      route.from === undefined || route.from.length === 0 ? FULL : inPrefix(space, src, route.from),
      route.tos === undefined || route.tos === 0 ? FULL : tosSet(space, flow, route.tos),
    ]);
    const set = manager.and(left, asked);
    if (set === EMPTY) continue;
    left = manager.minus(left, set);
    const found = handedOn(host, { rule, route, dev });
    if (found !== undefined) shares.push({ set, route: found });
  }
  return shares;
}

function tosSet({ manager }: Space, flow: RouteFlow | undefined, value: number): Bdd {
  return flow === undefined ? EMPTY : maskedEqual(manager, flow.tos, { value, mask: TOS_BITS });
}

const sortedRoutes = memoize((host: Host, key: `${Family} ${string} ${string}`): readonly Route[] => {
  const family = key.startsWith('4') ? 4 : 6;
  const [, table = '', iif = ''] = key.split(' ');
  const tables = tablesAsked(host, { family, table });
  return host.routes
    .filter((route) => route.family === family && tables.includes(route.table) && !isUnused(host, route))
    .sort(orderFor(iif === '' ? undefined : iif));
});

export function inPrefix(space: Space, bits: Vector, prefix: Prefix): Bdd {
  const { lo, hi } = prefixRange(prefix);
  return between(space.manager, bits, { lo, hi });
}
