/** What NAT makes of answers of REJECT: simulate/translate.ts for them. */
import type { HookName } from '../../netfilter/hooks.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import { chosenBits, type Vector } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { answerTuple, rewrittenEnds } from './connectionBits.ts';
import type { Env } from './state.ts';

interface Place {
  readonly space: Space;
  readonly ruleset: Ruleset;
}

/** NAT has rewritten some of the packets that these answers are about, or may have. */
export function isTurnedBack({ usesConntrack }: Ruleset, { about, original }: Env): boolean {
  if (!usesConntrack || original === undefined || about === undefined) return false;
  const { src, dst } = rewrittenEnds(about.space, about.env);
  return src !== EMPTY || dst !== EMPTY;
}

/** Rewritten where the packets are that they are about: only those of them, whatever address the answer has itself. */
export function translatedAnswer({ space: { manager, has }, ruleset }: Place, hook: HookName, env: Env): Env {
  const { about, original, direction } = env;
  if (!ruleset.usesConntrack || original === undefined || about === undefined) return env;
  const ends = rewrittenEnds(about.space, about.env);
  const end = hook === 'PREROUTING' || hook === 'OUTPUT' ? 'dst' : 'src';
  const other = end === 'dst' ? 'src' : 'dst';
  // the answers to what NAT makes of this direction, turned round
  const from = direction === 'reply' ? original : answerTuple(about.env);
  const set = ends[direction === 'original' ? end : other];
  if (set === EMPTY) return env;
  const choose = (now: Vector, then: Vector): Vector => (set === FULL ? then : chosenBits(manager, set, { low: now, high: then }));
  // an error has no ports of its own
  const port = (now: Vector, then: Vector): Vector => (has.ports === EMPTY ? now : choose(now, then));
  return end === 'dst'
    ? { ...env, dst: choose(env.dst, from.src), dport: port(env.dport, from.sport) }
    : { ...env, src: choose(env.src, from.dst), sport: port(env.sport, from.dport) };
}
