/** Both engines' only input: chains of rules in the core language, linked, checked, with their origin. */

import type { BaseHook } from '../netfilter/baseChain.ts';
import type { Effect } from '../netfilter/effect.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import type { Family } from '../packet/address.ts';
import type { PrintedHost } from '../syntax/host/printedHost.ts';
import type { Excerpt } from '../syntax/iptables/ast.ts';
import type { NftRulesetNode } from '../syntax/nft/ast.ts';
import type { Backend } from '../syntax/text/diagnostic.ts';
import type { Source, Span } from '../syntax/text/source.ts';

export interface Ruleset {
  readonly family: Family;
  readonly source: Source;
  /** only tables that the text names, by the name by which rules name theirs; a table that is not there is not walked */
  readonly tables: ReadonlyMap<string, Table>;
  /** some rule makes the kernel track connections; without it the nat table is never consulted (docs/facts/kernel.md#when-the-nat-table-is-consulted) */
  readonly usesConntrack: boolean;
  /** some rule makes the kernel put fragments together before any hook: conntrack does, and so do -m socket and TPROXY */
  readonly usesDefrag: boolean;
  /** some rule has a target that is not modelled */
  readonly hasOpaqueTarget: boolean;
  /** what the text says of the host around them */
  readonly around?: PrintedHost;
  /** the part of the text that they are; absent: all of it */
  readonly excerpt?: Excerpt;
  /** tables that stand twice in the text: only the second of them is here */
  readonly replaced?: readonly string[];
  /** further texts of the host, whose rules are here too */
  readonly beside?: readonly Source[];
  /** the tables of nftables that they were read from */
  readonly nft?: NftRulesetNode;
  /** the text had the rules of both backends of iptables: this is what they do together */
  readonly backends?: Readonly<Record<Backend, Ruleset>>;
}

export interface Table {
  readonly name: string;
  /** base chains first, in hook order, then user chains in the order of the text */
  readonly chains: ReadonlyMap<string, Chain>;
  /** some rule of it makes the kernel track connections */
  readonly asksConntrack?: true;
}

export interface Chain {
  readonly table: string;
  readonly name: string;
  /** set for base chains */
  readonly base?: BaseHook;
  readonly rules: readonly Rule[];
  /** the text shows a part of the table only, and nothing of this chain: its one rule stands for what is not known */
  readonly notShown?: true;
  readonly span?: Span;
}

/** A chain to which a hook leads. */
export interface BaseChain extends Chain {
  readonly base: BaseHook;
}

export interface Rule {
  /** 1-based position in its chain */
  readonly number: number;
  readonly chain: string;
  readonly table: string;
  /** the conjunction of `clauses` */
  readonly match: MatchExpr;
  readonly clauses: readonly Clause[];
  /** of rules of iptables exactly one */
  readonly effects: readonly Effect[];
  /** target as written, `ISTIO_REDIRECT` or `REDIRECT`; absent when the rule has none */
  readonly target?: string;
  /** canonical text, as iptables-save prints it, `-A CHAIN ...` */
  readonly text: string;
  /** the text shows a part of it: another text that reads the same may be of another rule */
  readonly isPart?: true;
  /** do its words name `tproxy`? Told without making what the rule means; absent: its effects tell */
  readonly namesTproxy?: () => boolean;
  /** the text that it comes from, where that is not the text of the ruleset: another one of the same host */
  readonly elsewhere?: Source;
  /** 1-based line in its text, and the rule's place there */
  readonly line: number;
  readonly span: Span;
}

/** One option of a rule: its text and what it asks. A rule matches when all its clauses do. */
export interface Clause {
  /** canonical, `! --dport 15008` */
  readonly text: string;
  readonly expr: MatchExpr;
}
