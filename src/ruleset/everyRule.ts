/** Rules, whether packets come to them or not. */
import type { Rule, Ruleset, Table } from './ruleset.ts';

export function rulesOfTable({ chains }: Table): readonly Rule[] {
  return [...chains.values()].flatMap(({ rules }) => rules);
}

export function everyRule({ tables }: Ruleset): readonly Rule[] {
  return [...tables.values()].flatMap(rulesOfTable);
}
