/** Constants as nft 1.0.6 prints them. */
import type { NftExpression } from '../../syntax/nft/ast.ts';
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
      if (type.name === 'fib_oif' && expression.kind === 'value')
        return expression.form === 'number' || type.constants?.has(expression.text) === true
          ? expression
          : { ...expression, form: 'string' };
      if (type.form === 'name' && expression.kind === 'value')
        return type.names === 'interface' && expression.form === 'number' ? expression : { ...expression, form: 'string' };
      if (type.names === 'duration')
        return expression.kind === 'value' && expression.form === 'time'
          ? { ...expression, text: nftDuration(expression.text) }
          : expression;
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
  const value =
    type.form === 'number' && type.names !== 'clock' && type.names !== 'duration' ? constantOf(expression, type, place.context) : undefined;
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
export function nftDuration(text: string): string {
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
