/** Rules that decide some packets, but none differently than the rest of the table would: without the rule every packet is treated the same.
 *  Proved for each rule by itself, over all packets in any state; of two rules that stand in for each other, both are found. */

import { BudgetError } from '../../lib/budget.ts';
import { effectKey } from '../../netfilter/effectKey.ts';
import { does, isIdleRule } from '../../netfilter/everyEffect.ts';
import { rulesOfTable } from '../../ruleset/everyRule.ts';
import type { BaseChain, Chain, Rule, Ruleset, Table } from '../../ruleset/ruleset.ts';
import { baseIn, basesOf } from '../../ruleset/stages.ts';
import { tableSize } from '../../ruleset/tableSize.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import type { Space, SpaceAround } from '../../symbolic/space/space.ts';
import { inOwnSpace } from '../../symbolic/space/space.ts';
import { anyStates } from '../../symbolic/walk/anyState.ts';
import { rulesAfter } from '../../symbolic/walk/reachableAfter.ts';
import type { PacketClass } from '../../symbolic/walk/state.ts';
import { whatDecided } from '../../symbolic/walk/state.ts';
import { keyOf } from '../../symbolic/walk/stateKeys.ts';
import { walkAlone } from '../../symbolic/walk/usedRules.ts';
import { chainEndsOf, redundantBySuffix, repeatedChains } from './redundantBySuffix.ts';

export interface Redundant {
  readonly rules: readonly Rule[];
  /** whether they are depends on something that is not modelled */
  readonly undecided: readonly Rule[];
  /** tables that are too large to be asked this */
  readonly skipped: readonly Table[];
}

/** Two walks of the table for each of its rules: more take too long. */
export const MAX_RULES = 400;
export const NODE_LIMIT = 3_000_000;
/** Of a long table, for it is a hint that costs. Rules by address and port take some 800 steps each. */
const LONG = { rule: 1_000, least: 3_000_000, most: 10_000_000 } as const;

export function redundantRules({ family, tables }: Ruleset, { host, budget }: SpaceAround): Redundant {
  const rules: Rule[] = [];
  const undecided: Rule[] = [];
  const skipped: Table[] = [];
  for (const table of tables.values()) {
    try {
      if (tableSize(table) > MAX_RULES) {
        const ask = () => inOwnSpace(family, { host, budget }, (space) => redundantInLong(space, table));
        const found = budget.share(1 / 2, ask, limitsOfLong(table));
        if (found === undefined) skipped.push(table);
        else rules.push(...found);
      } else {
        const ask = () => inOwnSpace(family, { host, budget }, (space) => redundantByWalks(space, table));
        for (const [rule, answer] of budget.share(1 / 2, ask, { nodes: NODE_LIMIT })) {
          if (answer === 'yes') rules.push(rule);
          else if (answer === 'unmodelled') undecided.push(rule);
        }
      }
    } catch (error) {
      if (!(error instanceof BudgetError)) throw error;
      skipped.push(table);
    }
  }
  return { rules, undecided, skipped };
}

/** Nodes are given back when the table is done. */
function limitsOfLong(table: Table): { readonly steps: number; readonly nodes: number } {
  const steps = Math.min(LONG.most, Math.max(LONG.least, LONG.rule * rulesOfTable(table).length));
  return { steps, nodes: Number.POSITIVE_INFINITY };
}

export type Answer = 'yes' | 'no' | 'unmodelled';

export function redundantByWalks(
  space: Space,
  table: Table,
  isAsked: (rule: Rule) => boolean = () => true,
): readonly (readonly [Rule, Answer])[] {
  const taken = takenBy(space, table);
  const later = rulesAfter(table, (rule) => does(rule, 'unmodelled'));
  const deciding = [...table.chains.values()]
    .flatMap(({ rules }) => rules)
    .filter((rule) => isAsked(rule) && !isIdleRule(rule) && !does(rule, 'unmodelled'));
  return deciding.flatMap((rule): readonly (readonly [Rule, Answer])[] => {
    const known = taken.get(rule);
    // packets that come to it only after an unmodelled target are in no class
    if (known === undefined) return later.has(rule) ? [[rule, 'unmodelled']] : [];
    const rest = without(table, rule);
    const answers = known.map(({ base, one, set }): Answer => {
      const part = [{ ...one, set }];
      return sameOutcomes(space, outcomes(space, { table, base }, part), outcomes(space, { table: rest, base: baseIn(rest, base) }, part));
    });
    if (answers.includes('no')) return [[rule, 'no']];
    return [[rule, later.has(rule) || answers.includes('unmodelled') ? 'unmodelled' : 'yes']];
  });
}

/** Rules that a packet may meet more than once are walked; undefined: there are too many, or the table is none for which this is known. */
export function redundantInLong(space: Space, table: Table): readonly Rule[] | undefined {
  const ends = chainEndsOf(table);
  if (ends === undefined) return undefined;
  const repeated = repeatedChains(table);
  const isRepeated = ({ chain }: Rule): boolean => repeated.has(chain);
  const all = rulesOfTable(table);
  if (all.filter(isRepeated).length * all.length > MAX_RULES ** 2) return undefined;
  const found = redundantBySuffix(space, table, ends);
  if (found === undefined) return undefined;
  const walked = repeated.size === 0 ? [] : redundantByWalks(space, table, isRepeated);
  const isFound = new Set([
    ...found.filter((rule) => !isRepeated(rule)),
    ...walked.flatMap(([rule, answer]) => (answer === 'yes' ? [rule] : [])),
  ]);
  return all.filter((rule) => isFound.has(rule));
}

interface Taken {
  readonly base: BaseChain;
  readonly one: PacketClass;
  set: Bdd;
}

/** Packets that each rule takes, as they come to the table: by base chain and state. */
function takenBy(space: Space, table: Table): ReadonlyMap<Rule, readonly Taken[]> {
  const classesAt = anyStates(space, table);
  const taken = new Map<Rule, Taken[]>();
  for (const base of basesOf(table)) {
    for (const one of classesAt(base.base.hook)) {
      const visit = (rule: Rule, _: Bdd, matching: Bdd): void => {
        if (matching === EMPTY) return;
        const entries = taken.get(rule) ?? [];
        taken.set(rule, entries);
        const known = entries.find((entry) => entry.one === one && entry.base === base);
        if (known === undefined) entries.push({ base, one, set: matching });
        else known.set = space.manager.or(known.set, matching);
      };
      walkAlone({ space, table, base, visit }, [one]);
    }
  }
  return taken;
}

export function without(table: Table, rule: Rule): Table {
  const chain = table.chains.get(rule.chain) as Chain;
  const rest: Chain = { ...chain, rules: chain.rules.filter((one) => one !== rule) };
  return { ...table, chains: new Map([...table.chains, [chain.name, rest]]) };
}

interface Outcomes {
  /** packets by what the table does to them */
  readonly sets: ReadonlyMap<string, Bdd>;
  /** those that come to an unmodelled target */
  readonly unclear: Bdd;
}

function outcomes(
  space: Space,
  { table, base }: { readonly table: Table; readonly base: BaseChain | undefined },
  classes: readonly PacketClass[],
): Outcomes {
  const { accepted, ended } = walkAlone({ space, table, base }, classes);
  const sets = new Map<string, Bdd>();
  const add = (one: PacketClass, end: string): void => {
    const effect = whatDecided(one);
    const how = effect === undefined || effect.kind === 'accept' || effect.kind === 'drop' ? '' : effectKey(effect);
    const key = `${end} ${how} ${keyOf(one.env, one.doubts)}`;
    sets.set(key, space.manager.or(sets.get(key) ?? EMPTY, one.set));
  };
  for (const one of accepted) add(one, 'accepted');
  for (const one of ended) if (one.end !== 'undecided') add(one, one.end);
  return { sets, unclear: space.manager.any(ended.filter(({ end }) => end === 'undecided').map(({ set }) => set)) };
}

/** Diagrams of one manager: equal sets are equal numbers. */
function sameOutcomes({ manager }: Space, left: Outcomes, right: Outcomes): Answer {
  const unclear = manager.or(left.unclear, right.unclear);
  const keys = [...new Set([...left.sets.keys(), ...right.sets.keys()])];
  const known = (one: Outcomes, key: string): Bdd => manager.minus(one.sets.get(key) ?? EMPTY, unclear);
  if (!keys.every((key) => known(left, key) === known(right, key))) return 'no';
  return unclear === EMPTY ? 'yes' : 'unmodelled';
}
