/** What a rule does to a class of packets before its target acts. */

import { STEPS_OF_A_CLASS } from '../../lib/budget.ts';
import { hasOneEffect, isIdleRule } from '../../netfilter/everyEffect.ts';
import { mentionsUnmodelled } from '../../netfilter/matchExpr.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import { equal } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { firstSwitch } from './dispatch.ts';
import { doubtOf, eitherOdds } from './doubtOf.ts';
import { encode } from './encode.ts';
import { hasPacketAside } from './laidAside.ts';
import type { Doubt, PacketClass } from './state.ts';
import type { TableWalk } from './tableWalk.ts';

export interface SplitClass {
  readonly taken: readonly PacketClass[];
  readonly passed: readonly PacketClass[];
  /** what was worked on the set of the class */
  readonly steps: number;
}

/** The packets that a rule takes and those it lets pass. What is unknown goes both ways, with the doubt noted. `isMoot`: those that it takes
 *  pass as well. */
export function split(
  walk: Pick<TableWalk, 'space' | 'sureOnly' | 'visit' | 'open'>,
  one: PacketClass,
  rule: Rule,
  isMoot = false,
): SplitClass {
  const { manager, budget } = walk.space;
  budget.step(STEPS_OF_A_CLASS + one.doubts.length);
  const { must, may } = encode(walk.space, one.env, rule.match);
  const branches = firstSwitch(walk.space, one.env, rule);
  const before = budget.steps;
  const among = manager.and(one.set, branches.may);
  const certain = manager.and(among, must);
  const possible = must === may ? certain : manager.and(among, may);
  const isPassing = possible === EMPTY || isIdle(walk.space, rule, possible);
  const left = isPassing || isMoot ? one.set : manager.minus(one.set, possible);
  const steps = budget.steps - before;
  const isUnclear = certain !== possible && walk.sureOnly === true && mentionsUnmodelled(rule.match);
  const seen = isUnclear ? certain : possible;
  const shown = walk.sureOnly === true ? manager.and(seen, branches.must) : seen;
  const isShown = one.aside === undefined || walk.open?.isClosed(rule) === true || hasPacketAside(manager, shown, one.aside);
  walk.visit?.(rule, one.set, isShown ? shown : EMPTY);
  if (isPassing) return { taken: [], passed: [one], steps };
  const unknown = certain === possible || isUnclear ? EMPTY : manager.minus(possible, certain);
  // who asks for rules alone asks for no doubts, which are words
  const isSilent = unknown === EMPTY || walk.open !== undefined;
  const either = isSilent ? undefined : eitherOdds(doubtOf(walk.space, rule, rule.clauses), rule.match);
  const parts = (certainSet: Bdd, doubt: Doubt | undefined): readonly PacketClass[] => [
    ...(certainSet === EMPTY ? [] : [{ ...one, set: certainSet }]),
    ...(unknown === EMPTY ? [] : [{ ...one, set: unknown, doubts: doubt === undefined ? one.doubts : [...one.doubts, doubt] }]),
  ];
  return { taken: parts(certain, either?.taken), passed: isMoot ? [one] : parts(left, either?.passed), steps };
}

/** Only branches ask whether packets are fragments. */
function isIdle(space: Space, rule: Rule, set: Bdd): boolean {
  return isIdleRule(rule) || (!hasOneEffect(rule) && isIdleRule(rule, isWhole(space, set)));
}

function isWhole({ manager, start }: Space, set: Bdd): boolean {
  return manager.and(set, manager.not(equal(manager, start.fragOffset, 0))) === EMPTY;
}
