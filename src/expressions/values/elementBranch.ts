/** The branch of an element of a map. A class for the sake of a shared getter: maps have 100,000 of them, and few are ever named. */
import type { Effect, SwitchBranch } from '../../netfilter/effect.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import type { NftElement, NftExpression } from '../../syntax/nft/ast.ts';
import { printNftElement } from '../../syntax/nft/printExpression.ts';
import { printNftStatement } from '../../syntax/nft/printStatement.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { Datatype } from '../datatypes/datatype.ts';
import { canonicalConstant } from './canonicalValue.ts';

/** What is the same for all elements of a map. */
export interface MapOfElements {
  /** of the parts of a key */
  readonly keys: readonly Datatype[];
  /** of a value; absent: it is shown as it is written */
  readonly value?: Datatype | undefined;
  readonly context: NftRuleContext;
}

export interface ElementOfMap {
  readonly element: NftElement;
  readonly map: MapOfElements;
}

/** One of the values among which a statement chooses. */
export interface ChosenElement {
  readonly match: MatchExpr;
  /** absent: it is of no map */
  readonly of?: ElementOfMap;
}

/** `value`: of their values; absent: they are shown as they are written */
export function branchesOf<T extends ChosenElement>(
  among: readonly T[],
  effectsOf: (one: T) => readonly Effect[],
  value?: Datatype,
): readonly SwitchBranch[] {
  const maps = new Map<MapOfElements, MapOfElements>();
  return among.map((one) => {
    const { match, of } = one;
    const effects = effectsOf(one);
    if (of === undefined) return { match, effects };
    const map = maps.get(of.map) ?? (value === undefined ? of.map : { ...of.map, value });
    maps.set(of.map, map);
    return new ElementBranch({ element: of.element, map }, match, effects);
  });
}

export class ElementBranch implements SwitchBranch {
  readonly match: MatchExpr;
  readonly effects: readonly Effect[];
  readonly #element: NftElement;
  readonly #map: MapOfElements;

  constructor({ element, map }: ElementOfMap, match: MatchExpr, effects: readonly Effect[]) {
    this.match = match;
    this.effects = effects;
    this.#element = element;
    this.#map = map;
  }

  /** As nft lists it: `tcp . 10.96.0.1 . 80 : goto service-1`. */
  get text(): string {
    const { keys, value: type, context } = this.#map;
    const silent = { list: false, context: { ...context, report: () => {} } };
    const constant = (one: NftExpression, as: Datatype | undefined) => (as === undefined ? one : canonicalConstant(one, as, silent));
    const { key, value, comment: _, ...rest } = this.#element;
    const parts = key.kind === 'concat' ? { ...key, of: key.of.map((one, at) => constant(one, keys[at])) } : constant(key, keys[0]);
    const shown = value === undefined || value.kind === 'verdict' ? value : constant(value, type);
    return printNftElement({ ...rest, key: parts, ...(shown !== undefined && { value: shown }) }, printNftStatement);
  }
}
