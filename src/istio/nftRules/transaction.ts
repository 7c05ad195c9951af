/** Rules -> the commands of one transaction of `nft -f`, laid out as Istio's builder does. */
import { has, type Version } from '../settings/version.ts';
import { hookOf, type NftLayout } from './layout.ts';
import { type IstioNftRule, type IstioNftTable, NFT_TABLES } from './rule.ts';

export interface NftTransaction {
  readonly rules: readonly IstioNftRule[];
  readonly layout: NftLayout;
  readonly version: Version;
}

/** Empty without rules. A table without rules is not touched: one of an earlier run stays. */
export function transactionText({ rules, layout, version }: NftTransaction): string {
  return NFT_TABLES.map((table) => {
    const own = rules.filter((rule) => rule.table === table);
    return own.length === 0 ? '' : tableText({ table, rules: own, layout, version });
  }).join('');
}

/** What `cleanup-only` runs: a table has to be there to be deleted. */
export function cleanupText({ prefix }: NftLayout): string {
  return NFT_TABLES.map((table) => `add table inet ${prefix}-${table}\ndelete table inet ${prefix}-${table}\n`).join('');
}

interface NftTableRules extends NftTransaction {
  readonly table: IstioNftTable;
}

function tableText({ table, rules, layout, version }: NftTableRules): string {
  const name = `inet ${layout.prefix}-${table}`;
  const jumped = layout.makesEmptyChains ? rules.flatMap(({ text }) => /(?<=\bjump )\S+/.exec(text) ?? []) : [];
  const used = new Set([...rules.map(({ chain }) => chain), ...jumped]);
  const chains = layout.chains[table].filter((chain) => used.has(chain));
  const lines = [
    `add table ${name}`,
    `flush table ${name}`,
    ...chains.map((chain) => `add chain ${name} ${chain}${hookOf(table, chain)}`),
    ...commandsOf(rules).map(({ chain, index, text }) => {
      const rest = has(version, 'nftCounters') ? text : text.replace(/(?:^| )counter\b/, '').trimStart();
      return index === undefined ? `add rule ${name} ${chain} ${rest}` : `insert rule ${name} ${chain} index ${index} ${rest}`;
    }),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** An index has to be that of a rule: where the chain has too few of them, the rule is added at its end. */
function commandsOf(rules: readonly IstioNftRule[]): readonly IstioNftRule[] {
  const counts = new Map<string, number>();
  return rules.map(({ index, ...rule }) => {
    const count = counts.get(rule.chain) ?? 0;
    counts.set(rule.chain, count + 1);
    return index === undefined || index >= count ? rule : { ...rule, index };
  });
}
