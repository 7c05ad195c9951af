/** The branch of an element of a map. A class for the sake of a shared getter: maps have 100,000 of them, and few are ever named. */
import type { Effect, SwitchBranch } from '../../netfilter/effect.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import type { NftElement, NftExpression } from '../../syntax/nft/ast.ts';
import { printNftElement } from '../../syntax/nft/printExpression.ts';
import { printNftStatement } from '../../syntax/nft/printStatement.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { Datatype } from '../datatypes/datatype.ts';
import { canonicalConstant } from './canonicalValue.ts';

export interface ElementOfMap {
  readonly element: NftElement;
  /** of the parts of its key */
  readonly keys: readonly Datatype[];
  /** of its value; absent: it is shown as it is written */
  readonly value?: Datatype;
  readonly context: NftRuleContext;
}

/** One of the values among which a statement chooses. */
export interface ChosenElement {
  readonly match: MatchExpr;
  /** absent: it is of no map */
  readonly of?: Omit<ElementOfMap, 'value'>;
}

export function branchOf({ match, of }: ChosenElement, effects: readonly Effect[], value?: Datatype): SwitchBranch {
  return of === undefined ? { match, effects } : new ElementBranch({ ...of, ...(value !== undefined && { value }) }, match, effects);
}

export class ElementBranch implements SwitchBranch {
  readonly match: MatchExpr;
  readonly effects: readonly Effect[];
  readonly #from: ElementOfMap;

  constructor(from: ElementOfMap, match: MatchExpr, effects: readonly Effect[]) {
    this.match = match;
    this.effects = effects;
    this.#from = from;
  }

  /** As nft lists it: `tcp . 10.96.0.1 . 80 : goto service-1`. */
  get text(): string {
    const { element, keys, value: type, context } = this.#from;
    const silent = { list: false, context: { ...context, report: () => {} } };
    const constant = (one: NftExpression, as: Datatype | undefined) => (as === undefined ? one : canonicalConstant(one, as, silent));
    const { key, value, comment: _, ...rest } = element;
    const parts = key.kind === 'concat' ? { ...key, of: key.of.map((one, at) => constant(one, keys[at])) } : constant(key, keys[0]);
    const shown = value === undefined || value.kind === 'verdict' ? value : constant(value, type);
    return printNftElement({ ...rest, key: parts, ...(shown !== undefined && { value: shown }) }, printNftStatement);
  }
}
