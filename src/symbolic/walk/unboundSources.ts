/** The route of first packets of a socket that had no source yet: IPv6 looks for a route first, and keeps it, so that an `ip rule` or a
 *  route for that source (`from`) does not apply. A set of packets does not say which sockets were bound: where it matters, both ways are
 *  walked, and each is in doubt. simulate/flow.ts knows by `srcChosen`; docs/facts/kernel.md#sockets-of-a-connection */
import { asksForSource } from '../../host/completePacket.ts';
import type { Route } from '../../host/host.ts';
import { SENDABLE } from '../../host/output.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import { equal } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import type { HookResult } from './hook.ts';
import { routeOutputOfSets } from './moves.ts';
import { routeFlow } from './routeFlow.ts';
import { partitionWhole } from './routes.ts';
import { chosenSources } from './sources.ts';
import type { Doubt, PacketClass } from './state.ts';

/** As routeOutputOfSets, for first packets. */
export function routeFirstOfSets(space: Space, one: PacketClass): HookResult {
  const { manager } = space;
  const open = otherwiseUnbound(space, one);
  if (open === EMPTY) return routeOutputOfSets(space, one);
  const rest = { ...one, set: manager.minus(one.set, open) };
  const either = (doubt: Doubt): PacketClass => ({ ...one, set: open, doubts: [...one.doubts, doubt] });
  const results = [
    ...(rest.set === EMPTY ? [] : [routeOutputOfSets(space, rest)]),
    routeOutputOfSets(space, either(BOUND)),
    routeUnbound(space, either(UNBOUND)),
  ];
  return { on: results.flatMap(({ on }) => on), ended: results.flatMap(({ ended }) => ended) };
}

/** As if they had no source yet. */
export function routeUnbound(space: Space, one: PacketClass): HookResult {
  const { src } = one.env;
  const { on, ended } = routeOutputOfSets(space, { ...one, env: { ...one.env, src: src.map(() => EMPTY) } });
  const withSource = <T extends PacketClass>(classes: readonly T[]) => classes.map((of): T => ({ ...of, env: { ...of.env, src } }));
  return { on: withSource(on), ended: withSource(ended) };
}

/** Their socket keeps the route that it had without a source. */
export function isUnbound({ doubts }: PacketClass): boolean {
  return doubts.includes(UNBOUND);
}

const BOUND: Doubt = { why: 'unmodelled', what: 'whether the socket had its source before its route' };
const UNBOUND: Doubt = { ...BOUND };

/** Packets with the source that the kernel would choose, which go another way if it did. */
function otherwiseUnbound(space: Space, { set, env }: PacketClass): Bdd {
  const { manager, host, family } = space;
  if (family === 4 || !env.owned || !asksForSource(host, family)) return EMPTY;
  const within = manager.and(set, sourcesByMark(space));
  if (within === EMPTY) return EMPTY;
  const { src, dst, mark } = env;
  const question = { dst, mark, flow: routeFlow(space, env, 'sent'), within };
  const bound = partitionWhole(space, { ...question, src });
  const unbound = partitionWhole(space, { ...question, src: src.map(() => EMPTY) }).filter(({ route }) => isFound(route));
  return manager.any(
    bound.flatMap((one) => unbound.map((other) => (isOneWay(one.route, other.route) ? EMPTY : manager.and(one.set, other.set)))),
  );
}

/** Packets whose source is the one that the kernel would choose for them, whatever their mark. */
export function sourcesByMark(space: Space): Bdd {
  const { manager, start, host, family } = space;
  const marks = new Set(host.rules.flatMap((rule) => (rule.family === family && rule.mark !== undefined ? [rule.mark.value] : [])));
  const marked = [...marks].map((mark) => ({ mark, set: equal(manager, start.mark, mark) }));
  const others = manager.not(manager.any(marked.map(({ set }) => set)));
  return manager.any([...marked, { mark: 0, set: others }].map(({ mark, set }) => manager.and(set, chosenSources(space, mark))));
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
