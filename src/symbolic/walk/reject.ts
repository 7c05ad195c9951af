/** REJECT for all packets of a class: those that it answers, and those that it drops without a word. */
import type { Effect } from '../../netfilter/effect.ts';
import { isAnswered } from '../../netfilter/rejectAnswer.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import type { Space } from '../space/space.ts';
import { encode } from './encode.ts';
import type { PacketClass } from './state.ts';
import type { EndedClass } from './tableWalk.ts';

export function rejected(
  space: Space,
  hit: PacketClass,
  { rule, effect }: { readonly rule: Rule; readonly effect: Extract<Effect, { kind: 'reject' }> },
): readonly EndedClass[] {
  const { manager } = space;
  const answered = manager.and(hit.set, encode(space, hit.env, isAnswered(effect, space.family)).must);
  const ends = [
    { set: answered, end: 'rejected' },
    { set: manager.minus(hit.set, answered), end: 'dropped' },
  ] as const;
  return ends.flatMap(({ set, end }) => (set === EMPTY ? [] : [{ ...hit, set, decided: rule, did: effect, end }]));
}
