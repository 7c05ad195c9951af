/** Rules that decide some packets, but none otherwise than the rest of the table would: without the rule every packet fares the same.
 *  Proved for each rule by itself, over all packets in any state; of two rules that stand in for each other, both are found. */
import type { Host } from '../host/host.ts';
import type { Effect } from '../netfilter/effect.ts';
import type { HookName } from '../netfilter/hooks.ts';
import { TABLE_HOOKS } from '../netfilter/hooks.ts';
import type { Chain, Rule, Ruleset, Table } from '../ruleset/ruleset.ts';
import { anyStates } from '../symbolic/anyState.ts';
import type { Bdd } from '../symbolic/bdd.ts';
import { BudgetError, EMPTY } from '../symbolic/bdd.ts';
import type { Space } from '../symbolic/space.ts';
import { makeSpace } from '../symbolic/space.ts';
import type { PacketClass } from '../symbolic/state.ts';
import { keyOf } from '../symbolic/state.ts';
import { walkAlone } from '../symbolic/uses.ts';

export interface Redundant {
  readonly rules: readonly Rule[];
  /** tables that are too large to be asked this */
  readonly skipped: readonly Table[];
}

const MAX_RULES = 400;
const NODE_LIMIT = 3_000_000;

export function redundantRules({ family, tables }: Ruleset, host: Host): Redundant {
  const rules: Rule[] = [];
  const skipped: Table[] = [];
  for (const table of tables.values()) {
    const count = [...table.chains.values()].reduce((sum, chain) => sum + chain.rules.length, 0);
    try {
      if (count > MAX_RULES) skipped.push(table);
      else rules.push(...redundantIn(makeSpace(family, host, NODE_LIMIT), table));
    } catch (error) {
      if (!(error instanceof BudgetError)) throw error;
      skipped.push(table);
    }
  }
  return { rules, skipped };
}

function redundantIn(space: Space, table: Table): readonly Rule[] {
  const classesAt = anyStates(space, table);
  /** packets that each rule takes, as they come to the table: by hook and state */
  const taken = new Map<Rule, { readonly hook: HookName; readonly one: PacketClass; set: Bdd }[]>();
  for (const hook of TABLE_HOOKS[table.name]) {
    for (const one of classesAt(hook)) {
      const visit = (rule: Rule, _: Bdd, matching: Bdd): void => {
        if (matching === EMPTY) return;
        const entries = taken.get(rule) ?? [];
        taken.set(rule, entries);
        const known = entries.find((entry) => entry.one === one);
        if (known === undefined) entries.push({ hook, one, set: matching });
        else known.set = space.manager.or(known.set, matching);
      };
      walkAlone({ space, table, hook, visit }, [one]);
    }
  }
  return [...taken].flatMap(([rule, entries]) => {
    if (rule.effect.kind === 'continue' || rule.effect.kind === 'unmodelled') return [];
    const rest = without(table, rule);
    const same = entries.every(({ hook, one, set }) => {
      const part = [{ ...one, set }];
      return isSame(outcomes(space, { table, hook }, part), outcomes(space, { table: rest, hook }, part));
    });
    return same ? [rule] : [];
  });
}

export function without(table: Table, rule: Rule): Table {
  const chain = table.chains.get(rule.chain) as Chain;
  const rest: Chain = { ...chain, rules: chain.rules.filter((one) => one !== rule) };
  return { ...table, chains: new Map([...table.chains, [chain.name, rest]]) };
}

/** Packets by what the table does to them. */
function outcomes(
  space: Space,
  { table, hook }: { readonly table: Table; readonly hook: HookName },
  classes: readonly PacketClass[],
): ReadonlyMap<string, Bdd> {
  const { accepted, ended } = walkAlone({ space, table, hook }, classes);
  const found = new Map<string, Bdd>();
  const add = (one: PacketClass, end: string): void => {
    const effect = one.decided?.effect;
    const how = effect === undefined || effect.kind === 'accept' || effect.kind === 'drop' ? '' : effectText(effect);
    const key = `${end} ${how} ${keyOf(one.env, one.doubts)}`;
    found.set(key, space.manager.or(found.get(key) ?? EMPTY, one.set));
  };
  for (const one of accepted) add(one, 'accepted');
  for (const one of ended) add(one, one.end);
  return found;
}

/** Diagrams of one manager: equal sets are equal numbers. */
function isSame(left: ReadonlyMap<string, Bdd>, right: ReadonlyMap<string, Bdd>): boolean {
  return left.size === right.size && [...left].every(([key, set]) => right.get(key) === set);
}

function effectText(effect: Effect): string {
  return JSON.stringify(effect, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}
