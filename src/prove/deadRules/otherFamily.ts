/** A table of `inet` has the rules of both families: a rule of it decides nothing when it does so in neither. */
import type { Rule, Ruleset } from '../../ruleset/ruleset.ts';
import type { SpaceAround } from '../../symbolic/space/space.ts';
import { deadRules } from './deadRules.ts';
import { redundantRules } from './deadRulesRedundant.ts';

/** Whether a rule that decides nothing here is not needed by the other family either. `other`: absent where that is not known. */
export function needlessInOther(rules: readonly Rule[], other: Ruleset | undefined, options: SpaceAround): (rule: Rule) => boolean {
  const shared = new Set(rules.flatMap(({ table }) => (isShared(table) ? [table] : [])));
  if (other === undefined || shared.size === 0) return () => true;
  const there: Ruleset = { ...other, tables: new Map([...other.tables].filter(([name]) => shared.has(name))) };
  const dead = deadRules(there, options).dead.map(({ rule }) => rule);
  const idle = new Set([...dead, ...redundantRules(there, options).rules].map(keyOf));
  return (rule) => !isShared(rule.table) || idle.has(keyOf(rule));
}

function isShared(table: string): boolean {
  return table.startsWith('inet ');
}

function keyOf({ table, chain, number }: Rule): string {
  return JSON.stringify([table, chain, number]);
}
