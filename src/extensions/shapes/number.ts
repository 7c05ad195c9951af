/** Integers as strtoul(3) with base 0 reads them: `10`, `0xa`, `012`. */
import { malformed, type Shape } from './shape.ts';

/** The value of `text`, or undefined when it is no integer from `min` to `max`. */
export function parseInteger(text: string, max: number, min = 0): number | undefined {
  if (!/^(0[xX][0-9a-fA-F]{1,12}|0[0-7]{0,16}|[1-9]\d{0,15})$/.test(text)) return undefined;
  const value = /^0[0-7]/.test(text) ? Number.parseInt(text, 8) : Number(text);
  return value >= min && value <= max ? value : undefined;
}

export const U8 = 0xff;
export const U16 = 0xffff;
export const U32 = 0xffff_ffff;

export function integer(range: { readonly min?: number; readonly max: number }): Shape<number> {
  const { min = 0, max } = range;
  return {
    expected: `a number from ${min} to ${max}`,
    decode: (text) => {
      const value = parseInteger(text, max, min);
      return value === undefined ? undefined : { value };
    },
    print: String,
  };
}

export interface NumberRange {
  readonly lo: number;
  readonly hi: number;
}

/** `5`, `5:9`, `:9`, `5:`. iptables prints both ends of an open range. `reversible`: the kernel takes 9:5 and never matches. */
export function range(options: { readonly max: number; readonly reversible: boolean }): Shape<NumberRange> {
  return {
    expected: `a number or a range LOW:HIGH, up to ${options.max}`,
    decode: (text) => {
      const colon = text.indexOf(':');
      if (colon < 0) {
        const value = parseInteger(text, options.max);
        return value === undefined ? undefined : { value: { lo: value, hi: value } };
      }
      const lo = colon === 0 ? 0 : parseInteger(text.slice(0, colon), options.max);
      const hi = colon === text.length - 1 ? options.max : parseInteger(text.slice(colon + 1), options.max);
      if (lo === undefined || hi === undefined) return undefined;
      if (lo > hi && !options.reversible) return malformed(`range \`${text}\` is reversed`, `write it as \`${hi}:${lo}\``);
      return { value: { lo, hi } };
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
    expected: 'a 32-bit value or VALUE/MASK',
    decode: (text) => {
      const slash = text.indexOf('/');
      const value = parseInteger(slash < 0 ? text : text.slice(0, slash), U32);
      const mask = slash < 0 ? U32 : parseInteger(text.slice(slash + 1), U32);
      return value === undefined || mask === undefined ? undefined : { value: { value, mask } };
    },
    print: ({ value, mask }) => (mask === U32 && style === 'short' ? hex(value) : `${hex(value)}/${hex(mask)}`),
  };
}

export const hexNumber: Shape<number> = { ...integer({ max: U32 }), expected: 'a 32-bit value', print: hex };

export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
