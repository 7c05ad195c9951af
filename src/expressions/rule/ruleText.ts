/** A rule as text, as nft 1.0.6 lists it. */
import type { NftRuleNode, NftStatement } from '../../syntax/nft/ast.ts';
import { printNftRule, printNftStatement } from '../../syntax/nft/printStatement.ts';
import type { ChainOf } from '../contract/building.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { canonicalRule, canonicalStatement } from './canonical.ts';

export function nftRuleText(rule: NftRuleNode, context: NftRuleContext): string {
  return printNftRule(canonicalRule(rule, context), { indent: '', handles: false });
}

/** One of its statements, by its place. */
export function statementText(rule: NftRuleNode, at: number, context: NftRuleContext): string {
  const found = rule.statements.find(({ start }) => start === at);
  return found === undefined ? '' : printNftStatement(canonicalStatement(found, { ...context, report: () => {} }));
}

/** The chain that the rule calls, or the verdict with which it ends. */
export function ruleTarget({ statements }: NftRuleNode, chainOf: ChainOf): string | undefined {
  const last: NftStatement | undefined = statements.at(-1);
  switch (last?.kind) {
    case 'verdict':
      return last.chain === undefined && last.rules === undefined ? last.verdict : chainOf(last);
    case 'nat':
      return last.verb;
    case 'reject':
    case 'tproxy':
    case 'notrack':
    case 'vmap':
      return last.kind;
    default:
      return undefined;
  }
}
