/** The way between the hooks for sets of packets: those of a host, and the answers that its REJECT makes. */
import { pastRules } from '../../host/bridge.ts';
import type { TooLong } from '../../host/mtu.ts';
import { STEPS_OF_A_MOVE } from '../../lib/budget.ts';
import { assertNever } from '../../lib/invariant.ts';
import type { HookName } from '../../netfilter/hooks.ts';
import { type HookStation, type PathStage, type Station, stationsOf } from '../../netfilter/path.ts';
import { type Bdd, EMPTY, FULL } from '../diagrams/bdd.ts';
import { atMostOne, between, decrement, equal, vectorIn } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { awaitFragments } from './awaitFragments.ts';
import { loseClashing } from './clash.ts';
import { withOwner } from './connectedSockets.ts';
import { type HookResult, type HookWalk, walkHook } from './hook.ts';
import { refuseArrivals, routeInputOfSets, routeOutputOfSets } from './moves.ts';
import { hasTemplate, merge, type PacketClass } from './state.ts';
import type { EndedClass } from './tableWalk.ts';
import { routeFirstOfSets } from './unboundSources.ts';

export interface Following {
  readonly walk: Pick<HookWalk, 'space' | 'ruleset' | 'visit' | 'forced'>;
  /** on which they arrive; absent: they are sent here */
  readonly iif?: string | undefined;
  /** how they are routed first; absent: by their own headers */
  readonly routeOutput?: (one: PacketClass) => HookResult;
  /** the link on which they stay, when they are routed again too */
  readonly link?: string | undefined;
  /** no link is too small for them */
  readonly fits?: boolean;
  /** whether it is known that the rules of a hook let all of these packets past, and change nothing that matters later */
  readonly isPassed?: (one: PacketClass, hook: HookName) => boolean;
  /** by a rule, or by the kernel outside of the rules */
  readonly onEnd: (one: EndedClass) => void;
  /** they leave by their interface */
  readonly onLeave: (one: PacketClass, how: 'sent' | 'forwarded') => void;
  /** to the process that listens here */
  readonly onArrival: (one: PacketClass) => void;
}

export function follow(following: Following, stage: 'send' | 'arrive', start: readonly PacketClass[]): void {
  const { walk: given, routeOutput, link, fits = false, isPassed = () => false, onEnd, onLeave, onArrival } = following;
  const { space } = given;
  const walk: HookWalk = {
    ...given,
    reroute: (classes) => each(classes, (one) => routeOutputOfSets(space, onLink(one, link))),
  };
  /** it changes when lo gives packets back */
  let device = following.iif;
  go(stage, start);

  /** Gives back who goes on. */
  function keep({ on, ended }: HookResult): readonly PacketClass[] {
    for (const one of ended) onEnd(one);
    return merge(space, on);
  }

  function each(classes: readonly PacketClass[], step: (one: PacketClass) => HookResult): HookResult {
    const results = classes.map((one) => {
      space.budget.step(STEPS_OF_A_MOVE);
      return step(one);
    });
    return { on: results.flatMap(({ on }) => on), ended: results.flatMap(({ ended }) => ended) };
  }

  function hook({ hook: name, devices }: HookStation, classes: readonly PacketClass[]): readonly PacketClass[] {
    const passed = classes.filter((one) => isPassed(one, name));
    const asked = passed.length === 0 ? classes : classes.filter((one) => !passed.includes(one));
    const there = asked.map(
      (one): PacketClass => ({
        ...one,
        env: {
          ...one.env,
          iif: devices === 'out' ? undefined : device,
          oif: devices === 'in' ? undefined : one.env.way?.oif,
        },
      }),
    );
    return [...passed, ...keep(walkHook(walk, name, merge(space, there)))];
  }

  function go(to: PathStage, classes: readonly PacketClass[]): void {
    let here = classes;
    for (const station of stationsOf(to, space.family)) here = typeof station === 'string' ? pass(station, here) : hook(station, here);
  }

  /** Gives back whom no bridge takes past the rules. */
  function passBridged(classes: readonly PacketClass[]): readonly PacketClass[] {
    const past = device === undefined ? undefined : pastRules(space.host, space.family, device);
    if (past === undefined) return classes;
    return classes.flatMap((one) => {
      const there = space.manager.and(one.set, vectorIn(space.manager, one.env.dst, past.dst));
      const others = space.manager.minus(one.set, there);
      const way = { oif: past.bridge, local: false, via: undefined };
      if (there !== EMPTY) onLeave({ ...one, set: there, env: { ...one.env, way } }, 'forwarded');
      return others === EMPTY ? [] : [{ ...one, set: others }];
    });
  }

  /** Gives back those that fit the route. */
  function fitting(classes: readonly PacketClass[]): readonly PacketClass[] {
    return classes.flatMap((one) => {
      const long = space.manager.and(one.set, tooLongSet(space, one.env.way?.tooLong?.leaving));
      if (long === EMPTY) return [withoutLimit(one)];
      onEnd({ ...withoutLimit(one), set: long, end: 'too-big' });
      const set = space.manager.minus(one.set, long);
      return set === EMPTY ? [] : [withoutLimit({ ...one, set })];
    });
  }

  /** Who goes on from there; the others have ended, or follow another stage. */
  function pass(station: Exclude<Station, HookStation>, classes: readonly PacketClass[]): readonly PacketClass[] {
    const step = (move: (one: PacketClass) => HookResult) => keep(each(classes, move));
    switch (station) {
      case 'route output':
        return step(routeOutput ?? ((one) => routeFirstOfSets(space, one)));
      case 'discard':
        for (const one of classes.filter(isDiscarded)) onEnd({ ...one, end: 'unreachable-route' });
        return classes.filter((one) => !isDiscarded(one));
      case 'leave':
        for (const one of classes) if (!isForLo(one)) onLeave(one, 'sent');
        go('come back over lo', classes.filter(isForLo));
        return [];
      case 'lose the socket':
        device = 'lo';
        return classes.map((one) => ({ ...one, env: loopedBack(space, one.env) }));
      case 'check arrival':
        return keep(each(passBridged(classes), (one) => refuseArrivals(space, one, device ?? '')));
      case 'keep the route':
        go(
          'deliver',
          classes.filter(({ env }) => env.way !== undefined),
        );
        // NAT has taken the route of these
        return pass(
          'route input',
          classes.filter(({ env }) => env.way === undefined),
        );
      case 'route input': {
        const routed = step((one) => routeInputOfSets(space, one));
        for (const [to, local] of [['deliver', true] as const, ['forward', false] as const])
          go(
            to,
            routed.filter(({ env }) => env.way?.local === local).map((one) => (local ? withOwner(space, one) : one)),
          );
        return [];
      }
      case 'decrement ttl':
        return step((one) => decrementTtl(space, fits ? withoutLimit(one) : one));
      case 'await fragments':
        return step((one) => awaitFragments(space, one));
      case 'confirm':
        return classes.some(({ env }) => env.entry !== undefined) ? step((one) => loseClashing(space, one)) : classes;
      case 'pass on':
        for (const one of fitting(classes)) onLeave(one, 'forwarded');
        return [];
      case 'find socket':
        for (const one of classes) onArrival(one);
        return [];
      default:
        return assertNever(station);
    }
  }
}

function onLink(one: PacketClass, link: string | undefined): PacketClass {
  return link === undefined ? one : { ...one, env: { ...one.env, way: { oif: link, local: false, via: undefined } } };
}

function isDiscarded({ env: { way } }: PacketClass): boolean {
  return way?.discards === true;
}

function isForLo({ env: { way } }: PacketClass): boolean {
  return way?.oif === 'lo';
}

function decrementTtl(space: Space, one: PacketClass): HookResult {
  const { manager } = space;
  if (one.env.diverted !== undefined) return { on: [], ended: [{ ...one, end: 'not-forwarding' }] };
  const expired = manager.and(one.set, atMostOne(manager, one.env.ttl));
  const long = manager.and(manager.minus(one.set, expired), tooLongSet(space, one.env.way?.tooLong?.routed));
  const alive = manager.minus(one.set, manager.or(expired, long));
  return {
    on: alive === EMPTY ? [] : [{ ...one, set: alive, env: { ...one.env, ttl: decrement(manager, one.env.ttl) } }],
    ended: [
      ...(expired === EMPTY ? [] : [{ ...one, set: expired, end: 'ttl-exceeded' as const }]),
      ...(long === EMPTY ? [] : [{ ...one, set: long, end: 'too-big' as const }]),
    ],
  };
}

/** As host/mtu.ts mayBeFragmented() has it of packets that do not say. */
function tooLongSet({ manager, start, family }: Space, tooLong: TooLong | undefined): Bdd {
  if (tooLong === undefined) return EMPTY;
  const { over, upTo = 0xffff } = tooLong;
  const whole = family === 4 ? equal(manager, start.fragOffset, 0) : FULL;
  return over >= upTo ? EMPTY : manager.and(whole, between(manager, start.length, { lo: over + 1, hi: Math.min(upTo, 0xffff) }));
}

function withoutLimit(one: PacketClass): PacketClass {
  const { way } = one.env;
  if (way?.tooLong === undefined) return one;
  const { tooLong: _, ...rest } = way;
  return { ...one, env: { ...one.env, way: rest } };
}

/** lo keeps mark and connection, and drops the socket. An answer of REJECT does not confirm the connection that it is about; an
 *  error about what is not tracked stays marked as one. */
function loopedBack({ has }: Space, env: PacketClass['env']): PacketClass['env'] {
  if (env.original !== undefined) return { ...env, owned: false, confirmed: env.confirmed || env.about === undefined };
  if (env.state === 'UNTRACKED' || hasTemplate(env) || (env.tracked && has.ports === EMPTY)) return { ...env, owned: false };
  return { ...env, owned: false, tracked: false, zone: 0, replyZone: 0, state: undefined };
}
