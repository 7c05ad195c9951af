/** How large a ruleset is. */
import { memoize } from '../lib/memo.ts';
import type { NftExpression, NftStatement } from '../syntax/nft/ast.ts';
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

/** Rules, and the elements of sets and maps that they look among: what a question about them may cost grows with both. */
export function countRulesAndElements(ruleset: Ruleset): number {
  return countRules(ruleset) + elementsOf(ruleset, '');
}

/** A named set counts once, however many rules name it. */
const elementsOf = memoize(({ nft }: Ruleset, _all: ''): number => {
  let count = 0;
  for (const { sets, chains } of nft?.tables ?? []) {
    for (const { elements } of sets) count += elements.length;
    for (const { rules } of chains) for (const { statements } of rules) for (const one of statements) count += elementsIn(one);
  }
  return count;
});

function elementsIn(statement: NftStatement): number {
  switch (statement.kind) {
    case 'match':
      return membersOf(statement.right);
    case 'vmap':
      return membersOf(statement.to);
    case 'write':
      return membersOf(statement.value);
    case 'nat':
    case 'tproxy':
      return membersOf(statement.address) + membersOf(statement.port);
    default:
      return 0;
  }
}

function membersOf(expression: NftExpression | undefined): number {
  if (expression?.kind === 'map') return membersOf(expression.to);
  return expression?.kind === 'set' ? expression.elements.length : 0;
}

export function hasRules(ruleset: Ruleset): boolean {
  return countRules(ruleset) > 0;
}
