/** Which rejected packets are answered, and which are dropped as far as anybody can see: simulate/answer.ts for sets. */

import { BudgetError, budgetReason } from '../../lib/budget.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import type { Space } from '../space/space.ts';
import type { Arrived, Start } from './answerWay.ts';
import { startsOf, walkAnswers } from './answerWay.ts';
import { type Doubt, type PacketClass, whatDecided } from './state.ts';
import { keyOf } from './stateKeys.ts';
import type { FateClass } from './traverse.ts';

interface Group {
  start: Start;
  readonly of: { readonly one: PacketClass; readonly part: Start }[];
}

/** Classes that a REJECT ended, by what becomes of its answer. Answers that start alike are walked once. */
export function byAnswers(space: Space, ruleset: Ruleset, classes: readonly PacketClass[]): readonly FateClass[] {
  const { manager } = space;
  const groups = new Map<string, Group>();
  const fates: FateClass[] = [];
  for (const one of classes) {
    let left = one.set;
    for (const part of startsOf(space, one, { name: nameOf(one), tracks: ruleset.usesConntrack })) {
      left = manager.minus(left, part.set);
      const key = keyOf(part.env, []);
      const known = groups.get(key);
      if (known === undefined) groups.set(key, { start: part, of: [{ one, part }] });
      else {
        known.start = { ...known.start, set: manager.or(known.start.set, part.set) };
        known.of.push({ one, part });
      }
    }
    if (left !== EMPTY) fates.push({ ...one, set: left, fate: { kind: 'dropped' } });
  }
  for (const { start, of } of groups.values()) {
    const ends = orTooHard(ruleset, start);
    for (const { one, part } of of) {
      for (const end of ends) {
        const set = manager.and(part.set, end.of.set);
        if (set !== EMPTY) fates.push(fateOf({ ...one, set }, end));
      }
    }
  }
  return fates;
}

function nameOf(one: PacketClass): string {
  const did = whatDecided(one);
  return did?.kind === 'reject' ? did.with : '';
}

/** What is undecided is so at the answer's place, by the rule that it came to. */
function fateOf(one: PacketClass, { end, of }: Arrived): FateClass {
  const doubts = [...one.doubts, ...of.doubts];
  if (end === 'undecided') {
    const { decided, did } = of.decided === undefined ? one : of;
    // what names no rule is about the one that refuses
    const rule = decided === undefined ? {} : { rule: decided };
    return { ...one, env: of.env, doubts: doubts.map((doubt) => ({ ...rule, ...doubt })), decided, did, fate: { kind: 'undecided' } };
  }
  return { ...one, doubts, fate: { kind: end === 'answered' ? 'rejected' : 'dropped' } };
}

/** Answers may not take what the packets themselves need. */
const SHARE = 1 / 8;

function orTooHard(ruleset: Ruleset, start: Start): readonly Arrived[] {
  try {
    return start.space.budget.share(SHARE, () => walkAnswers(ruleset, start));
  } catch (error) {
    if (!(error instanceof BudgetError) || error.resource === 'time') throw error;
    const doubt: Doubt = { why: 'unmodelled', what: budgetReason(error) };
    return [{ end: 'undecided', of: { set: start.set, env: start.env, doubts: [doubt], decided: undefined } }];
  }
}
