/** A ruleset as text, as iptables-nft-save 1.8.9 writes it, without counters and comment lines.
 *  man    iptables-save(8)
 *  fact   iptables-nft-save has a fixed order of tables; iptables-legacy-save writes them in the order of /proc/net/ip_tables_names,
 *         which depends on what was loaded when. Both sort user chains by name. */
import type { TableName } from '../netfilter/hooks.ts';
import type { Chain, Ruleset, Table } from './ruleset.ts';

/** iptables iptables/nft.h enum nft_table_type */
const SAVE_ORDER: readonly TableName[] = ['mangle', 'security', 'raw', 'filter', 'nat'];

/** Empty for a ruleset without tables; otherwise ends with a line feed. */
export function print(ruleset: Ruleset): string {
  return SAVE_ORDER.flatMap((name) => ruleset.tables.get(name) ?? [])
    .map(printTable)
    .join('');
}

function printTable({ name, chains }: Table): string {
  const base = [...chains.values()].filter(({ hook }) => hook !== undefined);
  const user = [...chains.values()].filter(({ hook }) => hook === undefined).sort(byName);
  const ordered = [...base, ...user];
  const declarations = ordered.map((chain) => `:${chain.name} ${chain.policy ?? '-'}`);
  const rules = ordered.flatMap((chain) => chain.rules.map((rule) => rule.text));
  return `${[`*${name}`, ...declarations, ...rules, 'COMMIT'].join('\n')}\n`;
}

/** strcmp(3) order */
function byName(a: Chain, b: Chain): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
