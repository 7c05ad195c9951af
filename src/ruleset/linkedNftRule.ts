/** A rule of nftables in a Ruleset. Its meaning is made once, when the table is bound, where all that is wrong with it is reported; texts
 *  are made on demand, and not kept. A class for the sake of shared getters. */
import type { TableContext } from '../expressions/contract/context.ts';
import type { LoweredRule } from '../expressions/rule/lowerRule.ts';
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

interface NftRule {
  readonly number: number;
  readonly node: NftRuleNode;
  readonly lowered: Pick<LoweredRule, 'asked' | 'match' | 'effects'>;
}

export class LinkedNftRule implements Rule {
  readonly number: number;
  readonly target?: string;
  readonly match: MatchExpr;
  readonly effects: readonly Effect[];
  readonly #where: NftChainContext;
  readonly #node: NftRuleNode;
  readonly #asked: LoweredRule['asked'];

  constructor(where: NftChainContext, { number, node, lowered: { asked, match, effects } }: NftRule) {
    this.#where = where;
    this.number = number;
    this.match = match;
    this.effects = effects;
    this.#node = node;
    this.#asked = asked;
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

  get clauses(): readonly Clause[] {
    return this.#asked.map(({ at, expr }) => ({ text: statementText(this.#node, at.start, this.#context()), expr }));
  }

  get text(): string {
    return nftRuleText(this.#node, this.#context());
  }

  #context() {
    return { ...this.#where.context, ruleId: `${this.table} ${this.chain} ${this.number}` };
  }
}
