/** What the kernel or the front end refuses although every rule reads well. */
import type { BoundRule, Report } from '../extensions/bind/boundRule.ts';
import type { RuleContext } from '../extensions/extension.ts';
import type { TableName } from '../netfilter/hooks.ts';
import type { ChainNode } from '../syntax/ast.ts';
import type { RulePlace } from './linkedRule.ts';

export interface PlacedRule {
  readonly place: RulePlace;
  readonly rule: BoundRule;
  readonly context: RuleContext;
}

export function checkChain(_chain: ChainNode, _report: Report): void {}

interface Reach {
  readonly table: TableName;
  readonly chains: readonly ChainNode[];
  readonly placed: readonly PlacedRule[];
  readonly report: Report;
}

export function checkReach(_reach: Reach): void {}
