/** The way of all packets through one host's rules: simulate/traverse.ts for sets. Sockets bound to an interface are left out. */

import { pastRules } from '../../host/bridge.ts';
import type { Host, Listener } from '../../host/host.ts';
import { STEPS_OF_A_MOVE } from '../../lib/budget.ts';
import type { ForcedState } from '../../netfilter/firstState.ts';
import type { HookName } from '../../netfilter/hooks.ts';
import type { LostReason } from '../../netfilter/lost.ts';
import type { Rule, Ruleset } from '../../ruleset/ruleset.ts';
import { putsTogetherFirst } from '../../ruleset/stages.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import { equal, vectorIn } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { byAnswers } from './answers.ts';
import { type Following, follow } from './follow.ts';
import { amongOthers, apartFromOthers } from './laterFragments.ts';
import { listenerShares } from './listeners.ts';
import type { PacketClass } from './state.ts';
import { merge, startEnv } from './state.ts';
import type { EndedClass } from './tableWalk.ts';

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
  const whole = putsTogetherFirst(ruleset) ? space.manager.and(within, passesDefrag(space, iif)) : within;
  const env = startEnv(space, { iif, owned: iif === undefined });
  const start: PacketClass = { set: whole, env, doubts: [], decided: undefined };
  const fragments = space.manager.minus(within, whole);
  if (fragments !== EMPTY) ends.push({ ...start, set: fragments, fate: { kind: 'lost', reason: 'awaiting-fragments' } });
  if (whole === EMPTY) return ends;
  const following: Following = {
    walk: { space, ruleset, ...(visit === undefined ? {} : { visit }), ...(forced === undefined ? {} : { forced }) },
    iif,
    onEnd: (one) => {
      if (one.end === 'rejected') rejected.push(withoutEnd(one));
      else ends.push(fateOfEnd(one));
    },
    onLeave: (one, kind) => ends.push({ ...one, fate: { kind, oif: one.env.way?.oif ?? '' } }),
    onArrival: (one) => {
      for (const taken of takers(space, one)) ends.push(taken);
    },
  };
  follow(following, iif === undefined ? 'send' : 'arrive', apartFromOthers(space, ruleset, start));
  // not `push(...)`, which takes no more than functions have arguments
  for (const one of byAnswers(space, ruleset, merge(space, rejected, true))) ends.push(one);
  return mergeFates(space, ends.map(amongOthers));
}

/** Later fragments wait for the others, unless a bridge takes them past all rules. */
function passesDefrag({ manager, host, family, start }: Space, iif: string | undefined): Bdd {
  const past = iif === undefined ? undefined : pastRules(host, family, iif);
  return manager.any([equal(manager, start.fragOffset, 0), past === undefined ? EMPTY : vectorIn(manager, start.dst, past.dst)]);
}

function withoutEnd({ end: _, ...one }: EndedClass): PacketClass {
  return one;
}

function fateOfEnd(one: EndedClass): FateClass {
  const { end, policy: _, ...rest } = one;
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
  const { shares: all, taken: bySome } = listenerShares(space, one.env);
  const shares = all.flatMap(({ listener, set }) => {
    const part = manager.and(one.set, set);
    return part === EMPTY ? [] : [{ listener, part }];
  });
  const rest = manager.minus(one.set, bySome);
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
