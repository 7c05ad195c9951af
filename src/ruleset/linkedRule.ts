/** A rule of a Ruleset. Its words are kept and its text and clauses are made when somebody asks:
 *  100,000 rules are walked and proved more often than they are read. A class for the sake of shared getters. */
import type { BoundRule } from '../extensions/bind/boundRule.ts';
import type { RuleContext } from '../extensions/extension.ts';
import { lowerClauses, lowerTarget } from '../extensions/lowerRule.ts';
import { printLowered, printRule } from '../extensions/printRule.ts';
import type { Effect } from '../netfilter/effect.ts';
import type { TableName } from '../netfilter/hooks.ts';
import { and, type MatchExpr } from '../netfilter/matchExpr.ts';
import type { Span } from '../syntax/source.ts';
import type { Clause, Rule } from './ruleset.ts';

export interface RulePlace {
  readonly table: TableName;
  readonly chain: string;
  readonly number: number;
  readonly line: number;
  readonly span: Span;
}

/** A bound rule and where it stands. */
export interface PlacedRule {
  readonly place: RulePlace;
  readonly rule: BoundRule;
  readonly context: RuleContext;
}

export class LinkedRule implements Rule {
  readonly number: number;
  readonly chain: string;
  readonly table: TableName;
  readonly match: MatchExpr;
  readonly effect: Effect;
  readonly target?: string;
  readonly line: number;
  readonly span: Span;
  readonly #bound: BoundRule;
  readonly #context: RuleContext;

  constructor({ place, rule: bound, context }: PlacedRule) {
    this.number = place.number;
    this.chain = place.chain;
    this.table = place.table;
    this.line = place.line;
    this.span = place.span;
    this.#bound = bound;
    this.#context = context;
    this.match = and(...lowerClauses(bound, context).map(({ expr }) => expr));
    this.effect = lowerTarget(bound, context);
    const { target } = bound;
    if (target !== undefined) this.target = target.kind === 'extension' ? target.name : target.chain;
  }

  get clauses(): readonly Clause[] {
    return lowerClauses(this.#bound, this.#context).map((clause) => ({
      text: printLowered(clause, this.#bound, this.#context),
      expr: clause.expr,
    }));
  }

  get text(): string {
    const words = printRule(this.#bound, this.#context);
    return words === '' ? `-A ${this.chain}` : `-A ${this.chain} ${words}`;
  }
}
