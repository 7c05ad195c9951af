/** Tables of nftables in the words in which nft 1.0.6 lists them: the text that `print` writes. */
import type { TableContext } from '../expressions/contract/context.ts';
import { canonicalRule } from '../expressions/rule/canonical.ts';
import { canonicalObject } from '../expressions/rule/canonicalObjects.ts';
import { canonicalNamedSet } from '../expressions/rule/canonicalSets.ts';
import type { NftBaseNode, NftChainNode, NftFamily, NftRulesetNode, NftSetNode, NftTableNode } from '../syntax/nft/ast.ts';
import { changedSets } from './bindNftTable.ts';
import { priorityOf } from './nftBase.ts';
import { isNamedAt, prioritiesOf } from './nftPlaces.ts';

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
  const changed = changedSets(table.chains);
  const ruleContext = { ...context, ruleId: '' };
  return {
    ...table,
    objects: table.objects.map((object) => canonicalObject(object, table.family)),
    sets: table.sets.map((set) => canonicalNamedSet(changed.has(set.name.text) ? withSize(set) : set, ruleContext)),
    chains: table.chains.map((chain) => ({
      ...chain,
      ...(chain.base !== undefined && { base: canonicalBase(chain.base, table.family) }),
      rules: chain.rules.map((rule) => canonicalRule(rule, ruleContext)),
    })),
  };
}

/** That packets add to. nftables src/evaluate.c stmt_evaluate_set() */
function withSize(set: NftSetNode): NftSetNode {
  const { start, end } = set.name;
  return { ...set, size: set.size ?? { start, end, text: '65535' } };
}

/** How far from a name a priority is still told by it. nftables src/rule.c prio2str() */
const NEAR = 10;

function canonicalBase(base: NftBaseNode, family: NftFamily): NonNullable<NftChainNode['base']> {
  const names = prioritiesOf(family);
  const priority = priorityOf(base, family);
  if (priority === undefined) return base;
  const [name, own] = [...names].find(([one, value]) => isNamedAt(one, base.hook.text, family) && Math.abs(priority - value) <= NEAR) ?? [];
  const { start, end } = base.priority;
  const devices = base.devices.toSorted((a, b) => (a.text < b.text ? -1 : 1));
  return { ...base, devices, priority: { start, end, ...(name !== undefined && { name }), offset: priority - (own ?? 0) } };
}
