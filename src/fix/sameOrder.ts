/** Rules of a chain that could as well stand the other way round: an edit that only passes such rules is tried once. */
import type { IntervalSet } from '../lib/intervals.ts';
import { everyMatch, firstEffect, hasOneEffect } from '../netfilter/everyEffect.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import { someLeaf } from '../netfilter/matchExpr.ts';
import type { Rule } from '../ruleset/ruleset.ts';

/** Of two neighbours: every packet is treated alike in both orders. False where that is not plain to see. */
export function canSwap(a: Rule, b: Rule): boolean {
  if (![a, b].every(isPlain)) return false;
  return isSameVerdict(a, b) || partsOf(a.match).some((one) => partsOf(b.match).some((other) => excludes(one, other)));
}

/** Of places in a chain those that differ for a rule that is put there, each with its equals; 0: before all of `others`. */
export function differingPlaces(rule: Rule, others: readonly Rule[]): (place: number) => number {
  let passed = 0;
  const blocks = [0, ...others.map((other) => (canSwap(rule, other) ? passed : ++passed))];
  return (place) => blocks[Math.min(place, others.length)] ?? passed;
}

/** Asking it leaves no trace, and the answer is one. */
function isPlain(rule: Rule): boolean {
  const isOpen = (match: MatchExpr): boolean => someLeaf(match, ({ kind }) => kind === 'chance' || kind === 'unmodelled');
  return rule.isPart !== true && hasOneEffect(rule) && !everyMatch(rule).some(isOpen);
}

function isSameVerdict(a: Rule, b: Rule): boolean {
  const [one, other] = [firstEffect(a), firstEffect(b)];
  return one.kind === other.kind && (one.kind === 'accept' || one.kind === 'drop' || one.kind === 'return');
}

/** Conditions that hold together. */
function partsOf(match: MatchExpr): readonly MatchExpr[] {
  return match.kind === 'and' ? match.of.flatMap(partsOf) : [match];
}

/** No packet has a field of both. */
function excludes(a: MatchExpr, b: MatchExpr): boolean {
  if (a.kind === 'not' && b.kind === 'in') return excludes(b, a);
  if (a.kind !== 'in') return false;
  if (b.kind === 'not') return b.of.kind === 'in' && b.of.field === a.field && isWithin(a.intervals, b.of.intervals);
  return (
    b.kind === 'in' && b.field === a.field && !a.intervals.some((one) => b.intervals.some(({ lo, hi }) => one.lo <= hi && lo <= one.hi))
  );
}

/** Each interval lies in one of the others. */
function isWithin(set: IntervalSet, others: IntervalSet): boolean {
  return set.every(({ lo, hi }) => others.some((other) => other.lo <= lo && hi <= other.hi));
}
