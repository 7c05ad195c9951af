/** The way of the answer that REJECT makes, for all packets of a class: whether it comes to the sender. The answers are a host's own
 *  packets, which routing and the rules of OUTPUT and POSTROUTING may stop, and for a sender here those of PREROUTING and INPUT on lo. */
import { errorOf } from '../../netfilter/rejectAnswer.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import type { Space } from '../space/space.ts';
import { isTurnedBack } from './answerNat.ts';
import { answersPass } from './answerRules.ts';
import { errorSources, linkOf } from './answerSource.ts';
import { answerEnv, answerSpace } from './answerSpace.ts';
import { type Following, follow } from './follow.ts';
import type { HookResult } from './hook.ts';
import { routeOutputOfSets } from './moves.ts';
import type { Env, PacketClass } from './state.ts';
import { type EnvPart, partsKey } from './stateKeys.ts';

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

/** They follow the way of every packet that is sent here. */
export function walkAnswers(ruleset: Ruleset, { space, env, set }: Start): readonly Arrived[] {
  const ends: Arrived[] = [];
  const answered = (of: PacketClass): void => {
    ends.push({ end: 'answered', of });
  };
  const isReset = errorOf(env.about?.name ?? '') === undefined;
  const passes = answersPass(ruleset, isReset ? 'reset' : 'error');
  const following: Following = {
    walk: { space, ruleset },
    routeOutput: (one) => routeAnswers(space, one),
    // what NAT turns back is routed again, maybe to lo
    isPassed: ({ env: own }, hook) => {
      if (hook === 'FORWARD' || !passes.out || isTurnedBack(ruleset, own)) return false;
      // a mark that OUTPUT sets may matter on lo
      return passes.back || ((hook === 'OUTPUT' || hook === 'POSTROUTING') && own.way?.oif !== 'lo');
    },
    onEnd: ({ end, ...of }) => ends.push({ end: end === 'undecided' ? 'undecided' : 'unanswered', of }),
    onLeave: answered,
    onArrival: answered,
  };
  follow(following, 'send', [{ set, env, doubts: [], decided: undefined }]);
  return ends;
}

/** The same for all answers that are routed by the same: told once for each, and cut to these. */
function routeAnswers(space: Space, { set, env }: Pick<Start, 'set' | 'env'>): HookResult {
  const { manager } = space;
  const known = routesOf.get(space) ?? new Map<string, HookResult>();
  routesOf.set(space, known);
  const key = partsKey(env, '', ROUTED_BY);
  const all = known.get(key) ?? routeOutputOfSets(space, { set: FULL, env, doubts: [], decided: undefined });
  known.set(key, all);
  const cut = <T extends PacketClass>(classes: readonly T[]): readonly T[] =>
    classes.flatMap((one) => {
      const part = manager.and(one.set, set);
      return part === EMPTY ? [] : [{ ...one, set: part, env: { ...env, way: one.env.way } }];
    });
  return { on: cut(all.on), ended: cut(all.ended) };
}

const routesOf = new WeakMap<Space, Map<string, HookResult>>();

/** What routeOutputOfSets looks at. */
const ROUTED_BY: ReadonlySet<EnvPart> = new Set<EnvPart>(['src', 'dst', 'sport', 'dport', 'tos', 'mark', 'way', 'oif', 'owned']);
