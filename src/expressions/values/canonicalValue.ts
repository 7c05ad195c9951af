/** Constants as nft 1.0.6 prints them. */
import type { NftExpression } from '../../syntax/nft/ast.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { parseDuration, printDuration } from '../datatypes/clock.ts';
import type { Datatype } from '../datatypes/datatype.ts';
import { bitNames, numberText, printValue } from '../datatypes/printValue.ts';
import { decimalOf } from '../datatypes/readValue.ts';
import { bareBits } from './bareBits.ts';
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
      if (type.form === 'name') return startOfName(expression, { type, place });
      const whole = intervalOf(expression, type, context);
      return whole === undefined ? expression : { ...expression, of: { start: span.start, end: span.end, ...printValue(whole.lo, type) } };
    }
    case 'range':
      return { ...expression, lo: endOf(expression.lo, type, place), hi: endOf(expression.hi, type, place) };
    case 'value':
    case 'list':
    case 'binary': {
      if (type.name === 'boolean') return expression;
      if (type.name === 'string') return namedByNumber(expression);
      if (type.name === 'fib_oif' && expression.kind === 'value')
        return expression.text === '1'
          ? { ...expression, form: 'string', text: 'lo' }
          : expression.form === 'number' || type.constants?.has(expression.text) === true
            ? expression
            : { ...expression, form: 'string' };
      if (type.form === 'name' && expression.kind === 'value')
        return type.names === 'interface' && expression.form === 'number' && expression.text !== '1'
          ? expression
          : type.names === 'interface' && expression.text === '1'
            ? { ...expression, form: 'string', text: 'lo' }
            : { ...namedByNumber(expression), form: 'string' };
      const value = constantOf(expression, type, context);
      if (value === undefined) return expression;
      return type.flags === true && typeof value === 'number'
        ? flagsAt(value, type, { span, list })
        : { start: span.start, end: span.end, ...printValue(value, type) };
    }
    default:
      return expression;
  }
}

/** A name that is written as a number has the digits of base 10. */
function namedByNumber<T extends NftExpression>(expression: T): T {
  return expression.kind === 'value' && expression.form === 'number' ? { ...expression, text: decimalOf(expression.text) } : expression;
}

type Prefix = Extract<NftExpression, { kind: 'prefix' }>;

/** `10.0.0.0/16` of a name is `10*`. */
function startOfName(expression: Prefix, { type, place }: { readonly type: Datatype; readonly place: ConstantPlace }): NftExpression {
  const start = intervalOf(expression, type, place.context)?.lo;
  if (typeof start !== 'string') return expression;
  return { start: expression.start, end: expression.end, kind: 'value', form: 'string', text: `${start}*` };
}

/** Ends of a range are listed by number. */
function endOf(expression: NftExpression, type: Datatype, place: ConstantPlace): NftExpression {
  const value =
    type.form === 'number' && type.names !== 'clock' && type.names !== 'interface'
      ? constantOf(expression, type, place.context)
      : undefined;
  if (typeof value !== 'number') return canonicalConstant(expression, type, place);
  if (type.flags === true && type.names !== 'label') return bareBits(value, type, expression);
  const text = type.names === 'duration' ? `${value / 1000}s` : numberText(value, type);
  return { start: expression.start, end: expression.end, kind: 'value', form: 'number', text };
}

function flagsAt(bits: number, type: Datatype, { span, list }: { readonly span: Span; readonly list: boolean }): NftExpression {
  const names = bitNames(bits, type);
  const word = (text: string): NftExpression => ({ ...span, kind: 'value', form: /^\d/.test(text) ? 'number' : 'word', text });
  const [first, ...rest] = names ?? [];
  if (first === undefined) return { ...span, kind: 'value', form: 'number', text: numberText(bits, type) };
  if (rest.length === 0) return word(first);
  if (list) return { ...span, kind: 'list', of: [first, ...rest].map(word) };
  return rest.map(word).reduce((left, right): NftExpression => ({ ...span, kind: 'binary', op: '|', left, right }), word(first));
}

/** `90s` is `1m30s`. */
export function nftDuration(text: string): string {
  const milliseconds = parseDuration(text) ?? 0;
  return milliseconds === 0 ? text : printDuration(milliseconds);
}
