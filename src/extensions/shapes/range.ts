/** Ranges and large numbers of matches that came late to libxtables: both ends may be left out.
 *  fact iptables 1.8.9 reads an empty text as 0, and a lone `:` for everything */
import { numberOf } from './number.ts';
import { type Decoded, malformed, part, type Shape } from './shape.ts';

export interface OpenRange {
  readonly lo: number;
  readonly hi: number;
}

interface Limits {
  readonly max: number;
  /** a reversed range is refused; else it loads and never matches */
  readonly ordered: boolean;
}

export function openRange({ max, ordered }: Limits): Shape<OpenRange> {
  return {
    rule: 'openRange',
    decode: (parts) => {
      const lo = numberOf(part(parts, 'low') ?? '0');
      const high = part(parts, 'high');
      const hi = high !== undefined ? numberOf(high) : parts.text.includes(':') ? max : lo;
      if (lo > max || hi > max) return malformed(`expected numbers from 0 to ${max}, found \`${parts.text}\``);
      return ordered && lo > hi ? malformed(`range \`${parts.text}\` is reversed`) : { value: { lo, hi } };
    },
    print: ({ lo, hi }) => (lo === hi ? String(lo) : `${lo}:${hi}`),
  };
}

const U64 = 0xffff_ffff_ffff_ffffn;

function readU64(text: string): Decoded<bigint> {
  const value = /^0[0-7]/.test(text) ? BigInt(`0o${text.slice(1)}`) : BigInt(text);
  return value <= U64 ? { value } : malformed(`expected a number from 0 to ${U64}, found \`${text}\``);
}

export const u64: Shape<bigint> = { rule: 'number', decode: ({ text }) => readU64(text), print: String };

export interface WideRange {
  readonly lo: bigint;
  readonly hi: bigint;
}

/** `10:100`; `10` and `10:` have no upper end */
export const byteRange: Shape<WideRange> = {
  rule: 'openRange',
  decode: (parts) => {
    const lo = readU64(part(parts, 'low') ?? '0');
    const high = part(parts, 'high');
    const hi = high === undefined ? { value: U64 } : readU64(high);
    if ('refused' in lo) return lo;
    if ('refused' in hi) return hi;
    return lo.value > hi.value ? malformed(`range \`${parts.text}\` is reversed`) : { value: { lo: lo.value, hi: hi.value } };
  },
  print: ({ lo, hi }) => (hi === U64 ? String(lo) : `${lo}:${hi}`),
};

export const spiRange = openRange({ max: 0xffff_ffff, ordered: false });
export const mssRange = openRange({ max: 0xffff, ordered: true });
