/** Which table and family the chains of a listing are of. */
import { type HookName, isHook, TABLE_HOOKS, type TableName } from '../../netfilter/hooks.ts';
import type { Family } from '../../packet/address.ts';
import { familyOfText } from '../iptables/family.ts';
import type { ListedGroup } from './listedChains.ts';

export interface ListedTable {
  readonly name: string;
  /** a base chain of the table is not there */
  readonly isPart: boolean;
  /** why it is taken for this table, where nothing says so for sure */
  readonly assumed?: string;
}

/** A kernel before 2.6.36 has no chain INPUT in nat. */
const BY_CHAINS: Readonly<Record<string, TableName>> = {
  'FORWARD INPUT OUTPUT': 'filter',
  'INPUT OUTPUT POSTROUTING PREROUTING': 'nat',
  'OUTPUT POSTROUTING PREROUTING': 'nat',
  'FORWARD INPUT OUTPUT POSTROUTING PREROUTING': 'mangle',
  'OUTPUT PREROUTING': 'raw',
};

/** Targets that load in one table only. */
const BY_TARGETS: readonly (readonly [table: TableName, targets: readonly string[]])[] = [
  ['nat', ['DNAT', 'SNAT', 'REDIRECT', 'MASQUERADE', 'NETMAP']],
  ['mangle', ['TPROXY', 'MARK', 'TOS', 'DSCP', 'TTL', 'HL', 'TCPMSS', 'CHECKSUM', 'CLASSIFY', 'ECN']],
  ['raw', ['CT', 'NOTRACK', 'TRACE']],
  ['filter', ['REJECT']],
];

/** `named`: by the user, for what no call names. */
export function listedTable({ call, chains }: ListedGroup, named: TableName | undefined): ListedTable {
  const hooks = chains.map(({ name }) => name.text).filter(isHook);
  const known = call?.table ?? named ?? BY_CHAINS[[...hooks].sort().join(' ')];
  if (known !== undefined) return { name: known, isPart: isPart(known, hooks) };
  const { name, assumed } = guessed(chains, hooks);
  return { name, isPart: isPart(name, hooks), assumed };
}

function isPart(name: string, hooks: readonly HookName[]): boolean {
  const all: readonly HookName[] = TABLE_HOOKS[name as TableName] ?? [];
  return all.some((hook) => !hooks.includes(hook) && !(name === 'nat' && hook === 'INPUT'));
}

function guessed(chains: ListedGroup['chains'], hooks: readonly HookName[]): { readonly name: TableName; readonly assumed: string } {
  const targets = new Set(chains.flatMap(({ rows }) => rows.flatMap(({ part }) => part('target')?.text ?? [])));
  const fits = (table: TableName): boolean => hooks.every((hook) => TABLE_HOOKS[table].includes(hook));
  for (const [name, ones] of BY_TARGETS) {
    const target = ones.find((one) => targets.has(one));
    if (target !== undefined && fits(name)) return { name, assumed: `because of target \`${target}\`` };
  }
  const tables = (['filter', 'nat', 'mangle', 'raw'] as const).filter(fits);
  const [name = 'filter', ...others] = tables;
  if (name === 'filter') return { name, assumed: 'which `iptables -L` lists when it is told no table' };
  return { name, assumed: `the first that has such chains${others.length === 0 ? '' : `; ${others.join(' and ')} have them too`}` };
}

/** By the call, else by the first address of a rule, or what only IPv6 has. */
export function listedFamily({
  call,
  chains,
}: ListedGroup): { readonly family: Family; readonly from: 'command' | 'addresses' } | undefined {
  if (call !== undefined) return { family: call.family, from: 'command' };
  for (const { rows } of chains) {
    for (const { part } of rows) {
      for (const one of [part('source'), part('destination')]) {
        const family = familyOfText(one?.text.replace(/^!/, '') ?? '');
        if (family !== undefined) return { family, from: 'addresses' };
      }
      const isSix = part('opt') === undefined || /^!?(?:ipv6-icmp|icmpv6)$/.test(part('protocol')?.text ?? '');
      if (isSix) return { family: 6, from: 'addresses' };
    }
  }
  return undefined;
}
