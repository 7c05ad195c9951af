/** A ruleset without the rules that no packet of a set can match: for those packets the same, and much smaller. */

import type { Interval } from '../lib/intervals.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import { columnsOf } from '../netfilter/matchExpr.ts';
import { chainsCalled } from '../ruleset/chainsCalled.ts';
import type { Chain, Rule, Ruleset, Table } from '../ruleset/ruleset.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY, FULL } from '../symbolic/diagrams/bdd.ts';
import { intervalsOf, project } from '../symbolic/space/project.ts';
import type { Space, StartField } from '../symbolic/space/space.ts';
import { widthOf } from '../symbolic/space/space.ts';
import { encode } from '../symbolic/walk/encode.ts';
import { answerNames, answerPlaces, mayMeet } from './answers.ts';
import type { TraversalPoint } from './traversalPoint.ts';
import { envAt, isKnown, knownPart, placesOf } from './traversalPoint.ts';

export interface SliceQuestion {
  readonly within: Bdd;
  /** undefined: packets that are sent here */
  readonly iif: string | undefined;
}

export function sliceOf(space: Space, ruleset: Ruleset, { within, iif }: SliceQuestion): Ruleset {
  if (within === FULL) return ruleset;
  const kept = new Set<Rule>();
  const ranges = rangesOf(space, within);
  const couldMatch = (place: TraversalPoint, { match }: Rule): boolean =>
    !isOutside(match, place, ranges) &&
    space.manager.and(within, encode(space, envAt(space, place), knownPart(match, place)).may) !== EMPTY;
  for (const place of placesOf(ruleset, iif)) keepIn(place, kept, (rule) => couldMatch(place, rule));
  const names = answerNames(kept);
  if (names.length > 0)
    for (const place of answerPlaces(ruleset)) keepIn(place, kept, (rule) => names.some((name) => mayMeet(space, { place, name }, rule)));
  const tables = [...ruleset.tables].map(([name, table]) => [name, sliceTable(table, kept)] as const);
  return { ...ruleset, tables: new Map(tables) };
}

function sliceTable(table: Table, kept: ReadonlySet<Rule>): Table {
  const called = new Set([...kept].flatMap((rule) => chainsCalled(rule, table)));
  const chains = [...table.chains].flatMap(([name, chain]): readonly (readonly [string, Chain])[] => {
    if (chain.base === undefined && !called.has(name)) return [];
    return [[name, { ...chain, rules: chain.rules.filter((rule) => kept.has(rule)) }]];
  });
  return { ...table, chains: new Map(chains) };
}

/** From the base chain down: a chain is entered when some packet may be. */
function keepIn({ table: { chains }, chain: base }: TraversalPoint, kept: Set<Rule>, couldMatch: (rule: Rule) => boolean): void {
  const entered = new Set<string>([base.name]);
  // a Set grows while it is walked
  for (const name of entered) {
    for (const rule of chains.get(name)?.rules ?? []) {
      const called = chainsCalled(rule, { chains });
      const matched = (kept.has(rule) && called.length === 0) || couldMatch(rule);
      if (!matched) continue;
      kept.add(rule);
      for (const chain of called) entered.add(chain);
    }
  }
}

/** The values that a field has in the set, for fields that are not free. */
type Ranges = ReadonlyMap<string, readonly Interval<bigint>[]>;

const RANGED: readonly StartField[] = ['dst', 'src', 'dport', 'sport', 'proto', 'uid', 'gid'];
const MOST_RANGES = 64;

function rangesOf(space: Space, set: Bdd): Ranges {
  const { manager, offsets, family } = space;
  const ranges = new Map<string, readonly Interval<bigint>[]>();
  for (const field of RANGED) {
    const place = { start: offsets[field], width: widthOf(field, family) };
    const values = project(manager, set, place);
    const intervals = values === FULL ? undefined : intervalsOf(manager, values, place, MOST_RANGES);
    if (intervals !== undefined) ranges.set(field, intervals);
  }
  return ranges;
}

/** No value of the set's packets is one that the condition matches: cheaper than a diagram for each of thousands of rules. */
function isOutside(expr: MatchExpr, place: TraversalPoint, ranges: Ranges): boolean {
  if (expr.kind === 'and') return expr.of.some((part) => isOutside(part, place, ranges));
  if (expr.kind === 'or') return expr.of.every((part) => isOutside(part, place, ranges));
  if (expr.kind === 'tuple') return columnsOf(expr).some((column) => isOutside(column, place, ranges));
  if (expr.kind !== 'in' || !isKnown(expr.field, place)) return false;
  const values = ranges.get(expr.field);
  if (values === undefined) return false;
  const asked = expr.intervals as readonly Interval<number | bigint>[];
  return !asked.some(({ lo, hi }) => values.some((range) => range.lo <= hi && lo <= range.hi));
}
