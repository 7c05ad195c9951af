/** The routing decision for all packets: which of them take which route. The same tables as host/route.ts, rule by rule. */
import { compareRoutes } from '../../host/fib.ts';
import type { Host, Route, RoutingRule } from '../../host/host.ts';
import { actionRoute, isSameWay } from '../../host/route.ts';
import { memoize } from '../../lib/memo.ts';
import type { Prefix } from '../../packet/address.ts';
import { prefixRange } from '../../packet/address.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import type { Vector } from '../diagrams/vector.ts';
import { between, maskedEqual } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';

export interface RouteQuestion {
  readonly dst: Vector;
  readonly src: Vector;
  readonly mark: Vector;
  readonly iif?: string;
  /** only routes through this interface */
  readonly dev?: string;
  /** only these packets are of interest */
  readonly within: Bdd;
}

/** One entry a route; `route` undefined: there is none. The sets are disjoint and cover `within`. */
export interface RouteShare {
  readonly set: Bdd;
  readonly route: Route | undefined;
}

export function partitionByRoute(space: Space, question: RouteQuestion, from = 0): readonly RouteShare[] {
  const { manager, host, family } = space;
  const shares: RouteShare[] = [];
  let left = question.within;
  for (let at = from; at < host.rules.length; at++) {
    const rule = host.rules[at] as RoutingRule;
    if (left === EMPTY) break;
    if (rule.family !== family) continue;
    const { sure, maybe } = ruleSets(space, rule, question);
    for (const share of ruleShares(space, rule, { ...question, within: manager.and(left, sure) })) {
      shares.push(share);
      left = manager.minus(left, share.set);
    }
    for (const share of ruleShares(space, rule, { ...question, within: manager.and(left, maybe) })) {
      left = manager.minus(left, share.set);
      for (const other of partitionByRoute(space, { ...question, within: share.set }, at + 1)) {
        const { route = NOWHERE[family] } = share;
        shares.push({ set: other.set, route: isSameWay(route, other.route) ? route : { ...route, unknown: rule.unknown ?? '' } });
      }
    }
  }
  return left === EMPTY ? shares : [...shares, { set: left, route: undefined }];
}

const NOWHERE = { 4: actionRoute(4, { action: 'unknown', unknown: '' }), 6: actionRoute(6, { action: 'unknown', unknown: '' }) };

function ruleShares(space: Space, { action, suppress, unknown = '' }: RoutingRule, question: RouteQuestion): readonly RouteShare[] {
  if (question.within === EMPTY) return [];
  if (typeof action === 'string') return [{ set: question.within, route: actionRoute(space.family, { action, unknown }) }];
  return tableShares(space, question, { table: action.lookup, longerThan: suppress ?? -1 });
}

/** Where something of the rule is not modelled, it may match what it cannot be said not to. As matchOf in host/route.ts. */
function ruleSets(space: Space, rule: RoutingRule, question: RouteQuestion): { readonly sure: Bdd; readonly maybe: Bdd } {
  const known = ruleSet(space, rule, question);
  const { manager } = space;
  const open = rule.unknown !== undefined && rule.action !== 'unknown';
  if (!open) return { sure: rule.not ? manager.not(known) : known, maybe: EMPTY };
  return { sure: rule.not ? manager.not(known) : EMPTY, maybe: known };
}

/** The packets of which everything holds that the rule asks, `not` left aside. */
function ruleSet(space: Space, rule: RoutingRule, question: RouteQuestion): Bdd {
  const { manager } = space;
  if (rule.iif !== undefined && rule.iif !== (question.iif ?? 'lo')) return EMPTY;
  if (rule.oif !== undefined) return EMPTY;
  const parts = [
    rule.mark === undefined
      ? FULL
      : maskedEqual(manager, question.mark, { value: (rule.mark.value & rule.mark.mask) >>> 0, mask: rule.mark.mask >>> 0 }),
    rule.from === undefined || rule.from.length === 0 ? FULL : inPrefix(space, question.src, rule.from),
    rule.to === undefined ? FULL : inPrefix(space, question.dst, rule.to),
  ];
  return manager.all(parts);
}

/** Routes of one table, the longest prefix first; `throw` routes give the packet back. */
function tableShares(
  space: Space,
  question: RouteQuestion,
  { table, longerThan }: { readonly table: string; readonly longerThan: number },
): readonly RouteShare[] {
  const { manager } = space;
  const shares: RouteShare[] = [];
  let left = question.within;
  for (const route of sortedRoutes(space.host, `${space.family} ${table}`)) {
    if (left === EMPTY) break;
    if (
      question.dev !== undefined &&
      route.dev !== question.dev &&
      (route.dev !== undefined || (route.family === 6 && route.unknown === undefined))
    )
      continue;
    const set = manager.and(left, inPrefix(space, question.dst, route.to));
    if (set === EMPTY) continue;
    left = manager.minus(left, set);
    if (route.type !== 'throw' && route.to.length > longerThan) shares.push({ set, route });
  }
  return shares;
}

const sortedRoutes = memoize((host: Host, key: `${4 | 6} ${string}`): readonly Route[] =>
  host.routes.filter(({ family, table }) => `${family} ${table}` === key).sort(compareRoutes),
);

export function inPrefix(space: Space, bits: Vector, prefix: Prefix): Bdd {
  const { lo, hi } = prefixRange(prefix);
  return between(space.manager, bits, { lo, hi });
}
