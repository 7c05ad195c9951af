/** Elements of sets and maps: for each part of the key the values that it may have. */
import type { Interval, IntervalSet } from '../../lib/intervals.ts';
import type { FieldValue } from '../../packet/fields.ts';
import type { NftElement, NftExpression, NftName, NftSetNode } from '../../syntax/nft/ast.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { NftRuleContext, TableContext } from '../contract/context.ts';
import type { ElementRow } from '../contract/row.ts';
import { DATATYPES, isDatatype } from '../datatypes/all.ts';
import { BOOLEAN } from '../datatypes/constants.ts';
import type { Datatype } from '../datatypes/datatype.ts';
import { checkCounting } from './checkCounting.ts';
import { reportConflicts } from './conflicts.ts';
import { intervalOf } from './constant.ts';
import { isInterval } from './isInterval.ts';
import { keyParts } from './part.ts';

/** Undefined: some element is not known. */
export function elementRows(
  elements: readonly NftElement[],
  types: readonly Datatype[],
  context: TableContext,
): readonly ElementRow[] | undefined {
  const rows = elements.map((element) => rowOf(element, types, context));
  return rows.every((row) => row !== undefined) ? rows : undefined;
}

function rowOf(element: NftElement, types: readonly Datatype[], context: TableContext): ElementRow | undefined {
  if (element.key.kind === 'wildcard') return { element };
  const of = element.key.kind === 'concat' ? element.key.of : [element.key];
  if (of.length !== types.length) {
    const message = `the key has ${types.length} parts, this element ${of.length}`;
    context.report({ kind: 'not-loadable', code: 'bad-value', message, span: element });
    return undefined;
  }
  const key = of.map((one, at): IntervalSet | undefined => {
    if (types.length > 1 && types[at]?.name === 'fib_oif' && one.kind === 'value' && BOOLEAN.has(one.text))
      context.report({ kind: 'not-loadable', code: 'bad-value', message: 'expected an interface beside other values', span: one });
    const interval = intervalOf(one, types[at] as Datatype, context);
    return interval && alone(interval);
  });
  return key.every((one) => one !== undefined) ? { key, element } : undefined;
}

/** Ports and protocols stand in thousands of elements: each value is one object. A map of 100,000 elements takes a third less memory so. */
const POINTS = new Map<number, IntervalSet>();
const MOST_POINTS = 0x1_0000;

function alone({ lo, hi }: Interval<FieldValue>): IntervalSet {
  if (lo !== hi || typeof lo !== 'number' || lo >= MOST_POINTS) return [{ lo, hi }];
  const known = POINTS.get(lo) ?? [{ lo, hi }];
  POINTS.set(lo, known);
  return known;
}

/** Types of the parts of a set's key. Undefined: one is not known. */
export function keyTypes(set: NftSetNode, context: TableContext): readonly Datatype[] | undefined {
  return typesOf(set.key, context);
}

export function typesOf(said: NftSetNode['key'], context: TableContext): readonly Datatype[] | undefined {
  if ('of' in said) return keyParts(said.of, { ...context, ruleId: '' }).map(({ type }) => type);
  const types = said.types.map(({ text }) => (isDatatype(text) ? DATATYPES[text] : undefined));
  return types.every((type) => type !== undefined) ? types : undefined;
}

/** Rows of a named set, once for all rules. */
export function namedRows(set: NftSetNode, context: TableContext): readonly ElementRow[] | undefined {
  if (!context.known.has(set)) {
    const types = keyTypes(set, context);
    context.known.set(set, types === undefined ? undefined : elementRows(set.elements, types, { ...context, report: () => {} }));
  }
  return context.known.get(set);
}

/** A set or map as the right side of a match names it. */
export interface Elements {
  /** undefined: not known */
  readonly rows: readonly ElementRow[] | undefined;
  /** packets add to it, or remove from it */
  readonly changed: boolean;
  /** elements may be gone by the time of the packet */
  readonly fades: boolean;
}

/** What the place where a set is named takes. */
export type WantedSet = 'set' | 'verdicts' | 'values';

export interface SetNaming {
  readonly types: readonly Datatype[];
  readonly wanted: WantedSet;
}

/** Undefined: it is not one. */
export function elementsOf(expression: NftExpression, { types, wanted }: SetNaming, context: NftRuleContext): Elements | undefined {
  if (expression.kind === 'set') {
    // keys that are never drawn may be in a map
    const keys = wanted === 'set' ? types : types.map((type) => (type.name === 'integer' ? { ...type, last: undefined } : type));
    const rows = elementRows(expression.elements, keys, context);
    const isOneValue = wanted === 'set' && expression.elements.length === 1 && types.length === 1;
    for (const { key, value, statements, timeout, expires } of expression.elements) {
      if (!isOneValue) {
        for (const one of statements) checkCounting(one, context.report);
        if (timeout !== undefined || expires !== undefined)
          context.report({ kind: 'not-loadable', code: 'bad-value', message: 'elements of a set in a rule have no timeout', span: key });
      }
      if (wanted === 'values' && value?.kind === 'verdict')
        context.report({ kind: 'not-loadable', code: 'bad-value', message: 'expected a value, found a verdict', span: value });
      if (wanted !== 'set' && statements.length > 0)
        context.report({ kind: 'not-loadable', code: 'bad-value', message: 'elements of a map in a rule count nothing', span: key });
      const message =
        wanted === 'set' ? 'this element has a value, as those of maps have; a set is meant here' : 'this element of a map has no value';
      if ((value === undefined) !== (wanted === 'set'))
        context.report({ kind: 'not-loadable', code: 'bad-value', message, span: value ?? key });
    }
    const kinds = new Set(
      expression.elements.map(({ value }) => (value?.kind === 'concat' ? value.of.some(isInterval) : isInterval(value))),
    );
    if (wanted === 'values' && kinds.size > 1)
      context.report({ kind: 'not-loadable', code: 'bad-value', message: 'values of a map are all ranges, or none is', span: expression });
    if (rows !== undefined) reportConflicts(rows, { merges: wanted === 'set', intervals: true }, context.report);
    return { rows, changed: false, fades: false };
  }
  if (expression.kind !== 'reference') return undefined;
  const set = setNamed(expression.name, { types, wanted }, context);
  if (set === undefined) return { rows: undefined, changed: false, fades: false };
  const fades = set.timeout !== undefined || set.elements.some(({ timeout }) => timeout !== undefined);
  return { rows: namedRows(set, context), changed: context.changedSets.has(expression.name.text), fades };
}

/** Undefined: there is none, which was reported. */
export function setNamed(name: NftName, naming: SetNaming, context: NftRuleContext): NftSetNode | undefined {
  const set = context.sets.get(name.text);
  if (set !== undefined) checkNamed(set, naming, { at: name, context });
  else {
    const message = `there is no set or map \`${name.text}\` in this table`;
    context.report({ kind: 'not-loadable', code: 'unknown-item', message, span: name });
  }
  return set;
}

interface NamedAt {
  readonly at: Span;
  readonly context: NftRuleContext;
}

/** nftables src/evaluate.c expr_evaluate_relational(), expr_evaluate_map() */
function checkNamed(set: NftSetNode, { types, wanted }: SetNaming, { at, context }: NamedAt): void {
  const refuse = (message: string): void => context.report({ kind: 'not-loadable', code: 'bad-value', message, span: at });
  const name = `\`${set.name.text}\``;
  if (wanted !== 'set' && set.value === undefined) refuse(`${name} is a set, not a map`);
  const verdicts = set.value !== undefined && 'types' in set.value && set.value.types[0]?.text === 'verdict';
  if (wanted === 'verdicts' && set.value !== undefined && !verdicts) refuse(`${name} is a map of values, not of verdicts`);
  if (wanted === 'values' && verdicts) refuse(`${name} is a map of verdicts`);
  const own = keyTypes(set, context);
  if (own === undefined) return;
  const fits = own.length === types.length && own.every((type, index) => isSame(type, types[index]));
  if (!fits) refuse(`${name} has keys of type ${typeNames(own)}, asked is ${typeNames(types)}`);
}

function isSame(a: Datatype, b: Datatype | undefined): boolean {
  // a part of the packet by its place may be a field of the type
  if (b?.name === 'integer' && b.prints !== 'hex' && ADDRESSES_AND_NAMES.has(a.name)) return false;
  return a.name === b?.name || [a.name, b?.name].some((name) => name === 'string' || name === 'integer');
}

/** Types whose values are no plain numbers to nft. nftables include/datatype.h datatype_equal() */
const ADDRESSES_AND_NAMES = new Set(['inet_service', 'ipv4_addr', 'ipv6_addr', 'ether_type', 'ether_addr', 'inet_proto', 'mark']);

function typeNames(types: readonly Datatype[]): string {
  return types.map(({ name }) => name).join(' . ');
}
