/** A rule of nftables in the core language: what it asks first, and the list of what it does. */
import type { Effect } from '../../netfilter/effect.ts';
import { and, type MatchExpr } from '../../netfilter/matchExpr.ts';
import type { NftRuleNode, NftStatement } from '../../syntax/nft/ast.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { Building, HookLimit, Need } from '../contract/building.ts';
import type { RuleContext } from '../contract/context.ts';
import type { Statement } from '../contract/statement.ts';
import { STATEMENTS } from '../statements/all.ts';

export interface LoweredRule {
  /** what is asked before anything is done, by statement */
  readonly asked: readonly { readonly at: Span; readonly expr: MatchExpr }[];
  readonly match: MatchExpr;
  readonly effects: readonly Effect[];
  readonly needs: readonly Need[];
  readonly limits: readonly HookLimit[];
  readonly jumps: readonly { readonly chain: string; readonly span: Span }[];
  /** where the rule ends for the packets that come so far */
  readonly ends?: NftStatement;
}

export function lowerRule(rule: NftRuleNode, context: RuleContext, chainOf: (rules: readonly NftRuleNode[]) => string): LoweredRule {
  const asked: { at: Span; expr: MatchExpr }[] = [];
  const effects: Effect[] = [];
  const needs: Need[] = [];
  const limits: HookLimit[] = [];
  const jumps: { chain: string; span: Span }[] = [];
  const building: Building = {
    context,
    // a condition after a write is asked again, of the packet as it is by then
    ask: (match, at) => {
      if (match.kind === 'always') return;
      if (effects.length === 0) asked.push({ at, expr: match });
      else effects.push({ kind: 'switch', branches: [{ match, effects: [] }] });
    },
    act: (...done) => void effects.push(...done),
    chainOf,
    need: (what) => void needs.push(what),
    onlyAt: (limit) => void limits.push(limit),
    jumpTo: (jump) => void jumps.push(jump),
  };
  for (const one of rule.statements) (STATEMENTS[one.kind] as Statement).apply(one, building);
  return {
    asked,
    match: and(...asked.map(({ expr }) => expr)),
    effects: effects.length === 0 ? [{ kind: 'continue' }] : effects,
    needs,
    limits,
    jumps,
  };
}
