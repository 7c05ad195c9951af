/** Rules: all of them, whether packets come to them or not, and those to which calls lead from a hook. */
import type { HookName } from '../netfilter/hooks.ts';
import { chainsFrom } from './chainDigest.ts';
import type { Rule, Ruleset, Table } from './ruleset.ts';
import { chainsAt, type HookPart, hookPartOf } from './stages.ts';

export function rulesOfTable({ chains }: Table): readonly Rule[] {
  return [...chains.values()].flatMap(({ rules }) => rules);
}

export function everyRule(ruleset: Ruleset): readonly Rule[] {
  return rulesOfTables(ruleset, () => true);
}

/** Those of some tables: of the others not even the effects are made. */
export function rulesOfTables({ tables }: Ruleset, isMeant: (table: Table) => boolean): readonly Rule[] {
  return [...tables.values()].filter(isMeant).flatMap(rulesOfTable);
}

/** Every rule that packets at a hook can come to in chains of that part, chain by chain. */
export function rulesReachedAt(ruleset: Ruleset, hook: HookName, part: HookPart): readonly Rule[] {
  return chainsAt(ruleset, hook)
    .filter(({ chain }) => hookPartOf(chain) === part)
    .flatMap(({ table, chain }) => rulesReachedFrom(table, chain.name));
}

/** The rules of a chain, and of the chains that it calls. */
export function rulesReachedFrom(table: Table, from: string): readonly Rule[] {
  return chainsFrom(table, [from]).flatMap((name) => table.chains.get(name)?.rules ?? []);
}
