/** Integers as strtoul(3) with base 0 reads them: `10`, `0xa`, `012`. */
import { type Decoded, malformed, part, type Shape } from './shape.ts';

export const U8 = 0xff;
export const U16 = 0xffff;
export const U32 = 0xffff_ffff;

/** Value of a text that the grammar took as `number`. */
export function numberOf(text: string): number {
  return /^0[0-7]/.test(text) ? Number.parseInt(text, 8) : Number(text);
}

const U64 = (1n << 64n) - 1n;
const C_NUMBER = { 0: /^\s*([-+]?)(0x[\da-f]+|\d+)$/i, 10: /^\s*([-+]?)(\d+)$/ } as const;

/** strtoul(3) on a whole text, where iptables looks at nothing more: 64 bits, a minus sign wraps around. Too large is `undefined` in base 0. */
export function strtoul(text: string, base: 0 | 10): bigint | undefined {
  const [, sign, digits] = C_NUMBER[base].exec(text) ?? [];
  if (digits === undefined) return undefined;
  if (base === 0 && /^0[0-7]*[89]/.test(digits)) return undefined;
  const octal = base === 0 && /^0\d/.test(digits);
  const value = BigInt(octal ? `0o${digits}` : digits);
  if (value > U64) return base === 0 ? undefined : U64;
  return BigInt.asUintN(64, sign === '-' ? -value : value);
}

interface Range {
  readonly min?: number;
  readonly max: number;
}

function inRange(text: string, { min = 0, max }: Range): Decoded<number> {
  const value = numberOf(text);
  return value >= min && value <= max ? { value } : malformed(`expected a number from ${min} to ${max}, found \`${text}\``);
}

export function integer(limits: Range): Shape<number> {
  return { rule: 'number', decode: ({ text }) => inRange(text, limits), print: String };
}

export interface NumberRange {
  readonly lo: number;
  readonly hi: number;
}

/** `5`, `5:9`, `:9`, `5:`. iptables prints both ends of an open range; a reversed one loads and never matches. */
export function range({ max }: { readonly max: number }): Shape<NumberRange> {
  return {
    rule: 'numberRange',
    decode: (parts) => {
      const low = part(parts, 'low');
      const high = part(parts, 'high');
      const lo = low === undefined ? { value: 0 } : inRange(low, { max });
      const hi = high !== undefined ? inRange(high, { max }) : parts.text.endsWith(':') ? { value: max } : lo;
      if ('refused' in lo) return lo;
      return 'refused' in hi ? hi : { value: { lo: lo.value, hi: hi.value } };
    },
    print: ({ lo, hi }) => (lo === hi ? String(lo) : `${lo}:${hi}`),
  };
}

export interface MaskedNumber {
  readonly value: number;
  readonly mask: number;
}

/** `VALUE[/MASK]` on 32 bits; `full` prints the mask also when it is all ones. */
export function maskedNumber(style: 'short' | 'full'): Shape<MaskedNumber> {
  return {
    rule: 'maskedNumber',
    decode: (parts) => {
      const mask = part(parts, 'mask');
      const value = inRange(part(parts, 'number') ?? '', { max: U32 });
      const bits = mask === undefined ? { value: U32 } : inRange(mask, { max: U32 });
      if ('refused' in value) return value;
      return 'refused' in bits ? bits : { value: { value: value.value, mask: bits.value } };
    },
    print: ({ value, mask }) => (mask === U32 && style === 'short' ? hex(value) : `${hex(value)}/${hex(mask)}`),
  };
}

export const hexNumber: Shape<number> = { ...integer({ max: U32 }), print: hex };

/** Padded to so many digits. */
export function hexDigits(count: number): (value: number) => string {
  return (value) => `0x${value.toString(16).padStart(count, '0')}`;
}

export const hex8 = hexDigits(2);

/** A number of which iptables keeps the low `bits` without a word. */
export function cutTo(bits: 8 | 16): Shape<number> {
  const kept = 2 ** bits;
  return {
    rule: 'number',
    decode: ({ text }) => {
      const decoded = inRange(text, { max: U32 });
      if ('refused' in decoded || decoded.value < kept) return decoded;
      return { value: decoded.value % kept, warning: `iptables reads this as ${decoded.value % kept}` };
    },
    print: String,
  };
}

export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
