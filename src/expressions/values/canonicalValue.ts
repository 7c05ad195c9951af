/** Constants and anonymous sets as nft 1.0.6 prints them. */
import type { Interval } from '../../lib/intervals.ts';
import { prefixRange } from '../../packet/address.ts';
import type { FieldValue } from '../../packet/fields.ts';
import type { NftElement, NftExpression } from '../../syntax/nft/ast.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { Datatype } from '../datatypes/datatype.ts';
import { bitNames, numberText, printValue } from '../datatypes/printValue.ts';
import { constantOf, intervalOf } from './constant.ts';

export interface ConstantPlace {
  /** flags are a list, `syn,ack`, not `syn | ack` */
  readonly list: boolean;
  readonly context: NftRuleContext;
}

export function canonicalConstant(expression: NftExpression, type: Datatype, { list, context }: ConstantPlace): NftExpression {
  const span = { start: expression.start, end: expression.end };
  const place: ConstantPlace = { list, context };
  switch (expression.kind) {
    case 'prefix': {
      if (expression.length === type.bits) return canonicalConstant(expression.of, type, place);
      const whole = intervalOf(expression, type, context);
      return whole === undefined ? expression : { ...expression, of: { ...span, ...printValue(whole.lo, type) } };
    }
    case 'range':
      return { ...expression, lo: endOf(expression.lo, type, place), hi: endOf(expression.hi, type, place) };
    case 'value':
    case 'list':
    case 'binary': {
      if (type.name === 'boolean' || type.name === 'string') return expression;
      if (type.form === 'name' && expression.kind === 'value') return { ...expression, form: 'string' };
      if (type.names === 'clock')
        return expression.kind === 'value' && expression.form === 'time' ? { ...expression, text: duration(expression.text) } : expression;
      const value = constantOf(expression, type, context);
      if (value === undefined) return expression;
      return type.flags === true && typeof value === 'number'
        ? flagsAt(value, type, { span, list })
        : { ...span, ...printValue(value, type) };
    }
    default:
      return expression;
  }
}

/** Ends of a range are listed by number. */
function endOf(expression: NftExpression, type: Datatype, place: ConstantPlace): NftExpression {
  const value = type.form === 'number' && type.names !== 'clock' ? constantOf(expression, type, place.context) : undefined;
  if (typeof value !== 'number') return canonicalConstant(expression, type, place);
  return { start: expression.start, end: expression.end, kind: 'value', form: 'number', text: numberText(value, type) };
}

function flagsAt(bits: number, type: Datatype, { span, list }: { readonly span: Span; readonly list: boolean }): NftExpression {
  const names = bitNames(bits, type);
  const word = (text: string): NftExpression => ({ ...span, kind: 'value', form: 'word', text });
  const [first, ...rest] = names ?? [];
  if (first === undefined) return { ...span, kind: 'value', form: 'number', text: numberText(bits, type) };
  if (rest.length === 0) return word(first);
  if (list) return { ...span, kind: 'list', of: [first, ...rest].map(word) };
  return rest.map(word).reduce((left, right): NftExpression => ({ ...span, kind: 'binary', op: '|', left, right }), word(first));
}

/** `90s` is `1m30s`. nftables src/datatype.c time_print() */
function duration(text: string): string {
  const parts = [...text.matchAll(/(\d+)(ms|w|d|h|m|s)/g)];
  const all = parts.reduce((sum, [, number = '0', unit = 's']) => sum + Number(number) * (MILLISECONDS[unit] ?? 0), 0);
  if (parts.length === 0 || all === 0) return text;
  let left = all;
  return Object.entries(MILLISECONDS)
    .filter(([unit]) => unit !== 'w')
    .flatMap(([unit, length]) => {
      const count = Math.floor(left / length);
      left -= count * length;
      return count === 0 ? [] : [`${count}${unit}`];
    })
    .join('');
}

const MILLISECONDS: Readonly<Record<string, number>> = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

type AnonymousSet = Extract<NftExpression, { kind: 'set' }>;

/** Elements are sorted, neighbours are one interval, and of a set with one value the value is left. */
export function canonicalSet(set: AnonymousSet & Span, types: readonly Datatype[], context: NftRuleContext): NftExpression {
  const [type] = types;
  if (type === undefined || types.length > 1) return set;
  const keyed = set.elements.map((element) => ({ element, interval: intervalOf(element.key, type, context) }));
  const known = keyed.flatMap(({ element, interval }) => (interval === undefined ? [] : [{ element, interval }]));
  const others = keyed.filter(({ interval }) => interval === undefined).map(({ element }) => element);
  const sorted = known.sort((a, b) => (a.interval.lo < b.interval.lo ? -1 : a.interval.lo > b.interval.lo ? 1 : 0));
  const isMap = set.elements.some(({ value }) => value !== undefined);
  const elements = [...(isMap ? sorted.map(({ element }) => element) : merged(sorted, type)), ...others];
  const [only] = elements;
  const plain = only !== undefined && set.elements.length === 1 && !isMap && only.key.kind !== 'wildcard';
  return plain && only.statements.length === 0 ? only.key : { ...set, elements };
}

interface Known {
  readonly element: NftElement;
  readonly interval: Interval<FieldValue>;
}

/** Points stay as they are unless some element is an interval. */
function merged(sorted: readonly Known[], type: Datatype): readonly NftElement[] {
  if (sorted.length === 1 || type.form === 'name' || sorted.every(({ interval }) => interval.lo === interval.hi)) return distinct(sorted);
  const joined: { lo: FieldValue; hi: FieldValue; readonly element: NftElement }[] = [];
  for (const { element, interval } of sorted) {
    const last = joined.at(-1);
    const touches = last !== undefined && typeof last.hi !== 'string' && (interval.lo as number | bigint) <= next(last.hi);
    if (!touches) joined.push({ ...interval, element });
    else if ((interval.hi as number | bigint) > (last.hi as number | bigint)) last.hi = interval.hi;
  }
  return joined.map(({ lo, hi, element }) => ({ ...element, key: { ...intervalNode({ lo, hi }, type, element.key) } }));
}

function distinct(sorted: readonly Known[]): readonly NftElement[] {
  return sorted.filter(({ interval }, at) => at === 0 || interval.lo !== sorted[at - 1]?.interval.lo).map(({ element }) => element);
}

function next(value: number | bigint): number | bigint {
  return typeof value === 'bigint' ? value + 1n : value + 1;
}

function intervalNode({ lo, hi }: Interval<FieldValue>, type: Datatype, { start, end }: Span): NftExpression {
  const span = { start, end };
  if (lo === hi) return { ...span, ...printValue(lo, type) };
  const length =
    typeof lo === 'string' || typeof hi === 'string' || type.names === 'service' ? undefined : prefixLength({ lo, hi }, type.bits);
  if (length !== undefined) return { ...span, kind: 'prefix', of: { ...span, ...printValue(lo, type) }, length };
  const boundary = (value: FieldValue): NftExpression =>
    typeof value === 'number' && type.form === 'number'
      ? { ...span, kind: 'value', form: 'number', text: numberText(value, type) }
      : { ...span, ...printValue(value, type) };
  return { ...span, kind: 'range', lo: boundary(lo), hi: boundary(hi) };
}

/** Of addresses only. */
function prefixLength({ lo, hi }: Interval<number | bigint>, bits: number): number | undefined {
  if (bits !== 32 && bits !== 128) return undefined;
  for (let length = 0; length <= bits; length++) {
    const range = prefixRange({ address: lo, length });
    if (range.lo === lo && range.hi === hi) return length;
  }
  return undefined;
}
