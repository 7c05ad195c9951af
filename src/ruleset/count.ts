/** How large a ruleset is. */
import type { Ruleset, Table } from './ruleset.ts';

export function countRules({ tables }: Ruleset): number {
  let count = 0;
  for (const table of tables.values()) count += countInTable(table);
  return count;
}

function countInTable({ chains }: Table): number {
  let count = 0;
  for (const { rules, notShown } of chains.values()) count += notShown ? 0 : rules.length;
  return count;
}

export function hasRules(ruleset: Ruleset): boolean {
  return countRules(ruleset) > 0;
}
