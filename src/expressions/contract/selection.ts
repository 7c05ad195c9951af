/** What an expression of nftables takes from a packet: whether it is there, and when its value is one of some. */
import type { IntervalSet } from '../../lib/intervals.ts';
import { includes } from '../../lib/intervals.ts';
import { ALWAYS, inSet, type MatchExpr, masked, NEVER, or, present, unmodelled } from '../../netfilter/matchExpr.ts';
import type { Field } from '../../packet/fields.ts';
import { type Bits, prefixesOf } from './bits.ts';

/** `(value & mask) ^ xor` is in one of the intervals; without a mask: all bits. */
export interface Values {
  readonly intervals: IntervalSet;
  readonly mask?: Bits;
  readonly xor?: Bits;
}

export interface Selection {
  /** where it is not, a rule that asks for it does not match, whatever it asks */
  readonly present: MatchExpr;
  /** false where it is absent */
  readonly where: (values: Values) => MatchExpr;
  /** its value is that of one field, as it is */
  readonly field?: Field;
  /** where there is something else in place of that field, and what of it is known */
  readonly instead?: { readonly when: MatchExpr; readonly value: MatchExpr };
  /** it is drawn anew for each packet */
  readonly lots?: Lots;
}

/** A number from `offset` on, `modulus` of them. */
export interface Lots {
  readonly modulus: number;
  readonly offset: number;
  readonly remembers: boolean;
}

/** A wrong family, say: it is never there. */
export const ABSENT: Selection = { present: NEVER, where: () => NEVER };

/** No packet is without them. */
const ALWAYS_THERE: ReadonlySet<Field> = new Set(['proto', 'src', 'dst', 'ttl', 'tos', 'length', 'mark', 'fragOffset', 'ctstate']);

function isThere(field: Field): MatchExpr {
  return ALWAYS_THERE.has(field) ? ALWAYS : present(field);
}

export function ofField(field: Field, width: number): Selection {
  const whole = { field, width, shift: 0 };
  const plain = ({ mask, xor }: Values): boolean => mask === undefined && xor === undefined;
  return {
    present: isThere(field),
    field,
    where: (values) => (plain(values) ? inSet(field, within(values.intervals, width)) : bitsWhere(values, whole)),
  };
}

/** A field may be narrower than the kernel's number. */
function within(intervals: IntervalSet, width: number): IntervalSet {
  const last = 2 ** width - 1;
  if (width > 32 || intervals.every(({ hi }) => typeof hi !== 'number' || hi <= last)) return intervals;
  return intervals.flatMap(({ lo, hi }) => (Number(lo) > last ? [] : [{ lo, hi: Math.min(Number(hi), last) }]));
}

/** Some bits of a field. */
export function ofBits(field: Field, part: { readonly shift: number; readonly width: number }): Selection {
  return { present: isThere(field), where: (values) => bitsWhere(values, { field, ...part }) };
}

interface KeyPart {
  readonly field: Field;
  readonly width: number;
  readonly shift: number;
}

function bitsWhere({ intervals, mask, xor }: Values, { field, width, shift }: KeyPart): MatchExpr {
  return or(
    ...prefixesOf(within(intervals, width), width).flatMap(({ value, mask: fixed }): readonly MatchExpr[] => {
      if (typeof value === 'bigint' || typeof fixed === 'bigint') {
        const [all, flip] = [BigInt(mask ?? (1n << BigInt(width)) - 1n), BigInt(xor ?? 0n)];
        const wanted = (BigInt(value) ^ flip) & BigInt(fixed);
        return (wanted & ~all) === 0n ? [masked(field, wanted, all & BigInt(fixed))] : [];
      }
      const [all, flip] = [Number(mask ?? 0xffff_ffff), Number(xor ?? 0)];
      const wanted = ((value ^ flip) & fixed) >>> 0;
      return (wanted & ~all) === 0 ? [masked(field, (wanted << shift) >>> 0, ((all & fixed) << shift) >>> 0)] : [];
    }),
  );
}

/** One of few values, each under its condition. */
export function ofValues(values: readonly { readonly value: number; readonly when: MatchExpr }[], present: MatchExpr = ALWAYS): Selection {
  return { present, where: (asked) => or(...values.filter(({ value }) => passes(value, asked)).map(({ when }) => when)) };
}

export function passes(value: number, { intervals, mask, xor }: Values): boolean {
  return includes<number>(intervals as IntervalSet<number>, ((value & Number(mask ?? 0xffff_ffff)) ^ Number(xor ?? 0)) >>> 0);
}

export function always(value: number): Selection {
  return ofValues([{ value, when: ALWAYS }]);
}

export function unknown(reason: string, when: MatchExpr = ALWAYS): Selection {
  return { present: when, where: () => unmodelled(reason) };
}
