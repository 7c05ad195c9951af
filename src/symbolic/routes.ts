/** The routing decision for all packets: which of them take which route. The same tables as host/route.ts, rule by rule. */
import type { Host, Route, RoutingRule } from '../host/host.ts';
import { memoize } from '../lib/memo.ts';
import type { Prefix } from '../packet/address.ts';
import { prefixRange } from '../packet/address.ts';
import type { Bdd } from './bdd.ts';
import { EMPTY, FULL } from './bdd.ts';
import type { Space } from './space.ts';
import type { Vector } from './vector.ts';
import { between, maskedEqual } from './vector.ts';

export interface RouteQuestion {
  readonly dst: Vector;
  readonly src: Vector;
  readonly mark: Vector;
  readonly iif?: string;
  /** only routes through this interface */
  readonly dev?: string;
  /** only these packets are asked about */
  readonly within: Bdd;
}

/** One entry a route; `route` undefined: there is none. The sets are disjoint and cover `within`. */
export interface RouteShare {
  readonly set: Bdd;
  readonly route: Route | undefined;
}

export function partitionByRoute(space: Space, question: RouteQuestion): readonly RouteShare[] {
  const { manager, host, family } = space;
  const shares: RouteShare[] = [];
  let left = question.within;
  manager.count(host.rules.length);
  for (const rule of host.rules) {
    if (left === EMPTY) break;
    if (rule.family !== family) continue;
    const asked = manager.and(left, ruleSet(space, rule, question));
    if (asked === EMPTY) continue;
    if (typeof rule.action === 'string') {
      shares.push({ set: asked, route: { family, table: '', type: rule.action, to: anyPrefix(family), metric: 0 } });
      left = manager.minus(left, asked);
      continue;
    }
    for (const share of tableShares(space, { ...question, within: asked }, rule.action.lookup)) {
      shares.push(share);
      left = manager.minus(left, share.set);
    }
  }
  return left === EMPTY ? shares : [...shares, { set: left, route: undefined }];
}

function ruleSet(space: Space, rule: RoutingRule, question: RouteQuestion): Bdd {
  const { manager } = space;
  if (rule.iif !== undefined && rule.iif !== (question.iif ?? 'lo')) return rule.not ? FULL : EMPTY;
  if (rule.oif !== undefined) return rule.not ? FULL : EMPTY;
  const parts = [
    rule.mark === undefined
      ? FULL
      : maskedEqual(manager, question.mark, { value: (rule.mark.value & rule.mark.mask) >>> 0, mask: rule.mark.mask >>> 0 }),
    rule.from === undefined || rule.from.length === 0 ? FULL : inPrefix(space, question.src, rule.from),
    rule.to === undefined ? FULL : inPrefix(space, question.dst, rule.to),
  ];
  const set = manager.all(parts);
  return rule.not ? manager.not(set) : set;
}

/** Routes of one table, the longest prefix first; `throw` routes give the packet back. */
function tableShares(space: Space, question: RouteQuestion, table: string): readonly RouteShare[] {
  const { manager } = space;
  const shares: RouteShare[] = [];
  let left = question.within;
  for (const route of sortedRoutes(space.host, `${space.family} ${table}`)) {
    if (left === EMPTY) break;
    if (question.dev !== undefined && route.dev !== question.dev && (route.dev !== undefined || route.family === 6)) continue;
    const set = manager.and(left, inPrefix(space, question.dst, route.to));
    if (set === EMPTY) continue;
    left = manager.minus(left, set);
    if (route.type !== 'throw') shares.push({ set, route });
  }
  return shares;
}

const sortedRoutes = memoize((host: Host, key: `${4 | 6} ${string}`): readonly Route[] =>
  host.routes.filter(({ family, table }) => `${family} ${table}` === key).sort((a, b) => b.to.length - a.to.length || a.metric - b.metric),
);

export function inPrefix(space: Space, bits: Vector, prefix: Prefix): Bdd {
  const { lo, hi } = prefixRange(prefix);
  return between(space.manager, bits, { lo, hi });
}

function anyPrefix(family: 4 | 6): Prefix {
  return { address: family === 4 ? 0 : 0n, length: 0 };
}
