import type { Family } from '../../packet/address.ts';
import type { Rule, Table } from '../../ruleset/ruleset.ts';
import type { RuleUse } from '../uses.ts';
export function boxUses(_: { readonly family: Family; readonly table: Table }): ReadonlyMap<Rule, RuleUse> | undefined {
  return undefined;
}
