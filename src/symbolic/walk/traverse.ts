/** The way of all packets through one host's rules: simulate/traverse.ts for sets. Sockets bound to an interface are left out. */

import type { Host, Listener } from '../../host/host.ts';
import { STEPS_OF_A_MOVE } from '../../lib/budget.ts';
import { assertNever } from '../../lib/invariant.ts';
import type { ForcedState } from '../../netfilter/firstState.ts';
import type { HookName } from '../../netfilter/hooks.ts';
import type { LostReason } from '../../netfilter/lost.ts';
import { type HookStation, type PathStage, type Station, stationsOf } from '../../netfilter/path.ts';
import type { Rule, Ruleset } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import { atMostOne, decrement, equal } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { byAnswers } from './answers.ts';
import type { HookResult, HookWalk } from './hook.ts';
import { walkHook } from './hook.ts';
import { answersOnly, knownEnds } from './knownConnection.ts';
import { listenerShares } from './listeners.ts';
import { refuseArrivals, routeInputOfSets, routeOutputOfSets } from './moves.ts';
import type { PacketClass } from './state.ts';
import { merge, startEnv } from './state.ts';
import type { EndedClass } from './walk.ts';

/** Where the packets of a class end. */
export type ClassFate =
  | { readonly kind: 'delivered'; readonly listener: Listener | undefined; readonly transparent: boolean }
  | { readonly kind: 'sent' | 'forwarded'; readonly oif: string }
  | { readonly kind: 'dropped' | 'rejected' | 'undecided' }
  | { readonly kind: 'lost'; readonly reason: LostReason };

/** Packets that are treated alike: `set` is what they were at the start. Without doubts the classes of one traversal are disjoint. */
export interface FateClass extends PacketClass {
  readonly fate: ClassFate;
}

export interface WalkQuestion {
  readonly space: Space;
  readonly ruleset: Ruleset;
  /** packets to follow, as they are at the start */
  readonly within?: Bdd;
  /** called for every rule, with the packets that reach and match it */
  readonly visit?: (rule: Rule, hook: HookName, reaching: Bdd, matching: Bdd) => void;
  /** state and mark of the connection that all of them are said to belong to */
  readonly forced?: ForcedState;
}

/** Everything that a process here sends. */
export function traverseOut(question: WalkQuestion): readonly FateClass[] {
  return traverse(question, undefined);
}

/** Everything that arrives on interface `iif`. */
export function traverseIn(question: WalkQuestion, iif: string): readonly FateClass[] {
  return traverse(question, iif);
}

function traverse({ space, ruleset, within = FULL, visit, forced }: WalkQuestion, iif: string | undefined): readonly FateClass[] {
  const ends: FateClass[] = [];
  const rejected: PacketClass[] = [];
  const walk: HookWalk = {
    space,
    ruleset,
    reroute: (classes) => each(space, classes, (one) => routeOutputOfSets(space, one, true)),
    ...(visit === undefined ? {} : { visit }),
    ...(forced === undefined ? {} : { forced }),
  };
  const answers = answersOnly(space, forced);
  const whole = space.manager.all([within, answers, ruleset.usesDefrag ? equal(space.manager, space.start.fragOffset, 0) : FULL]);
  const env = { ...startEnv(space, { iif, owned: iif === undefined }), ...knownEnds(space, forced) };
  const start: PacketClass = { set: whole, env, doubts: [], decided: undefined };
  const fragments = space.manager.minus(space.manager.and(within, answers), whole);
  if (fragments !== EMPTY) ends.push({ ...start, set: fragments, fate: { kind: 'lost', reason: 'awaiting-fragments' } });
  if (whole === EMPTY) return ends;
  /** on which they arrive: it changes when lo gives them back */
  let device = iif;
  follow(iif === undefined ? 'send' : 'arrive', [start]);
  // not `push(...)`, which takes no more than functions have arguments
  for (const one of byAnswers(space, ruleset, merge(space, rejected, true))) ends.push(one);
  return mergeFates(space, ends);

  /** Keeps the ends, gives back who goes on. */
  function keep(result: HookResult): readonly PacketClass[] {
    for (const one of result.ended) {
      if (one.end === 'rejected') rejected.push(withoutEnd(one));
      else ends.push(fateOfEnd(one));
    }
    return merge(space, result.on);
  }

  function hook({ hook: name, devices }: HookStation, classes: readonly PacketClass[]): readonly PacketClass[] {
    const shown = ({ env }: PacketClass): Devices => ({
      iif: devices === 'out' ? undefined : device,
      oif: devices === 'in' ? undefined : env.way?.oif,
    });
    const there = classes.map((one) => ({ ...one, env: { ...one.env, ...shown(one) } }));
    return keep(walkHook(walk, name, merge(space, there)));
  }

  function follow(stage: PathStage, classes: readonly PacketClass[]): void {
    let here = classes;
    for (const station of stationsOf(stage, space.family)) here = typeof station === 'string' ? pass(station, here) : hook(station, here);
  }

  /** Who goes on from there; the others have ended, or follow another stage. */
  function pass(station: Exclude<Station, HookStation>, classes: readonly PacketClass[]): readonly PacketClass[] {
    const step = (move: (one: PacketClass) => HookResult) => keep(each(space, classes, move));
    switch (station) {
      case 'route output':
        return step((one) => routeOutputOfSets(space, one, false));
      case 'leave':
        for (const one of classes) if (one.env.way?.oif !== 'lo') ends.push(leaving(one, 'sent'));
        follow(
          'come back over lo',
          classes.filter(({ env }) => env.way?.oif === 'lo'),
        );
        return [];
      case 'lose the socket':
        device = 'lo';
        return classes.map((one) => ({ ...one, env: loopedBack(one.env) }));
      case 'check arrival':
        return step((one) => refuseArrivals(space, one, device ?? ''));
      case 'keep the route':
        follow('deliver', classes);
        return [];
      case 'route input':
        return parted(step((one) => routeInputOfSets(space, one)));
      case 'decrement ttl':
        return step((one) => decrementTtl(space, one));
      case 'await fragments':
        return step((one) => awaitFragments(space, one));
      case 'confirm':
        return classes;
      case 'pass on':
        for (const one of classes) ends.push(leaving(one, 'forwarded'));
        return [];
      case 'find socket':
        for (const one of classes) for (const taken of takers(space, one)) ends.push(taken);
        return [];
      default:
        return assertNever(station);
    }
  }

  function parted(classes: readonly PacketClass[]): readonly PacketClass[] {
    for (const [stage, local] of [['deliver', true] as const, ['forward', false] as const])
      follow(
        stage,
        classes.filter(({ env }) => env.way?.local === local),
      );
    return [];
  }
}

function leaving(one: PacketClass, kind: 'sent' | 'forwarded'): FateClass {
  return { ...one, fate: { kind, oif: one.env.way?.oif ?? '' } };
}

function decrementTtl({ manager }: Space, one: PacketClass): HookResult {
  if (one.env.diverted !== undefined) return { on: [], ended: [{ ...one, end: 'not-forwarding' }] };
  const expired = manager.and(one.set, atMostOne(manager, one.env.ttl));
  const alive = manager.minus(one.set, expired);
  return {
    on: alive === EMPTY ? [] : [{ ...one, set: alive, env: { ...one.env, ttl: decrement(manager, one.env.ttl) } }],
    ended: expired === EMPTY ? [] : [{ ...one, set: expired, end: 'ttl-exceeded' }],
  };
}

function awaitFragments({ manager, start }: Space, one: PacketClass): HookResult {
  const first = equal(manager, start.fragOffset, 0);
  const set = manager.and(one.set, first);
  const later = manager.minus(one.set, first);
  return {
    on: set === EMPTY ? [] : [{ ...one, set }],
    ended: later === EMPTY ? [] : [{ ...one, set: later, end: 'awaiting-fragments' }],
  };
}

type Devices = Pick<PacketClass['env'], 'iif' | 'oif'>;

function each(space: Space, classes: readonly PacketClass[], step: (one: PacketClass) => HookResult): HookResult {
  const results = classes.map((one) => {
    space.budget.step(STEPS_OF_A_MOVE);
    return step(one);
  });
  return { on: results.flatMap(({ on }) => on), ended: results.flatMap(({ ended }) => ended) };
}

/** lo keeps mark and connection, and drops the socket. */
function loopedBack(env: PacketClass['env']): PacketClass['env'] {
  if (env.original !== undefined) return { ...env, owned: false, confirmed: true };
  if (env.state === 'UNTRACKED') return { ...env, owned: false };
  return { ...env, owned: false, tracked: false, zone: 0, replyZone: 0, state: undefined };
}

function withoutEnd({ end: _, ...one }: EndedClass): PacketClass {
  return one;
}

function fateOfEnd(one: EndedClass): FateClass {
  const { end, ...rest } = one;
  if (end === 'dropped' || end === 'rejected' || end === 'undecided') return { ...rest, fate: { kind: end } };
  return { ...rest, fate: { kind: 'lost', reason: end } };
}

/** Which listener takes which packets; the most specific first. */
function takers(space: Space, one: PacketClass): readonly FateClass[] {
  const { manager, host, budget } = space;
  budget.step(STEPS_OF_A_MOVE + host.listeners.length);
  if (one.env.diverted !== undefined) {
    return [{ ...one, fate: { kind: 'delivered', listener: listenerAt(host, one.env.diverted), transparent: true } }];
  }
  const shares = listenerShares(space, one.env).flatMap(({ listener, set }) => {
    const part = manager.and(one.set, set);
    return part === EMPTY ? [] : [{ listener, part }];
  });
  const rest = manager.minus(one.set, manager.any(shares.map(({ part }) => part)));
  const taken = (set: Bdd, listener: Listener | undefined): FateClass => ({
    ...one,
    set,
    fate: { kind: 'delivered', listener, transparent: false },
  });
  return [...shares.map(({ listener, part }) => taken(part, listener)), ...(rest === EMPTY ? [] : [taken(rest, undefined)])];
}

function listenerAt({ listeners }: Host, index: number): Listener | undefined {
  return listeners[index];
}

function mergeFates(space: Space, ends: readonly FateClass[]): readonly FateClass[] {
  const groups = new Map<string, FateClass[]>();
  for (const end of ends) {
    const { fate } = end;
    const key =
      fate.kind === 'delivered' ? `${space.host.listeners.indexOf(fate.listener as Listener)} ${fate.transparent}` : JSON.stringify(fate);
    const group = `${fate.kind} ${key}`;
    const known = groups.get(group);
    if (known === undefined) groups.set(group, [end]);
    else known.push(end);
  }
  return [...groups.values()].flatMap((group) => merge(space, group, true));
}
