/** A rule of a Ruleset, made from its words on demand: a packet meets few of 100,000 rules, and most texts are never read.
 *  A class for the sake of shared getters; what was made is kept, but for the text. */

import type { RuleContext } from '../extensions/contract/extension.ts';
import { bindRule } from '../extensions/rule/bindRule.ts';
import type { BindContext, BoundRule } from '../extensions/rule/boundRule.ts';
import { ruleContext } from '../extensions/rule/checkClause.ts';
import { expandAddresses, lowerClauses, lowerTarget } from '../extensions/rule/lowerRule.ts';
import { printLowered, printRule } from '../extensions/rule/printRule.ts';
import { invariant } from '../lib/invariant.ts';
import type { Effect } from '../netfilter/effect.ts';
import type { TableName } from '../netfilter/hooks.ts';
import { and, type MatchExpr } from '../netfilter/matchExpr.ts';
import type { RuleNode } from '../syntax/iptables/ast.ts';
import type { Span } from '../syntax/text/source.ts';
import type { Clause, Rule } from './ruleset.ts';

/** Where the rules of one chain come from. */
export interface ChainContext {
  readonly table: TableName;
  readonly chain: string;
  /** the context in which the rules were bound for the first time, but silent */
  readonly bind: BindContext;
}

export class LinkedRule implements Rule {
  readonly number: number;
  readonly target?: string;
  readonly isPart?: true;
  readonly #where: ChainContext;
  readonly #node: RuleNode;
  /** which of the rules that the words stand for */
  readonly #part: number;
  #match: MatchExpr | undefined;
  #effects: readonly Effect[] | undefined;

  constructor(
    where: ChainContext,
    number: number,
    written: { readonly node: RuleNode; readonly part: number; readonly target: string | undefined },
  ) {
    this.#where = where;
    this.number = number;
    this.#node = written.node;
    this.#part = written.part;
    if (written.node.hides !== undefined) this.isPart = true;
    if (written.target !== undefined) this.target = written.target;
  }

  get table(): TableName {
    return this.#where.table;
  }

  get chain(): string {
    return this.#where.chain;
  }

  get line(): number {
    return this.#node.line;
  }

  get span(): Span {
    return this.#node.span;
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
    const { bound, context } = this.#bound();
    return lowerClauses(bound, context).map((clause) => ({ text: printLowered(clause, bound, context), expr: clause.expr }));
  }

  get text(): string {
    const { bound, context } = this.#bound();
    const words = printRule(bound, context);
    return words === '' ? `-A ${this.chain}` : `-A ${this.chain} ${words}`;
  }

  #lower(): void {
    const { bound, context } = this.#bound();
    this.#match = and(...lowerClauses(bound, context).map(({ expr }) => expr));
    this.#effects = [lowerTarget(bound, context)];
  }

  #bound(): { readonly bound: BoundRule; readonly context: RuleContext } {
    const { bind, table, chain } = this.#where;
    const whole = bindRule(this.#node, bind);
    invariant(whole !== undefined && whole !== 'skip', 'a rule that was bound once can be bound again');
    const bound = expandAddresses(whole)[this.#part];
    invariant(bound !== undefined, 'a rule stands for as many rules as it did');
    return { bound, context: ruleContext(bind, bound.proto, `${table} ${chain} ${this.number}`) };
  }
}
