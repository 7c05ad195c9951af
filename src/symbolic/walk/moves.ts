/** Where all packets go between the hooks: simulate/input.ts and host/output.ts for sets. */

import type { Route } from '../../host/host.ts';
import type { AddressCheck } from '../../host/inputChecks.ts';
import { arrivalChecks, inputChecks } from '../../host/inputChecks.ts';
import { tooLongToForward } from '../../host/mtu.ts';
import { SEVERAL_WAYS } from '../../host/nexthops.ts';
import { DISGUISED6, ON_LINK6, SENDABLE } from '../../host/output.ts';
import { isDiscarding } from '../../host/routing.ts';
import { isForwarding } from '../../host/sourceCheck.ts';
import { interfaceSetting } from '../../host/sysctl.ts';
import { kept } from '../../lib/kept.ts';
import type { LostReason } from '../../netfilter/lost.ts';
import { parsePrefix } from '../../packet/address.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import { equal, vectorIn } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { keepingRoute } from './connectedSockets.ts';
import type { HookResult } from './hook.ts';
import { routeFlow } from './routeFlow.ts';
import { inPrefix, partitionByRoute, type RouteShare } from './routes.ts';
import type { Doubt, PacketClass, RouteDecision } from './state.ts';
import type { EndedClass } from './tableWalk.ts';
import { type RefusedSources, refusedSources } from './wayBack.ts';

/** Takes parts of a class away, each with what becomes of it, until nothing is left. */
class Splitter {
  readonly #space: Space;
  readonly #one: PacketClass;
  left: Bdd;
  readonly on: PacketClass[] = [];
  readonly ended: EndedClass[] = [];
  readonly #ways: Splitter[] = [];

  constructor(space: Space, one: PacketClass) {
    this.#space = space;
    this.#one = one;
    this.left = one.set;
  }

  /** Ends the packets of `set` that are still there. */
  lose(set: Bdd, end: LostReason): void {
    const part = this.#take(set);
    if (part !== EMPTY) this.ended.push({ ...this.#one, set: part, end, decided: undefined });
  }

  /** Ends them too: it depends on routing that is not modelled. */
  open(set: Bdd, what: string): void {
    const part = this.#take(set);
    const doubts = [...this.#one.doubts, { why: 'unmodelled' as const, what: `\`${what}\` of the host's routing` }];
    if (part !== EMPTY) this.ended.push({ ...this.#one, set: part, doubts, end: 'undecided', decided: undefined });
  }

  /** Lets the packets of `set` that are still there go `way`. */
  send(set: Bdd, way: RouteDecision): void {
    const part = this.#take(set);
    if (part !== EMPTY) this.on.push({ ...this.#one, set: part, env: { ...this.#one.env, way } });
  }

  /** For the packets of a share; where the kernel takes one of several ways, each has them by itself. */
  of({ set, several }: RouteShare): Splitter {
    if (several === undefined) return this;
    const part = this.#space.manager.and(this.left, set);
    const way = new Splitter(this.#space, { ...this.#one, set: part, doubts: [...this.#one.doubts, SEVERAL] });
    this.#ways.push(way);
    return way;
  }

  done(): HookResult {
    return {
      on: [this, ...this.#ways].flatMap(({ on }) => on),
      ended: [this, ...this.#ways].flatMap(({ ended }) => ended),
    };
  }

  #take(set: Bdd): Bdd {
    const part = this.#space.manager.and(this.left, set);
    this.left = this.#space.manager.minus(this.left, part);
    return part;
  }
}

/** As the simulator says it. */
const SEVERAL: Doubt = { why: 'chance', what: SEVERAL_WAYS };

const LOCAL: RouteDecision = { oif: 'lo', local: true, via: undefined };

/** The route of packets sent here; not for sockets bound to an interface. Those that have a way already keep to its link for what is on it:
 *  answers to a neighbour, and packets that a hook has rewritten. */
export function routeOutputOfSets(space: Space, one: PacketClass): HookResult {
  const { manager, family, host } = space;
  const { src, dst, mark, way, oif } = one.env;
  const hasMetHook = oif !== undefined;
  const whole = new Splitter(space, one);
  if (family === 4 || way === undefined) whole.send(equal(manager, dst, 0), LOCAL);
  const isReset = one.env.about !== undefined && space.has.icmp !== FULL;
  if (family === 6 && !hasMetHook && !isReset)
    whole.lose(manager.any(DISGUISED6.map((prefix) => inPrefix(space, src, prefix))), 'bad-address');
  const loopback = family === 4 ? inPrefix(space, src, parsePrefix('127.0.0.0/8') ?? NO_PREFIX) : EMPTY;
  for (const share of outputShares()) {
    const { set, route } = share;
    const parts = whole.of(share);
    if (route?.unknown !== undefined) {
      parts.open(set, route.unknown);
      continue;
    }
    if (route?.type === 'local' || route?.type === 'anycast') {
      parts.send(set, LOCAL);
      continue;
    }
    const lost = (reason: LostReason) => (hasMetHook ? 'reroute-failed' : reason);
    if (route === undefined) parts.lose(set, lost('no-route'));
    else if (!SENDABLE.has(route.type) || route.dev === undefined) parts.lose(set, lost('unreachable-route'));
    else {
      const localnet = interfaceSetting(host, 'net.ipv4.conf.{}.route_localnet', route.dev) > 0;
      if (route.dev !== 'lo' && !localnet) parts.lose(manager.and(set, loopback), lost('loopback-source'));
      parts.send(set, { oif: route.dev, local: false, via: route.via, ...(isDiscarding(route) && { discards: true }) });
    }
  }
  return whole.done();

  /** A packet to a link or a group looks for them on the link that it had. */
  function outputShares() {
    const question = { dst, src, mark, flow: routeFlow(space, one.env, hasMetHook ? 'sent again' : 'sent') };
    const dev = family === 6 ? way?.oif : undefined;
    if (dev === undefined) return partitionByRoute(space, { ...question, within: whole.left });
    const onLink = manager.any(ON_LINK6.map((prefix) => inPrefix(space, dst, prefix)));
    return [
      ...partitionByRoute(space, { ...question, within: manager.and(whole.left, onLink), dev }),
      ...partitionByRoute(space, { ...question, within: manager.minus(whole.left, onLink) }),
    ];
  }
}

const NO_PREFIX = { address: 0, length: 32 };

/** What does not even reach PREROUTING. */
export function refuseArrivals(space: Space, one: PacketClass, iif: string): HookResult {
  const parts = new Splitter(space, one);
  for (const check of arrivalChecks(space.family, iif)) {
    if (check.verdict.kind === 'lost') parts.lose(checkSet(space, one, check), check.verdict.reason);
  }
  return { on: parts.left === EMPTY ? [] : [{ ...one, set: parts.left }], ended: parts.ended };
}

/** Where arriving packets go after PREROUTING; `way.oif` is empty for those of this host. */
export function routeInputOfSets(space: Space, one: PacketClass): HookResult {
  const { manager, host, family } = space;
  const iif = one.env.iif ?? '';
  const { src, dst, mark } = one.env;
  const whole = new Splitter(space, one);
  const arrived: RouteDecision = { oif: '', local: true, via: undefined };
  whole.send(keepingRoute(space, one), arrived);
  const refused = family === 4 ? refusedSources(space, one, {}) : [];
  const refusedToAll = kept(() => (family === 4 ? refusedSources(space, one, { toAll: true }) : []));
  for (const check of inputChecks(host, family, iif)) {
    const set = checkSet(space, one, check);
    if (check.verdict.kind === 'lost') whole.lose(set, check.verdict.reason);
    else {
      if (check.verdict.checkSource) for (const bad of refusedToAll()) refuse(whole, manager.and(set, bad.set), bad);
      whole.send(set, arrived);
    }
  }
  const forwarding = isForwarding(host, family, iif);
  for (const share of inputShares(space, one, whole.left)) {
    const { set, route } = share;
    const parts = whole.of(share);
    const forHere =
      route !== undefined && (route.type === 'local' || route.type === 'anycast' || (route.type === 'broadcast' && family === 4));
    if (route?.unknown !== undefined) parts.open(set, route.unknown);
    else if (route === undefined) parts.lose(set, forwarding ? 'no-route' : 'not-forwarding');
    else if (!forHere && !forwarding) parts.lose(set, 'not-forwarding');
    else if (!forHere && (route.type !== 'unicast' || route.dev === undefined || isDiscarding(route))) parts.lose(set, 'unreachable-route');
    else {
      const bad =
        route.type === 'broadcast' ? refusedToAll() : forHere || family === 6 ? refused : refusedSources(space, one, { oif: route.dev });
      for (const part of bad) refuse(parts, manager.and(set, part.set), part);
      if (!forHere && family === 6 && route.dev !== iif) parts.lose(manager.and(set, unforwardable(space, src)), 'martian-source');
      parts.send(set, forHere ? arrived : wayOn(route, route.dev ?? ''));
    }
  }
  return whole.done();

  function wayOn(route: Route, oif: string): RouteDecision {
    const [routed, leaving] = [false, true].map((late) => tooLongToForward(host, family, { iif, oif, route, leaving: late }));
    return { oif, local: false, via: route.via, ...((routed ?? leaving) && { tooLong: { routed, leaving } }) };
  }

  function refuse(parts: Splitter, set: Bdd, { reason, open }: RefusedSources): void {
    if (open === undefined) parts.lose(set, reason);
    else parts.open(set, open);
  }

  /** A link-local destination is looked for only on the link that the packet came from. */
  function inputShares(inSpace: Space, { env }: PacketClass, within: Bdd) {
    const question = { dst, src, mark, iif: env.iif ?? '', flow: routeFlow(inSpace, env, 'arrived') };
    if (family === 4) return partitionByRoute(inSpace, { ...question, within });
    const link = manager.any(LINK_SCOPES.map((prefix) => inPrefix(inSpace, dst, parsePrefix(prefix) ?? NO_PREFIX)));
    return [
      ...partitionByRoute(inSpace, { ...question, within: manager.and(within, link), dev: iif }),
      ...partitionByRoute(inSpace, { ...question, within: manager.minus(within, link) }),
    ];
  }
}

const LINK_SCOPES = ['fe80::/10', '::1/128'];

function unforwardable(space: Space, src: PacketClass['env']['src']): Bdd {
  return space.manager.any(['::/128', ...LINK_SCOPES].map((prefix) => inPrefix(space, src, parsePrefix(prefix) ?? NO_PREFIX)));
}

function checkSet(space: Space, { env }: PacketClass, check: AddressCheck): Bdd {
  return space.manager.and(
    check.src === undefined ? FULL : vectorIn(space.manager, env.src, check.src),
    check.dst === undefined ? FULL : vectorIn(space.manager, env.dst, check.dst),
  );
}
