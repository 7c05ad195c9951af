/** A rule while its statements are read, one after the other. */
import type { Effect } from '../../netfilter/effect.ts';
import type { HookName } from '../../netfilter/hooks.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import type { Family } from '../../packet/address.ts';
import type { NftVerdict } from '../../syntax/nft/ast.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { NftRuleContext } from './context.ts';

/** The name of the chain that a verdict calls, as the table has it, so that finding it in a map compares no letters; of `jump { ... }` the name
 *  that its chain has here. */
export type ChainOf = (verdict: Pick<NftVerdict, 'chain' | 'rules'>) => string;

export interface Building {
  readonly context: NftRuleContext;
  /** a condition: a packet that does not meet it leaves the rule */
  readonly ask: (match: MatchExpr, at: Span) => void;
  /** of a packet that has come so far */
  readonly act: (...effects: readonly Effect[]) => void;
  readonly chainOf: ChainOf;
  readonly need: (what: Need) => void;
  /** the statement loads at these hooks only */
  readonly onlyAt: (limit: HookLimit) => void;
  /** what the rule has asked of protocols so far */
  readonly protocols: () => AskedProtocols;
  /** without what the statement itself asks */
  readonly protocolsBefore: () => AskedProtocols;
  readonly jumpTo: (jump: { readonly chain: string; readonly span: Span }) => void;
}

export interface AskedProtocols {
  readonly family?: Family | undefined;
  readonly proto?: number | undefined;
  readonly etherType?: number | undefined;
  readonly otherLink?: boolean | undefined;
}

/** `opaque`: an effect is not modelled */
export type Need = 'conntrack' | 'defrag' | 'opaque';

export interface HookLimit {
  readonly what: string;
  readonly hooks: readonly HookName[];
  /** the kind that the chain must have; absent: any */
  readonly kinds?: readonly ('filter' | 'nat' | 'route')[];
  readonly span: Span;
}
