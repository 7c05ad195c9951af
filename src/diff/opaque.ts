/** Targets that are not modelled and after which two rulesets differ: the packets that come to them may be changed into any,
 *  and then meet what differs. */

import { memoize } from '../lib/memo.ts';
import { does } from '../netfilter/everyEffect.ts';
import { chainsCalled } from '../ruleset/chainsCalled.ts';
import type { Rule, Ruleset, Table } from '../ruleset/ruleset.ts';
import { chainsLeadingTo } from '../symbolic/walk/callers.ts';
import { rulesAfter } from '../symbolic/walk/reachableAfter.ts';
import type { TraversalPoint } from './traversalPoint.ts';
import { placesOf } from './traversalPoint.ts';

export interface Differing {
  /** something that is not a rule differs */
  readonly everywhere: boolean;
  /** rules of this side that the other has not */
  readonly rules: ReadonlySet<Rule>;
}

/** `iif` undefined: for packets that are sent here. */
export function openTargets(ruleset: Ruleset, { everywhere, rules }: Differing, iif: string | undefined): ReadonlySet<Rule> {
  if (!ruleset.hasOpaqueTarget) return new Set();
  const places = placesOf(ruleset, iif);
  const open = new Set<Rule>();
  for (const [at, place] of places.entries()) {
    const { table } = place;
    const here = [...table.chains.values()]
      .flatMap((chain) => chain.rules)
      .filter((rule) => does(rule, 'unmodelled') && isCalledAt(place, rule));
    if (here.length === 0) continue;
    const later = places.slice(at + 1);
    const differsLater = everywhere || [...rules].some((rule) => later.some((place) => isCalledAt(place, rule)));
    for (const target of here) if (differsLater || differsBehind(target)) open.add(target);

    function differsBehind(target: Rule): boolean {
      const isTarget = (rule: Rule): boolean => rule === target;
      const later = rulesAfter(table, isTarget);
      // who comes to the target another way goes on another way
      const leading = chainsLeadingTo(table, ({ rules }) => rules.some(isTarget));
      return [...rules].some(
        (rule) => later.has(rule) || (rule.table === table.name && chainsCalled(rule, table).some((called) => leading.has(called))),
      );
    }
  }
  return open;
}

/** Jumps lead from the base chain to the rule's chain, whatever their rules ask. */
export function isCalledAt({ chain, table }: TraversalPoint, rule: Rule): boolean {
  return rule.table === table.name && chainsFrom(table, chain.name).has(rule.chain);
}

const chainsFrom = memoize(({ chains }: Table, base: string): ReadonlySet<string> => {
  const called = new Set([base]);
  // a Set grows while it is walked
  for (const name of called) {
    for (const rule of chains.get(name)?.rules ?? []) for (const chain of chainsCalled(rule, { chains })) called.add(chain);
  }
  return called;
});
