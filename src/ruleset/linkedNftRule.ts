/** A rule of nftables in a Ruleset. All that is wrong with it was reported when its table was bound. Its meaning may have been made there,
 *  and else is when a caller asks; texts are made on demand, and not kept. A class for the sake of shared getters. */
import type { ChainOf } from '../expressions/contract/building.ts';
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
  readonly chainOf: ChainOf;
}

interface NftRule {
  readonly number: number;
  readonly node: NftRuleNode;
  /** absent: another one of its likeness was checked */
  readonly lowered: Meaning | undefined;
}

/** Without its clauses, which few are ever asked for. */
type Meaning = Pick<LoweredRule, 'match' | 'effects'>;

export class LinkedNftRule implements Rule {
  readonly number: number;
  readonly target?: string;
  readonly #where: NftChainContext;
  readonly #node: NftRuleNode;
  #match: MatchExpr | undefined;
  #effects: readonly Effect[] | undefined;

  constructor(where: NftChainContext, { number, node, lowered }: NftRule) {
    this.#where = where;
    this.number = number;
    this.#node = node;
    this.#match = lowered?.match;
    this.#effects = lowered?.effects;
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
    if (this.#match === undefined) this.#lower();
    return this.#match as MatchExpr;
  }

  get effects(): readonly Effect[] {
    if (this.#effects === undefined) this.#lower();
    return this.#effects as readonly Effect[];
  }

  get clauses(): readonly Clause[] {
    const { asked } = lowerRule(this.#node, this.#context(), this.#where.chainOf);
    return asked.map(({ at, expr }) => ({ text: statementText(this.#node, at.start, this.#context()), expr }));
  }

  get text(): string {
    return nftRuleText(this.#node, this.#context());
  }

  namesTproxy(): boolean {
    return this.#node.statements.some(({ kind }) => kind === 'tproxy');
  }

  #lower(): void {
    const { match, effects } = lowerRule(this.#node, this.#context(), this.#where.chainOf);
    this.#match = match;
    this.#effects = effects;
  }

  #context() {
    // not begun with the copy: V8 gives each object that is made so a layout of its own, one for each of 70,000 rules
    return { ruleId: `${this.table} ${this.chain} ${this.number}`, ...this.#where.context };
  }
}
