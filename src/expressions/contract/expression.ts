/** What an expression of nftables is, as data: a line of docs/nftables.md, and a way to read it off a packet. */
import type { HookName } from '../../netfilter/hooks.ts';
import type { Family } from '../../packet/address.ts';
import type { NftFamily, NftSelector } from '../../syntax/nft/ast.ts';
import type { DatatypeName } from '../datatypes/all.ts';
import type { NftRuleContext } from './context.ts';
import type { Selection } from './selection.ts';

/** What is claimed of an expression or statement: `modelled` when absent. */
export type NftClaim = 'chance' | { readonly modelled: 'partly' | 'not'; readonly why: string };

export interface Expression {
  /** `ip saddr`, `meta mark`, `ct original saddr` */
  readonly name: string;
  readonly type: DatatypeName;
  /** the greatest value, of an integer that is not in a header */
  readonly last?: number;
  /** its place in the header of its protocol, in bits */
  readonly at?: readonly [offset: number, width: number];
  /** types of ICMP whose messages have it: nft asks for them first */
  readonly ofTypes?: readonly number[];
  /** packets that have it at all: nft asks for them first */
  readonly implies?: { readonly family?: Family; readonly proto?: number };
  /** families of tables that know it; absent: all that are modelled */
  readonly tables?: readonly NftFamily[];
  /** its type is that of a port once the rule has asked for a protocol */
  readonly needsTransport?: true;
  /** hooks where it loads; absent: all */
  readonly hooks?: readonly HookName[];
  /** families of tables where it loads at no hook, but in a chain to which none leads */
  readonly atNoHookOf?: readonly NftFamily[];
  /** false: it can be compared with a mask only, copied or written */
  readonly compared?: false;
  /** false: it can only be written */
  readonly asked?: false;
  /** the kernel tracks connections as soon as one rule uses it, or puts fragments together */
  readonly needs?: 'conntrack' | 'defrag';
  readonly claim?: NftClaim;
  readonly select: (context: NftRuleContext, selector: NftSelector) => Selection;
}
