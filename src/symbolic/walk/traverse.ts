/** The way of all packets through one host's rules: simulate/traverse.ts for sets. Sockets bound to an interface are left out. */

import type { Host, Listener } from '../../host/host.ts';
import { STEPS_OF_A_MOVE } from '../../lib/budget.ts';
import { type ForcedState, OPPOSITE_END, TUPLE_ENDS } from '../../netfilter/firstState.ts';
import type { HookName } from '../../netfilter/hooks.ts';
import type { LostReason } from '../../netfilter/lost.ts';
import type { Rule, Ruleset } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import { atMostOne, constant, decrement, equal } from '../diagrams/vector.ts';
import { type Space, widthOf } from '../space/space.ts';
import { byAnswers } from './answers.ts';
import type { HookResult, HookWalk } from './hook.ts';
import { walkHook } from './hook.ts';
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

/** Packets that fare alike: `set` is what they were at the start. Without doubts the classes of one traversal are disjoint. */
export interface FateClass extends PacketClass {
  readonly fate: ClassFate;
}

export interface WalkQuestion {
  readonly space: Space;
  readonly ruleset: Ruleset;
  /** packets to follow, as they are at the start */
  readonly within?: Bdd;
  /** told of every rule, who reaches it and who matches it */
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
  if (iif === undefined) send();
  else arrive(iif);
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

  function hook(name: HookName, classes: readonly PacketClass[], devices: (one: PacketClass) => Devices): readonly PacketClass[] {
    return keep(
      walkHook(
        walk,
        name,
        merge(
          space,
          classes.map((one) => ({ ...one, env: { ...one.env, ...devices(one) } })),
        ),
      ),
    );
  }

  function send(): void {
    const routed = keep(routeOutputOfSets(space, start, false));
    const devices = ({ env }: PacketClass): Devices => ({ iif: undefined, oif: env.way?.oif });
    const sent = hook('POSTROUTING', hook('OUTPUT', routed, devices), devices);
    for (const one of sent) if (one.env.way?.oif !== 'lo') ends.push({ ...one, fate: { kind: 'sent', oif: one.env.way?.oif ?? '' } });
    const back = sent.filter(({ env }) => env.way?.oif === 'lo').map((one) => ({ ...one, env: loopedBack(one.env) }));
    const over = keep(each(space, back, (one) => refuseArrivals(space, one, 'lo')));
    deliver(hook('PREROUTING', over, () => ({ iif: 'lo', oif: undefined })));
  }

  function arrive(name: string): void {
    const arrived = hook('PREROUTING', keep(refuseArrivals(space, start, name)), () => ({ iif: name, oif: undefined }));
    const routed = keep(each(space, arrived, (one) => routeInputOfSets(space, one)));
    deliver(routed.filter(({ env }) => env.way?.local === true));
    forward(
      name,
      routed.filter(({ env }) => env.way?.local === false),
    );
  }

  function forward(name: string, classes: readonly PacketClass[]): void {
    const passing = each(space, classes, (one) => {
      if (one.env.diverted !== undefined) return { on: [], ended: [{ ...one, end: 'not-forwarding' }] };
      const expired = space.manager.and(one.set, atMostOne(space.manager, one.env.ttl));
      const alive = space.manager.minus(one.set, expired);
      return {
        on: alive === EMPTY ? [] : [{ ...one, set: alive, env: { ...one.env, ttl: decrement(space.manager, one.env.ttl) } }],
        ended: expired === EMPTY ? [] : [{ ...one, set: expired, end: 'ttl-exceeded' }],
      };
    });
    const devices = ({ env }: PacketClass): Devices => ({ iif: name, oif: env.way?.oif });
    for (const one of hook('POSTROUTING', hook('FORWARD', keep(passing), devices), devices)) {
      ends.push({ ...one, fate: { kind: 'forwarded', oif: one.env.way?.oif ?? '' } });
    }
  }

  /** Takes the later fragments away: they wait for the others, IPv4 before INPUT, IPv6 after it. */
  function waiting(classes: readonly PacketClass[]): readonly PacketClass[] {
    const first = equal(space.manager, space.start.fragOffset, 0);
    return keep(
      each(space, classes, (one) => {
        const set = space.manager.and(one.set, first);
        const later = space.manager.minus(one.set, first);
        return {
          on: set === EMPTY ? [] : [{ ...one, set }],
          ended: later === EMPTY ? [] : [{ ...one, set: later, end: 'awaiting-fragments' }],
        };
      }),
    );
  }

  function deliver(classes: readonly PacketClass[]): void {
    const complete = space.family === 4 ? waiting(classes) : classes;
    const arrived = hook('INPUT', complete, ({ env }) => ({ iif: env.iif, oif: undefined }));
    for (const one of space.family === 4 ? arrived : waiting(arrived)) for (const taken of takers(space, one)) ends.push(taken);
  }
}

/** Of answers under NAT only those from where NAT led their question: there ends are known, which keeps the diagrams small. */
function answersOnly({ manager, start }: Space, forced: ForcedState | undefined): Bdd {
  const { rewritten = {} } = forced ?? {};
  return manager.all(
    TUPLE_ENDS.map((end) => {
      const value = rewritten[end];
      return value === undefined ? FULL : equal(manager, start[OPPOSITE_END[end]], value);
    }),
  );
}

function knownEnds({ family }: Space, forced: ForcedState | undefined): Partial<PacketClass['env']> {
  const { rewritten = {} } = forced ?? {};
  return Object.fromEntries(
    TUPLE_ENDS.flatMap((end) => {
      const value = rewritten[end];
      return value === undefined ? [] : [[OPPOSITE_END[end], constant(value, widthOf(end, family))]];
    }),
  );
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
