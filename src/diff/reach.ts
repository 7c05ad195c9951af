/** Packets that may match one of some rules: more perhaps, never fewer, and found without walking the other rules. */

import { memoize } from '../lib/memo.ts';
import { isIdleRule } from '../netfilter/everyEffect.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import { chainsCalled } from '../ruleset/chainsCalled.ts';
import type { Rule, Ruleset, Table } from '../ruleset/ruleset.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY, FULL } from '../symbolic/diagrams/bdd.ts';
import type { Space } from '../symbolic/space/space.ts';
import { encode } from '../symbolic/walk/encode.ts';
import type { Env } from '../symbolic/walk/state.ts';
import { remembers } from './stateful.ts';
import type { TraversalPoint } from './traversalPoint.ts';
import { envAt, knownPart, placesOf } from './traversalPoint.ts';

export interface ReachQuestion {
  readonly rules: ReadonlySet<Rule>;
  /** undefined: packets that are sent here */
  readonly iif: string | undefined;
}

/** One set a rule and place. */
export function mayMatch(space: Space, ruleset: Ruleset, { rules, iif }: ReachQuestion): readonly Bdd[] {
  if (rules.size === 0) return [];
  const at = (place: TraversalPoint): AtPlace => ({ space, env: envAt(space, place), part: (expr) => knownPart(expr, place) });
  return placesOf(ruleset, iif).flatMap((place) => mayMatchAt(place, rules, at));
}

/** What is known of packets at a place. */
export interface AtPlace {
  readonly space: Space;
  readonly env: Env;
  /** the condition as far as it asks about what is known */
  readonly part: (expr: MatchExpr) => MatchExpr;
}

export function mayMatchAt(place: TraversalPoint, rules: ReadonlySet<Rule>, at: (place: TraversalPoint) => AtPlace): readonly Bdd[] {
  const here = [...rules].filter((rule) => rule.table === place.table.name && (!isIdleRule(rule) || remembers(rule)));
  return here.length === 0 ? [] : inTable(place, here, at(place));
}

/** Backwards from the rules to the base chain, by the rules that lead there. */
function inTable(place: TraversalPoint, rules: readonly Rule[], { space, env, part }: AtPlace): readonly Bdd[] {
  const { manager } = space;
  const matching = (rule: Rule): Bdd => encode(space, env, part(rule.match)).may;
  const callers = callersOf(place.table, 'all');
  const reach = new Map<string, Bdd>([[place.chain.name, FULL]]);
  const known = (chain: string): Bdd => reach.get(chain) ?? EMPTY;
  const reaching = (wanted: string): Bdd => {
    // chains call each other deeper than functions can
    const open = reach.has(wanted) ? [] : [wanted];
    for (let chain = open.at(-1); chain !== undefined; chain = open.at(-1)) {
      const calls = callers.get(chain) ?? [];
      const before = open.length;
      // a loop of chains is not reached, or the kernel would have refused it
      if (!reach.has(chain)) {
        reach.set(chain, EMPTY);
        for (const rule of calls) if (!reach.has(rule.chain)) open.push(rule.chain);
      }
      if (open.length > before) continue;
      open.pop();
      const ways = calls.map((rule) => (known(rule.chain) === EMPTY ? EMPTY : manager.and(known(rule.chain), matching(rule))));
      if (chain !== place.chain.name) reach.set(chain, manager.any(ways));
    }
    return known(wanted);
  };
  return rules.flatMap((rule) => {
    const from = reaching(rule.chain);
    const set = from === EMPTY ? EMPTY : manager.and(from, matching(rule));
    return set === EMPTY ? [] : [set];
  });
}

const callersOf = memoize(({ chains }: Table, _: 'all'): ReadonlyMap<string, readonly Rule[]> => {
  const callers = new Map<string, Rule[]>();
  for (const { rules } of chains.values()) {
    for (const rule of rules) {
      for (const called of chainsCalled(rule, { chains })) {
        const known = callers.get(called);
        if (known === undefined) callers.set(called, [rule]);
        else known.push(rule);
      }
    }
  }
  return callers;
});
