/** A rule of another text of the same host: all of it as it is there, and the text. */
import type { Effect } from '../netfilter/effect.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import type { Source, Span } from '../syntax/text/source.ts';
import type { Clause, Rule } from './ruleset.ts';

/** A class for the sake of shared getters: what a rule does is made when it is asked for. */
export class PlacedRule implements Rule {
  readonly elsewhere: Source;
  readonly number: number;
  readonly target?: string;
  readonly isPart?: true;
  readonly #rule: Rule;

  constructor(rule: Rule, source: Source) {
    this.#rule = rule;
    this.elsewhere = source;
    this.number = rule.number;
    if (rule.target !== undefined) this.target = rule.target;
    if (rule.isPart !== undefined) this.isPart = rule.isPart;
  }

  get table(): string {
    return this.#rule.table;
  }

  get chain(): string {
    return this.#rule.chain;
  }

  get line(): number {
    return this.#rule.line;
  }

  get span(): Span {
    return this.#rule.span;
  }

  get match(): MatchExpr {
    return this.#rule.match;
  }

  get effects(): readonly Effect[] {
    return this.#rule.effects;
  }

  get clauses(): readonly Clause[] {
    return this.#rule.clauses;
  }

  get text(): string {
    return this.#rule.text;
  }
}
