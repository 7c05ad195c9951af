/** The route of first packets of a socket that had no source yet: IPv6 looks for a route first, and keeps it, so that an `ip rule` or a
 *  route for that source (`from`) does not apply; IPv4 does so for UDP sockets that are not connected. A set of packets does not say which sockets were bound: where it matters, both ways are
 *  walked, and each is in doubt. simulate/flow.ts knows by `srcChosen`; docs/facts/kernel.md#sockets-of-a-connection */
import { asksForSource } from '../../host/completePacket.ts';
import type { Route } from '../../host/host.ts';
import { SENDABLE } from '../../host/output.ts';
import type { Family } from '../../packet/address.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import { equal } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import type { HookResult } from './hook.ts';
import { routeOutputOfSets } from './moves.ts';
import { routeFlow } from './routeFlow.ts';
import { partitionWhole } from './routes.ts';
import { sourcesByRoute } from './sources.ts';
import type { Doubt, Env, PacketClass } from './state.ts';

/** As routeOutputOfSets, for first packets. */
export function routeFirstOfSets(space: Space, one: PacketClass): HookResult {
  const { manager } = space;
  const open = otherwiseUnbound(space, one);
  if (open === EMPTY) return routeOutputOfSets(space, one);
  const rest = { ...one, set: manager.minus(one.set, open) };
  const [bound, unbound] = DOUBTS[space.family];
  const either = (doubt: Doubt): PacketClass => ({ ...one, set: open, doubts: [...one.doubts, doubt] });
  const results = [
    ...(rest.set === EMPTY ? [] : [routeOutputOfSets(space, rest)]),
    routeOutputOfSets(space, either(bound)),
    withSourceOfWay(space, routeUnbound(space, either(unbound))),
  ];
  return { on: results.flatMap(({ on }) => on), ended: results.flatMap(({ ended }) => ended) };
}

/** Of several ways each has its own source. */
function withSourceOfWay(space: Space, { on, ended }: HookResult): HookResult {
  const { manager } = space;
  const ways = sourcesByRoute(space, '');
  const kept = on.map((one): PacketClass => {
    const { way } = one.env;
    if (way === undefined || way.local) return one;
    const same = ways.filter(({ route }) => route === undefined || (route.dev === way.oif && route.via === way.via));
    return { ...one, set: manager.and(one.set, manager.any(same.map(({ set }) => set))) };
  });
  return { on: kept.filter(({ set }) => set !== EMPTY), ended };
}

/** As if they had no source yet. */
export function routeUnbound(space: Space, one: PacketClass): HookResult {
  const { src, sport } = one.env;
  const { on, ended } = routeOutputOfSets(space, { ...one, env: beforeSource(space, one.env) });
  const withSource = <T extends PacketClass>(classes: readonly T[]) => classes.map((of): T => ({ ...of, env: { ...of.env, src, sport } }));
  return { on: withSource(on), ended: withSource(ended) };
}

/** A TCP socket has no port of its own yet, either: simulate/flow.ts sourceFlow(). */
function beforeSource({ manager, has }: Space, env: Env): Env {
  return { ...env, src: env.src.map(() => EMPTY), sport: env.sport.map((bit) => manager.minus(bit, has.tcp)) };
}

/** Their socket keeps the route that it had without a source. */
export function isUnbound({ doubts }: PacketClass): boolean {
  return doubts.includes(DOUBTS[4][1]) || doubts.includes(DOUBTS[6][1]);
}

/** Of those that look for a route with the source, and of the others. */
const DOUBTS: Readonly<Record<Family, readonly [bound: Doubt, unbound: Doubt]>> = {
  4: bothWays('whether the socket is connected, or bound to its source, before it sends'),
  6: bothWays('whether the socket had its source before its route'),
};

function bothWays(what: string): readonly [bound: Doubt, unbound: Doubt] {
  return [
    { why: 'unmodelled', what },
    { why: 'unmodelled', what },
  ];
}

/** Packets with the source that the kernel would choose, which go another way if it did. */
function otherwiseUnbound(space: Space, { set, env }: PacketClass): Bdd {
  const { manager, start, host, family } = space;
  if (!env.owned || !asksForSource(host, family)) return EMPTY;
  const asked = family === 6 ? set : manager.and(set, equal(manager, start.proto, PROTO.udp));
  const within = asked === EMPTY ? EMPTY : manager.and(asked, sourcesByMark(space));
  if (within === EMPTY) return EMPTY;
  const waysOf = (of: Env) => {
    const { src, dst, mark } = of;
    return partitionWhole(space, { src, dst, mark, flow: routeFlow(space, of, 'sent'), within });
  };
  const bound = waysOf(env);
  const unbound = waysOf(beforeSource(space, env)).filter(({ route }) => isFound(route));
  return manager.any(
    bound.flatMap((one) => unbound.map((other) => (isOneWay(one.route, other.route) ? EMPTY : manager.and(one.set, other.set)))),
  );
}

/** Packets whose source is the one that the kernel would choose for them, whatever their mark, and perhaps a few more. */
export function sourcesByMark(space: Space): Bdd {
  return space.manager.any(sourcesByRoute(space, '').map(({ set }) => set));
}

/** Without a route the kernel looks again, with the source. */
function isFound(route: Route | undefined): boolean {
  if (route === undefined) return false;
  return route.unknown !== undefined || route.type === 'local' || route.type === 'anycast' || SENDABLE.has(route.type);
}

function isOneWay(one: Route | undefined, other: Route | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  const known = one.unknown === undefined && other.unknown === undefined && one.nexthops === other.nexthops;
  return one === other || (known && one.type === other.type && one.dev === other.dev && one.via === other.via);
}
