/** Hooks and tables: where each table is attached and in which order.
 *  kernel include/uapi/linux/netfilter_ipv4.h enum nf_ip_hook_priorities */
import type { Family } from '../packet/address.ts';

export const HOOKS = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'] as const;
export type HookName = (typeof HOOKS)[number];

export const TABLES = ['raw', 'mangle', 'nat', 'filter', 'security'] as const;
export type TableName = (typeof TABLES)[number];

/** Base chains of each table, in the order in which iptables-save prints them. */
export const TABLE_HOOKS: Readonly<Record<TableName, readonly HookName[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
};

/** What runs at each hook, by priority. `conntrack` is not a table: the lookup at -200. */
export const HOOK_STAGES: Readonly<Record<HookName, readonly (TableName | 'conntrack')[]>> = {
  PREROUTING: ['raw', 'conntrack', 'mangle', 'nat'],
  INPUT: ['mangle', 'filter', 'security', 'nat'],
  FORWARD: ['mangle', 'filter', 'security'],
  OUTPUT: ['raw', 'conntrack', 'mangle', 'nat', 'filter', 'security'],
  POSTROUTING: ['mangle', 'nat'],
};

export type Routed = 'mark' | 'dst' | 'tos' | 'ttl';

/** What a table of OUTPUT may change so that the packet is routed again.
 *  kernel net/ipv4/netfilter/iptable_mangle.c ipt_mangle_out(), net/netfilter/nft_chain_route.c */
export const REROUTED_AFTER: Readonly<Partial<Record<TableName, (family: Family) => readonly Routed[]>>> = {
  mangle: (family) => (family === 4 ? ['mark', 'tos'] : ['mark', 'tos', 'ttl']),
  nat: () => ['dst'],
};

export function isHook(name: string): name is HookName {
  return (HOOKS as readonly string[]).includes(name);
}

export function isTable(name: string): name is TableName {
  return (TABLES as readonly string[]).includes(name);
}
