/** The way of the answer that REJECT makes, for all packets of a class: whether it comes to the sender. The answers are a host's own
 *  packets, which routing and the rules of OUTPUT and POSTROUTING may stop, and for a sender here those of PREROUTING and INPUT on lo. */
import type { HookName } from '../../netfilter/hooks.ts';
import { errorOf } from '../../netfilter/rejectAnswer.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import type { Space } from '../space/space.ts';
import { answersPass } from './answerRules.ts';
import { errorSources, linkOf } from './answerSource.ts';
import { answerEnv, answerSpace } from './answerSpace.ts';
import type { HookResult, HookWalk } from './hook.ts';
import { walkHook } from './hook.ts';
import { refuseArrivals, routeOutputOfSets } from './moves.ts';
import type { Env, PacketClass } from './state.ts';
import { merge } from './state.ts';
import { bitsText } from './stateKeys.ts';

/** Answers that start alike. */
export interface Start {
  /** of the answer */
  readonly space: Space;
  readonly env: Env;
  readonly set: Bdd;
}

/** Packets of a start; where it depends on something, with what. */
export interface Arrived {
  readonly end: 'answered' | 'unanswered' | 'undecided';
  readonly of: PacketClass;
}

/** What of a class is answered at all, from where. */
export function startsOf(space: Space, { set, env }: PacketClass, { name, tracks }: { readonly name: string; readonly tracks: boolean }) {
  const own = answerSpace(space, name);
  const made = answerEnv(space, env, { name, tracks });
  const sources = errorOf(name) === undefined ? [{ set, src: env.dst }] : errorSources(space, env, set);
  const dev = errorOf(name) === undefined ? undefined : linkOf(space, env);
  // the link that a neighbour is on is where a packet that is routed again has it
  const way = dev === undefined ? undefined : { oif: dev, local: false, via: undefined };
  return sources.map((source): Start => ({ space: own, set: source.set, env: { ...made, src: source.src, way } }));
}

export function walkAnswers(ruleset: Ruleset, { space, env, set }: Start): readonly Arrived[] {
  const ends: Arrived[] = [];
  const walk: HookWalk = { space, ruleset, reroute: (classes) => each(classes, (one) => routeOutputOfSets(space, one, true)) };
  const routed = keep(routeAnswers(space, { set, env }));
  const isReset = errorOf(env.about?.name ?? '') === undefined;
  const passes = answersPass(ruleset, isReset ? 'reset' : 'error');
  const off = passes.out ? routed.filter(({ env: { way } }) => way?.oif !== 'lo') : [];
  const back = passes.out && passes.back ? routed.filter(({ env: { way } }) => way?.oif === 'lo') : [];
  for (const one of off) ends.push({ end: 'answered', of: one });
  const asked = routed.filter((one) => !off.includes(one) && !back.includes(one));
  const devices = ({ env: { way } }: PacketClass) => ({ iif: undefined, oif: way?.oif });
  const sent = hook('POSTROUTING', hook('OUTPUT', asked, devices), devices);
  for (const one of sent) if (one.env.way?.oif !== 'lo') ends.push({ end: 'answered', of: one });
  const over = [...back, ...sent.filter(({ env: { way } }) => way?.oif === 'lo')].map((one) => ({
    ...one,
    env: loopedBack(space, one.env),
  }));
  const arrived = keep(each(over, (one) => refuseArrivals(space, one, 'lo')));
  const on = () => ({ iif: 'lo', oif: undefined });
  const taken = back.length > 0 ? arrived : hook('INPUT', hook('PREROUTING', arrived, on), on);
  for (const one of taken) ends.push({ end: 'answered', of: one });
  return ends;

  function keep({ on, ended }: HookResult): readonly PacketClass[] {
    for (const { end, ...one } of ended) ends.push({ end: end === 'undecided' ? 'undecided' : 'unanswered', of: one });
    return merge(space, on);
  }

  function hook(name: HookName, classes: readonly PacketClass[], at: (one: PacketClass) => Pick<Env, 'iif' | 'oif'>) {
    const there = classes.map((one) => ({ ...one, env: { ...one.env, ...at(one) } }));
    return keep(walkHook(walk, name, merge(space, there)));
  }
}

/** The same for all answers from and to these addresses: told once for each, and cut to these. */
function routeAnswers(space: Space, { set, env }: Pick<Start, 'set' | 'env'>): HookResult {
  const { manager } = space;
  const known = routesOf.get(space) ?? new Map<string, HookResult>();
  routesOf.set(space, known);
  const key = `${env.way?.oif ?? ''} ${bitsText(env.src)} ${bitsText(env.dst)}`;
  const all = known.get(key) ?? routeOutputOfSets(space, { set: FULL, env, doubts: [], decided: undefined }, env.way !== undefined);
  known.set(key, all);
  const cut = <T extends PacketClass>(classes: readonly T[]): readonly T[] =>
    classes.flatMap((one) => {
      const part = manager.and(one.set, set);
      return part === EMPTY ? [] : [{ ...one, set: part, env: { ...env, way: one.env.way } }];
    });
  return { on: cut(all.on), ended: cut(all.ended) };
}

const routesOf = new WeakMap<Space, Map<string, HookResult>>();

function each(classes: readonly PacketClass[], step: (one: PacketClass) => HookResult): HookResult {
  const results = classes.map(step);
  return { on: results.flatMap(({ on }) => on), ended: results.flatMap(({ ended }) => ended) };
}

/** An error made here stays marked as one, whether it is about a connection or not. */
function loopedBack({ has }: Space, env: Env): Env {
  if (env.original !== undefined || env.state === 'UNTRACKED' || has.ports === EMPTY) return { ...env, owned: false };
  return { ...env, owned: false, tracked: false, zone: 0, replyZone: 0, state: undefined };
}
