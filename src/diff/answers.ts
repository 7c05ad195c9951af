/** Rules that the answers of REJECT meet, and whose packets are theirs: a change in OUTPUT may decide who is answered. */
import { does, effectsOfKind } from '../netfilter/everyEffect.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import { askingOnly, unmodelled } from '../netfilter/matchExpr.ts';
import type { Rule, Ruleset } from '../ruleset/ruleset.ts';
import { EMPTY } from '../symbolic/diagrams/bdd.ts';
import type { Space } from '../symbolic/space/space.ts';
import { answerSpace } from '../symbolic/walk/answerSpace.ts';
import { encode } from '../symbolic/walk/encode.ts';
import { isCalledAt } from './opaque.ts';
import { envAt, NEVER_CHANGED, placesOf, type TraversalPoint } from './traversalPoint.ts';

/** REJECT rules of a ruleset, if their answers may meet some of these rules there. */
export function answeredBy(space: Space, ruleset: Ruleset, rules: ReadonlySet<Rule>): readonly Rule[] {
  if (rules.size === 0) return [];
  const refusing = [...ruleset.tables.values()].flatMap(({ chains }) =>
    [...chains.values()].flatMap((chain) => chain.rules.filter((rule) => does(rule, 'reject'))),
  );
  const names = answerNames(refusing);
  if (names.length === 0) return [];
  const places = answerPlaces(ruleset);
  const meets = (rule: Rule): boolean =>
    places.some((place) => isCalledAt(place, rule) && names.some((name) => mayMeet(space, { place, name }, rule)));
  return [...rules].some(meets) ? refusing : [];
}

export function answerNames(rules: Iterable<Rule>): readonly string[] {
  return [...new Set([...rules].flatMap((rule) => effectsOfKind(rule, 'reject').map((effect) => effect.with)))];
}

/** Answers are sent here. NAT asks about them after routing only. */
export function answerPlaces(ruleset: Ruleset): readonly TraversalPoint[] {
  return placesOf(ruleset, undefined).filter(({ chain, hook }) => chain.base.kind !== 'nat' || hook === 'POSTROUTING');
}

export interface Meeting {
  readonly place: TraversalPoint;
  /** of the answer, as REJECT calls it */
  readonly name: string;
}

/** By what no rule can have changed: its protocol, that it has no socket, that it comes back over lo. */
export function mayMeet(space: Space, { place, name }: Meeting, { match }: Rule): boolean {
  return encode(answerSpace(space, name), envAt(space, place), steadyPart(match)).may !== EMPTY;
}

function steadyPart(expr: MatchExpr): MatchExpr {
  return askingOnly(expr, (field) => NEVER_CHANGED.has(field), unmodelled('depends on the packet that is answered'));
}
