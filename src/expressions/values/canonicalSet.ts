/** Anonymous sets and maps as nft 1.0.6 prints them. nftables src/segtree.c interval_map_decompose(), concat_range_aggregate() */
import type { Interval } from '../../lib/intervals.ts';
import { prefixRange } from '../../packet/address.ts';
import type { FieldValue } from '../../packet/fields.ts';
import type { NftElement, NftExpression } from '../../syntax/nft/ast.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { Datatype } from '../datatypes/datatype.ts';
import { numberText, printValue } from '../datatypes/printValue.ts';
import { bareBits } from './bareBits.ts';
import { intervalOf } from './constant.ts';
import { inListedOrder } from './listedOrder.ts';

type AnonymousSet = Extract<NftExpression, { kind: 'set' }>;

interface Keys {
  readonly types: readonly Datatype[];
  /** a range or a prefix is among them as written, be it of one value */
  readonly intervals: boolean;
}

/** Elements are sorted, neighbours are one interval, and of a set with one value the value is left. */
export function canonicalSet(set: AnonymousSet & Span, { types, intervals }: Keys, context: NftRuleContext): NftExpression {
  const [type] = types;
  if (type === undefined) return set;
  if (types.length > 1) return { ...set, elements: tuples(set.elements, { types, intervals: false }, context) };
  const isMap = set.elements.some(({ value }) => value !== undefined);
  const keyed = set.elements.map((element) => ({ element, interval: intervalOf(element.key, type, context) }));
  const known = keyed.flatMap(({ element, interval }) => (interval === undefined ? [] : [{ element, key: [interval] }]));
  const others = withOneWildcard(keyed.filter(({ interval }) => interval === undefined).map(({ element }) => element));
  // the kernel keeps flags of a few bits in a bitmap, which gives the last one first
  const given = !isMap && type.flags === true && type.bits <= 16 ? [...known].reverse() : known;
  const sorted = inListedOrder(given, types).map(({ element, key: [interval] }) => ({
    element,
    interval: interval as Interval<FieldValue>,
  }));
  // one interval beside `*` is an element of a set of intervals
  const isAlone = sorted.length === 1 && others.length === 0;
  const listed = isMap ? sorted.map((one) => asPrefix(one, type)) : merged(sorted, type, intervals && !isAlone);
  const elements = withOthers(listed, others, sorted.at(-1)?.interval.lo === lastOf(type));
  const [only] = elements;
  const plain = only !== undefined && set.elements.length === 1 && !isMap && only.key.kind !== 'wildcard';
  return plain && only.statements.length === 0 ? only.key : { ...set, elements };
}

/** Of a named set or map: each element stays, unless the set joins them. */
export function listedElements(
  elements: readonly NftElement[],
  { types, intervals, merges }: Keys & { readonly merges: boolean },
  context: NftRuleContext,
): readonly NftElement[] {
  const [type] = types;
  if (type === undefined) return elements;
  if (types.length > 1) return tuples(elements, { types, intervals }, context);
  const keyed = elements.map((element) => ({ element, interval: intervalOf(element.key, type, context) }));
  const known = keyed.flatMap(({ element, interval }) => (interval === undefined ? [] : [{ element, key: [interval] }]));
  const others = withOneWildcard(keyed.filter(({ interval }) => interval === undefined).map(({ element }) => element));
  // of intervals that nft puts together and that begin alike the last one keeps what is said of it
  const given = merges ? known.toReversed() : onceEach(known, { later: intervals });
  const sorted = inListedOrder(given, types, { intervals }).map(({ element, key: [interval] }) => ({
    element,
    interval: interval as Interval<FieldValue>,
  }));
  const listed = merges && sorted.length > 1 ? merged(sorted, type, intervals) : distinct(sorted).map((one) => asPrefix(one, type));
  return withOthers(listed, others, sorted.at(-1)?.interval.lo === lastOf(type));
}

/** A key that is there keeps what is said of it, but for its time, which is that of the last. */
function onceEach<T extends { readonly element: NftElement; readonly key: readonly (Interval<FieldValue> | undefined)[] }>(
  all: readonly T[],
  { later }: { readonly later: boolean },
): readonly T[] {
  const found = new Map<string, T>();
  for (const one of all) {
    const name = one.key.map((interval) => `${interval?.lo}-${interval?.hi}`).join(' . ');
    const before = found.get(name);
    if (before === undefined) found.set(name, one);
    else {
      const { timeout: _, ...kept } = (later ? one : before).element;
      const { timeout } = (later ? before : one).element;
      found.set(name, { ...before, element: { ...kept, ...(timeout !== undefined && { timeout }) } });
    }
  }
  return found.size === all.length ? all : [...found.values()];
}

function wildcardOf(elements: readonly NftElement[]): readonly NftElement[] {
  return elements.filter(({ key }) => key.kind === 'wildcard').slice(0, 1);
}

/** `*` is there once. */
function withOneWildcard(elements: readonly NftElement[]): readonly NftElement[] {
  const [wildcard] = wildcardOf(elements);
  return elements.filter((one) => one.key.kind !== 'wildcard' || one === wildcard);
}

/** `*` comes after the other elements; an element that ends with the last value of the type comes after `*`. */
function withOthers(listed: readonly NftElement[], others: readonly NftElement[], toTheEnd: boolean): readonly NftElement[] {
  return toTheEnd && others.length > 0 ? [...listed.slice(0, -1), ...others, ...listed.slice(-1)] : [...listed, ...others];
}

function lastOf({ form, bits }: Datatype): FieldValue | undefined {
  return form === 'number' ? 2 ** bits - 1 : undefined;
}

/** Tuples of points are sorted; where one part is a range, they stand as they were written. */
function tuples(given: readonly NftElement[], keys: Keys, context: NftRuleContext): readonly NftElement[] {
  const { types } = keys;
  const elements = given.filter(({ key }) => key.kind !== 'wildcard');
  if (elements.length < given.length) return [...tuples(elements, keys, context), ...wildcardOf(given)];
  const keyed = elements.map((element) => {
    const of = element.key.kind === 'concat' ? element.key.of : [];
    return { element, of, key: of.map((one, at) => intervalOf(one, types[at] as Datatype, context)) };
  });
  const known = keyed.flatMap(({ element, of, key }) =>
    of.length === types.length && key.every((interval) => interval !== undefined) ? [{ element, of, key }] : [],
  );
  if (known.length < elements.length) return elements;
  // a range of one value is one too
  const asWritten = keys.intervals || known.some(({ of }) => of.some(({ kind }) => kind === 'range'));
  const once = onceEach(known, { later: false });
  return (asWritten ? once : inListedOrder(once, types)).map(({ element, of, key }) => {
    const parts = of.map((one, at) =>
      one.kind === 'range' ? intervalNode(key[at] as Interval<FieldValue>, types[at] as Datatype, one) : one,
    );
    return { ...element, key: { ...element.key, kind: 'concat', of: parts } as NftExpression };
  });
}

interface Known {
  readonly element: NftElement;
  readonly interval: Interval<FieldValue>;
}

function asPrefix({ element, interval }: Known, type: Datatype): NftElement {
  return element.key.kind === 'range' ? { ...element, key: intervalNode(interval, type, element.key) } : element;
}

/** Points stay as they are unless some element is an interval. */
function merged(sorted: readonly Known[], type: Datatype, intervals: boolean): readonly NftElement[] {
  if (type.form === 'name') return pointsIn(sorted.filter(({ interval }) => !sorted.some((other) => covers(other.interval, interval))));
  if (!intervals) return pointsIn(sorted);
  const joined: { lo: FieldValue; hi: FieldValue; readonly element: NftElement }[] = [];
  for (const { element, interval } of sorted) {
    const last = joined.at(-1);
    const touches = last !== undefined && typeof last.hi !== 'string' && (interval.lo as number | bigint) <= next(last.hi);
    if (!touches) joined.push({ ...interval, element });
    else if ((interval.hi as number | bigint) > (last.hi as number | bigint)) last.hi = interval.hi;
  }
  return joined.map(({ lo, hi, element }) => ({ ...element, key: intervalNode({ lo, hi }, type, element.key) }));
}

/** `"eth*"` is there for `"eth0"` too. */
function covers(other: Interval<FieldValue>, { lo, hi }: Interval<FieldValue>): boolean {
  return other.lo <= lo && other.hi >= hi && (other.lo !== lo || other.hi !== hi);
}

function pointsIn(sorted: readonly Known[]): readonly NftElement[] {
  return distinct(sorted).map(({ element }) => element);
}

function distinct(sorted: readonly Known[]): readonly Known[] {
  return sorted.filter(({ interval }, at) => at === 0 || interval.lo !== sorted[at - 1]?.interval.lo);
}

function next(value: number | bigint): number | bigint {
  return typeof value === 'bigint' ? value + 1n : value + 1;
}

export function intervalNode({ lo, hi }: Interval<FieldValue>, type: Datatype, { start, end }: Span): NftExpression {
  const span = { start, end };
  if (lo === hi) return { ...span, ...printValue(lo, type) };
  const length =
    typeof lo === 'string' || typeof hi === 'string' || type.prefixes !== true ? undefined : prefixLength({ lo, hi }, type.bits);
  if (length !== undefined) return { ...span, kind: 'prefix', of: { ...span, ...printValue(lo, type) }, length };
  const boundary = (value: FieldValue): NftExpression =>
    typeof value === 'number' && type.flags === true && type.names !== 'label'
      ? bareBits(value, type, span)
      : typeof value === 'number' && type.form === 'number' && type.names !== 'clock'
        ? { ...span, kind: 'value', form: 'number', text: numberText(value, type) }
        : { ...span, ...printValue(value, type) };
  return { ...span, kind: 'range', lo: boundary(lo), hi: boundary(hi) };
}

function prefixLength({ lo, hi }: Interval<number | bigint>, bits: number): number | undefined {
  for (let length = 0; length <= bits; length++) {
    const range = prefixRange({ address: lo, length });
    if (range.lo === lo && range.hi === hi) return length;
  }
  return undefined;
}
