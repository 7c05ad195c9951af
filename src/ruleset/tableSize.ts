/** How much there is to look at in a walk of a table. */
import { eachMatch } from '../netfilter/everyEffect.ts';
import { eachLeaf, type MatchExpr } from '../netfilter/matchExpr.ts';
import { rulesOfTable } from './everyRule.ts';
import type { Table } from './ruleset.ts';

/** Rules, where each element of a map or of a set of concatenations is one more: all of them are looked at in a walk. */
export function tableSize(table: Table): number {
  let size = 0;
  const count = (match: MatchExpr): void => {
    size++;
    eachLeaf(match, (leaf) => {
      if (leaf.kind === 'tuple') size += leaf.rows.length - 1;
    });
  };
  for (const rule of rulesOfTable(table)) eachMatch(rule, count);
  return size;
}
