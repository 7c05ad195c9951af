/** A rule as text. */
import type { NftRuleNode } from '../../syntax/nft/ast.ts';
import type { Source, Span } from '../../syntax/text/source.ts';

export function ruleText(rule: NftRuleNode, source: Source): string {
  return statementText(rule, source);
}

export function statementText({ start, end }: Span, source: Source): string {
  return source.text.slice(start, end).replaceAll(/\s+/g, ' ').trim();
}

/** The chain that the rule calls, or the verdict with which it ends. */
export function ruleTarget({ statements }: NftRuleNode, chainOf: (rules: readonly NftRuleNode[]) => string): string | undefined {
  const last = statements.at(-1);
  switch (last?.kind) {
    case 'verdict':
      return last.chain?.text ?? (last.rules === undefined ? last.verdict : chainOf(last.rules));
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
