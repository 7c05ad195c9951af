/** Tables of nftables in the words in which nft 1.0.6 lists them: the text that `print` writes. */
import type { TableContext } from '../expressions/contract/context.ts';
import { canonicalElements, canonicalRule } from '../expressions/rule/canonical.ts';
import type { NftBaseNode, NftChainNode, NftRulesetNode, NftTableNode } from '../syntax/nft/ast.ts';
import { PRIORITIES, priorityOf } from './nftBase.ts';

export function canonicalNft({ source, tables }: NftRulesetNode): NftRulesetNode {
  return { source, tables: tables.map(canonicalTable) };
}

function canonicalTable(table: NftTableNode): NftTableNode {
  const context: TableContext = {
    family: table.family === 'ip6' ? 6 : 4,
    table: table.family,
    ofIptables: false,
    sets: new Map(table.sets.map((set) => [set.name.text, set])),
    changedSets: new Set(),
    objects: new Set(),
    known: new Map(),
    report: () => {},
  };
  const ruleContext = { ...context, ruleId: '' };
  return {
    ...table,
    sets: table.sets.map((set) => canonicalElements(set, ruleContext)),
    chains: table.chains.map((chain) => ({
      ...chain,
      ...(chain.base !== undefined && { base: namedPriority(chain.base) }),
      rules: chain.rules.map((rule) => canonicalRule(rule, ruleContext)),
    })),
  };
}

/** How far from a name a priority is still told by it. nftables src/rule.c prio2str() */
const NEAR = 10;

function namedPriority(base: NftBaseNode): NonNullable<NftChainNode['base']> {
  const priority = priorityOf(base);
  if (priority === undefined) return base;
  const hook = base.hook.text;
  const [name, own] =
    [...PRIORITIES].find(([one, value]) => {
      if ((one === 'dstnat' && hook !== 'prerouting') || (one === 'srcnat' && hook !== 'postrouting')) return false;
      return Math.abs(priority - value) <= NEAR;
    }) ?? [];
  const { start, end } = base.priority;
  return { ...base, priority: { start, end, ...(name !== undefined && { name }), offset: priority - (own ?? 0) } };
}
