/** Base chains: at which hook a chain is, of which kind, and when it runs among the others there.
 *  kernel include/uapi/linux/netfilter_ipv4.h enum nf_ip_hook_priorities; net/netfilter/nf_nat_core.c nf_nat_register_fn() */
import type { Family } from '../packet/address.ts';
import type { HookName, TableName } from './hooks.ts';

/** `route`: a packet that it changed is routed again. */
export type BaseKind = 'filter' | 'route' | 'nat';

export interface BaseHook {
  readonly hook: HookName;
  readonly kind: BaseKind;
  /** lower ones run first; of a nat chain, among the nat chains of the hook alone */
  readonly priority: number;
  readonly policy: 'ACCEPT' | 'DROP';
  /** of equal priorities the one that was registered last runs first; absent: none is equal */
  readonly registered?: number;
}

/** Fragments are put together there, at the hooks where connections are looked up. */
export const DEFRAG_PRIORITY = -400;
/** Of the lookup of the connection. */
export const CONNTRACK_PRIORITY = -200;
/** At these hooks it is looked up. */
export const CONNTRACK_HOOKS: ReadonlySet<HookName> = new Set<HookName>(['PREROUTING', 'OUTPUT']);

/** All nat chains of a hook run there, whatever their own priorities are. Of FORWARD there are none. */
export const NAT_PRIORITY: Readonly<Partial<Record<HookName, number>>> = { PREROUTING: -100, OUTPUT: -100, INPUT: 100, POSTROUTING: 100 };

const PRIORITY: Readonly<Record<Exclude<TableName, 'nat'>, number>> = { raw: -300, mangle: -150, filter: 0, security: 50 };

/** As iptables attaches the chain of a table that has the name of a hook. */
export function iptablesBase(table: TableName, hook: HookName): Omit<BaseHook, 'policy'> {
  if (table === 'nat') return { hook, kind: 'nat', priority: NAT_PRIORITY[hook] ?? 0 };
  return { hook, kind: table === 'mangle' && hook === 'OUTPUT' ? 'route' : 'filter', priority: PRIORITY[table] };
}

export type Routed = 'mark' | 'dst' | 'tos' | 'ttl';

/** What a chain of OUTPUT may change so that the packet is routed again.
 *  kernel net/ipv4/netfilter/iptable_mangle.c ipt_mangle_out(), net/netfilter/nft_chain_route.c */
export function reroutedAfter({ hook, kind }: Pick<BaseHook, 'hook' | 'kind'>, family: Family): readonly Routed[] {
  if (hook !== 'OUTPUT' || kind === 'filter') return [];
  if (kind === 'nat') return ['dst'];
  return family === 4 ? ['mark', 'tos'] : ['mark', 'tos', 'ttl'];
}
