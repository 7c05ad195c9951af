/** Tables that iptables-nft has made, and which of their rules are its own. */
import { iptablesBase } from '../netfilter/baseChain.ts';
import { isHook, isTable, TABLE_HOOKS } from '../netfilter/hooks.ts';
import type { NftRuleNode, NftTableNode } from '../syntax/nft/ast.ts';
import { priorityOf } from './nftBase.ts';

/** By which rulesets know the table. */
export function nftTableName(node: NftTableNode): string {
  return isOfIptables(node) ? node.name.text : `${node.family} ${node.name.text}`;
}

/** iptables-nft has made it: its chains are those of iptables, by name, type and priority. */
export function isOfIptables({ family, name, chains }: NftTableNode): boolean {
  const table = name.text;
  if ((family !== 'ip' && family !== 'ip6') || !isTable(table)) return false;
  const bases = chains.filter(({ base }) => base !== undefined);
  return (
    bases.length > 0 &&
    bases.every(({ name: { text: hook }, base }) => {
      if (base === undefined || !isHook(hook) || !TABLE_HOOKS[table].includes(hook) || base.hook.text.toUpperCase() !== hook) return false;
      const { kind, priority } = iptablesBase(table, hook);
      return base.type.text === kind && priorityOf(base, family) === priority;
    })
  );
}

/** iptables-nft counts every rule that it writes. A rule without a counter, or one that a command adds, was written for nft into a table
 *  that looks like one of iptables: it means what it means to nft, which refuses what it cannot read. */
export function isRuleOfIptables({ statements, isAdded }: NftRuleNode): boolean {
  return isAdded !== true && statements.some((one) => one.kind === 'xt' || (one.kind === 'counter' && one.object === undefined));
}
