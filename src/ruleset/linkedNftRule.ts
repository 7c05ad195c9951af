/** A rule of nftables in a Ruleset, made from its statements on demand. A class for the sake of shared getters; what was made is kept, but
 *  for the text. */
import type { TableContext } from '../expressions/contract/context.ts';
import { type LoweredRule, lowerRule } from '../expressions/rule/lowerRule.ts';
import { nftRuleText, ruleTarget, statementText } from '../expressions/rule/ruleText.ts';
import type { Effect } from '../netfilter/effect.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import type { NftRuleNode } from '../syntax/nft/ast.ts';
import type { Span } from '../syntax/text/source.ts';
import type { Clause, Rule } from './ruleset.ts';

/** Where the rules of one chain come from. */
export interface NftChainContext {
  readonly table: string;
  readonly chain: string;
  /** silent: what is wrong with the rules was reported */
  readonly context: TableContext;
  readonly chainOf: (rules: readonly NftRuleNode[]) => string;
}

export class LinkedNftRule implements Rule {
  readonly number: number;
  readonly target?: string;
  readonly #where: NftChainContext;
  readonly #node: NftRuleNode;
  #lowered: LoweredRule | undefined;

  constructor(where: NftChainContext, number: number, node: NftRuleNode) {
    this.#where = where;
    this.number = number;
    this.#node = node;
    const target = ruleTarget(node, where.chainOf);
    if (target !== undefined) this.target = target;
  }

  get table(): string {
    return this.#where.table;
  }

  get chain(): string {
    return this.#where.chain;
  }

  get line(): number {
    return this.#node.line;
  }

  get span(): Span {
    return { start: this.#node.start, end: this.#node.end };
  }

  get match(): MatchExpr {
    return this.#lower().match;
  }

  get effects(): readonly Effect[] {
    return this.#lower().effects;
  }

  get clauses(): readonly Clause[] {
    return this.#lower().asked.map(({ at, expr }) => ({ text: statementText(this.#node, at.start, this.#context()), expr }));
  }

  get text(): string {
    return nftRuleText(this.#node, this.#context());
  }

  #lower(): LoweredRule {
    this.#lowered ??= lowerRule(this.#node, this.#context(), this.#where.chainOf);
    return this.#lowered;
  }

  #context() {
    return { ...this.#where.context, ruleId: `${this.table} ${this.chain} ${this.number}` };
  }
}
