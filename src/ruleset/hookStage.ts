/** What runs at a hook, one after the other. */
import type { AttachedChain } from './ties.ts';

export type HookStage =
  | { readonly kind: 'conntrack' }
  /** fragments are put together: later ones wait for the others */
  | { readonly kind: 'defrag' }
  | { readonly kind: 'chain'; readonly at: AttachedChain }
  /** the chains are asked in turn until one of them has said how the connection is rewritten */
  | { readonly kind: 'nat'; readonly chains: readonly AttachedChain[] }
  /** chains of several tables that have one priority: the text does not tell which run first, and it matters */
  | { readonly kind: 'either'; readonly orders: readonly StageOrder[]; readonly what: string };

/** One of the orders in which what has one priority may run. */
interface StageOrder {
  /** tables, the first one first */
  readonly says: string;
  readonly stages: readonly HookStage[];
}
