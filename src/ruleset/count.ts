/** How large a ruleset is. */
import { memoize } from '../lib/memo.ts';
import type { Ruleset, Table } from './ruleset.ts';

export function countRules(ruleset: Ruleset): number {
  return counted(ruleset, '');
}

/** Every walk asks it. */
const counted = memoize(({ tables }: Ruleset, _all: ''): number => {
  let count = 0;
  for (const table of tables.values()) count += countInTable(table);
  return count;
});

function countInTable({ chains }: Table): number {
  let count = 0;
  for (const { rules, notShown } of chains.values()) count += notShown ? 0 : rules.length;
  return count;
}

export function hasRules(ruleset: Ruleset): boolean {
  return countRules(ruleset) > 0;
}
