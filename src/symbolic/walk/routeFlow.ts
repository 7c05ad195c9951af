/** By what else routes are looked up, for all packets: the flow of host/ruleMatch.ts in sets. */
import type { RoutingRule } from '../../host/host.ts';
import { DSCP_BITS, type RoutedAs, seesPorts, tosBits } from '../../host/ruleMatch.ts';
import type { Interval } from '../../lib/intervals.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import type { Vector } from '../diagrams/vector.ts';
import { between, equal, maskedEqual } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import type { Env } from './state.ts';

export interface RouteFlow {
  readonly tos: Vector;
  /** absent: root's */
  readonly uid?: Vector;
  /** those of them that have a user other than root; the others count as root's */
  readonly owned: Bdd;
  /** absent: the look-up says no protocol */
  readonly ends?: { readonly proto: Vector; readonly ports: Bdd; readonly sport: Vector; readonly dport: Vector };
}

/** As simulate/flow.ts flowOf(). */
export function routeFlow({ start, process, has, host, family }: Space, env: Env, as: RoutedAs): RouteFlow {
  const { tos, sport, dport, owned } = env;
  const isSent = as === 'sent' || as === 'sent again';
  const user = isSent && owned && env.about === undefined ? { uid: start.uid, owned: process } : { owned: EMPTY };
  if ((as === 'sent again' || as === 'back') && !seesPorts(host, family)) return { tos, ...user };
  const ports = as === 'back' ? { sport: dport, dport: sport } : { sport, dport };
  return { tos, ...user, ends: { proto: start.proto, ports: has.ports, ...ports } };
}

/** The packets of which a rule's words about them hold. */
export function flowSet(space: Space, rule: RoutingRule, flow: RouteFlow | undefined): Bdd {
  const { manager, family } = space;
  const { tos, dscp, uid, proto, sport, dport } = rule;
  const bits = (value: number, mask: number): Bdd => {
    if (flow === undefined) return value === 0 ? FULL : EMPTY;
    return maskedEqual(manager, flow.tos, { value, mask });
  };
  return manager.all([
    tos === undefined || tos === 0 ? FULL : bits(tos, tosBits(family)),
    dscp === undefined ? FULL : bits(dscp << 2, DSCP_BITS),
    uid === undefined ? FULL : userSet(space, uid, flow),
    proto === undefined ? FULL : flow?.ends === undefined ? (proto === 0 ? FULL : EMPTY) : equal(manager, flow.ends.proto, proto),
    sport === undefined ? FULL : portSet(space, sport, flow?.ends && { has: flow.ends.ports, port: flow.ends.sport }),
    dport === undefined ? FULL : portSet(space, dport, flow?.ends && { has: flow.ends.ports, port: flow.ends.dport }),
  ]);
}

function userSet({ manager }: Space, uid: Interval<number>, flow: RouteFlow | undefined): Bdd {
  const root = uid.lo === 0 ? FULL : EMPTY;
  return flow?.uid === undefined ? root : manager.choose(flow.owned, root, between(manager, flow.uid, uid));
}

function portSet({ manager }: Space, range: Interval<number>, asked: { readonly has: Bdd; readonly port: Vector } | undefined): Bdd {
  const none = range.lo === 0 ? FULL : EMPTY;
  return asked === undefined ? none : manager.choose(asked.has, none, between(manager, asked.port, range));
}
