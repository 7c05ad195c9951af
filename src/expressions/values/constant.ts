/** Constants of a rule or an element as numbers, names and intervals of them. */
import type { Interval } from '../../lib/intervals.ts';
import { point } from '../../lib/intervals.ts';
import { prefixRange } from '../../packet/address.ts';
import type { FieldValue } from '../../packet/fields.ts';
import type { NftExpression } from '../../syntax/nft/ast.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { Datatype, ValueReading } from '../datatypes/datatype.ts';
import { readValue } from '../datatypes/readValue.ts';

/** Undefined: it is none, which was reported. */
export function constantOf(expression: NftExpression, type: Datatype, context: ValueReading): FieldValue | undefined {
  switch (expression.kind) {
    case 'value':
      return readValue(expression, type, context);
    case 'list': {
      if (type.flags !== true) return noConstant(expression, context);
      return bitsOf(expression.of, { type, context });
    }
    case 'binary': {
      const { op } = expression;
      if (op === '/') return noConstant(expression, context);
      const [left, right] = [constantOf(expression.left, type, context), constantOf(expression.right, type, context)];
      if (left === undefined || right === undefined || typeof left === 'string' || typeof right === 'string') return undefined;
      return typeof left === 'bigint' || typeof right === 'bigint' ? wide(op, BigInt(left), BigInt(right)) : narrow(op, left, right);
    }
    default:
      return noConstant(expression, context);
  }
}

function noConstant(span: Span, { report }: ValueReading): undefined {
  report({ kind: 'not-loadable', code: 'bad-value', message: 'expected a constant', span });
}

function bitsOf(
  of: readonly NftExpression[],
  { type, context }: { readonly type: Datatype; readonly context: ValueReading },
): number | undefined {
  let bits = 0;
  for (const one of of) {
    const value = constantOf(one, type, context);
    if (typeof value !== 'number') return undefined;
    bits = (bits | value) >>> 0;
  }
  return bits;
}

type Operation = Exclude<Extract<NftExpression, { kind: 'binary' }>['op'], '/'>;

function narrow(op: Operation, a: number, b: number): number {
  switch (op) {
    case '&':
      return (a & b) >>> 0;
    case '|':
      return (a | b) >>> 0;
    case '^':
      return (a ^ b) >>> 0;
    case '<<':
      return b > 31 ? 0 : (a << b) >>> 0;
    case '>>':
      return b > 31 ? 0 : a >>> b;
  }
}

function wide(op: Operation, a: bigint, b: bigint): bigint {
  switch (op) {
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '<<':
      return (a << b) & ((1n << 128n) - 1n);
    case '>>':
      return a >> b;
  }
}

/** The values for which an element or the right side of a match stands. Undefined: they are not known, or it was reported. */
export function intervalOf(expression: NftExpression, type: Datatype, context: ValueReading): Interval<FieldValue> | undefined {
  switch (expression.kind) {
    case 'prefix': {
      const isEmpty = type.form === 'name' && expression.length === 0;
      if (isEmpty || expression.length > type.bits) {
        const message = `a prefix of type ${type.name} has up to ${type.bits} bits`;
        return void context.report({ kind: 'not-loadable', code: 'bad-value', message, span: expression });
      }
      const address = constantOf(expression.of, type, context);
      return address === undefined ? undefined : prefixOf(address, { length: expression.length, bits: type.bits });
    }
    case 'range': {
      const [lo, hi] = [constantOf(expression.lo, type, context), constantOf(expression.hi, type, context)];
      if (lo === undefined || hi === undefined) return undefined;
      if (type.names === 'interface') return undefined;
      if (lo <= hi) return { lo, hi };
      // the other way round it means all other times
      if (type.name === 'hour' || type.name === 'day') return { lo: hi, hi: lo };
      return void context.report({ kind: 'not-loadable', code: 'bad-value', message: 'the range is reversed', span: expression });
    }
    default: {
      const value = constantOf(expression, type, context);
      if (value === undefined) return undefined;
      return type.form === 'name' && typeof value === 'string' ? nameOf(value) : point(value);
    }
  }
}

/** `eth*` is a prefix, `eth\*` a name. */
function nameOf(text: string): Interval<string> {
  if (!text.endsWith('*') || text.endsWith('\\*')) return point(text.replace(/\\\*$/, '*'));
  const prefix = text.slice(0, -1);
  return { lo: prefix, hi: `${prefix}\uffff` };
}

function prefixOf(
  value: FieldValue,
  { length, bits }: { readonly length: number; readonly bits: number },
): Interval<FieldValue> | undefined {
  // the first bytes of a name
  if (typeof value === 'string')
    return length % 8 === 0 && length / 8 <= value.length ? nameOf(`${value.slice(0, length / 8)}*`) : undefined;
  if (typeof value === 'bigint' || bits === 32) return prefixRange({ address: value, length });
  const size = 2 ** (bits - length);
  const lo = Math.floor(value / size) * size;
  return { lo, hi: lo + size - 1 };
}
