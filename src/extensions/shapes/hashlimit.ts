/** Rates and bursts of -m hashlimit, in packets or in bytes.
 *  kernel net/netfilter/xt_hashlimit.c; include/uapi/linux/netfilter/xt_hashlimit.h XT_HASHLIMIT_SCALE_v2, XT_HASHLIMIT_BYTE_SHIFT */
import { numberOf, U32 } from './number.ts';
import { malformed, type Shape } from './shape.ts';

/** Packets: microseconds between two. Bytes: the cost of one unit of 16 bytes. */
export type HashRate =
  | { readonly kind: 'packets'; readonly period: number; readonly seconds: number }
  | { readonly kind: 'bytes'; readonly cost: number };

const SCALE = 1_000_000;
const UNIT_SHIFT = 16;
const UNITS = [
  ['second', 1],
  ['minute', 60],
  ['hour', 60 * 60],
  ['day', 24 * 60 * 60],
] as const;
const PRINTED = [
  ['day', 24 * 60 * 60],
  ['hour', 60 * 60],
  ['min', 60],
  ['sec', 1],
] as const;
const FACTORS: Readonly<Record<string, number>> = { k: 1024, m: 1024 * 1024 };

/** `5/sec`, `512kb/s` */
export const hashRate: Shape<HashRate> = {
  decode: ({ text }) => {
    const bytes = /^(\d+)(.?)b\/s/.exec(text.replace(/^(\d+)b\/s/, '$1 b/s'));
    if (bytes !== null && Number(bytes[1]) > 0) {
      const units = Math.floor((Number(bytes[1]) * (FACTORS[bytes[2] ?? ''] ?? 1)) / UNIT_SHIFT);
      const cost = Math.floor(U32 / ((units % 2 ** 32) + 1));
      return cost === 0 ? malformed(`rate \`${text}\` is too fast`) : { value: { kind: 'bytes', cost } };
    }
    const [, count, unit] = /^(\d+)(?:\/([a-zA-Z]+))?$/.exec(text) ?? [];
    const seconds = unit === undefined ? 1 : UNITS.find(([name]) => name.startsWith(unit.toLowerCase()))?.[1];
    if (count === undefined || seconds === undefined || Number(count) === 0) {
      return malformed(`\`${text}\` is not a valid rate`, 'a rate is written like `5/minute` or `512kb/s`');
    }
    const period = Math.floor((SCALE * seconds) / Number(count));
    return period === 0 ? malformed(`rate \`${text}\` is too fast`) : { value: { kind: 'packets', period, seconds } };
  },
  print: (rate) => (rate.kind === 'packets' ? printPeriod(rate.period).text : printBytes(bytesPerSecond(rate.cost), rate.cost)),
};

/** The rate in the largest unit that is exact enough, and that unit in seconds. */
export function printPeriod(period: number): { readonly text: string; readonly seconds: number } {
  let at = 1;
  while (at < PRINTED.length) {
    const length = (PRINTED[at]?.[1] ?? 1) * SCALE;
    if (period > length || Math.floor(length / period) < length % period) break;
    at++;
  }
  const [unit, seconds] = PRINTED[at - 1] ?? PRINTED[0];
  return { text: `${Math.floor((seconds * SCALE) / period)}/${unit}`, seconds };
}

export function bytesPerSecond(cost: number): number {
  return (Math.floor(U32 / cost) - 1) * UNIT_SHIFT;
}

function costOf(bytes: number): number {
  return Math.floor(U32 / ((Math.floor(bytes / UNIT_SHIFT) % 2 ** 32) + 1));
}

const PRINTED_FACTORS = [
  ['m', 1024 * 1024],
  ['k', 1024],
] as const;

function printBytes(rate: number, cost: number): string {
  const unit = PRINTED_FACTORS.find(([, factor]) => rate >= factor && costOf(rate - (rate % factor)) === cost);
  return unit === undefined ? `${rate}b/s` : `${Math.floor(rate / unit[1])}${unit[0]}b/s`;
}

/** A burst in bytes, in the largest unit that it fills. */
export function printBurst(bytes: number): string {
  const unit = PRINTED_FACTORS.find(([, factor]) => bytes >= factor);
  return unit === undefined ? `${bytes}b` : `${Math.floor(bytes / unit[1])}${unit[0]}b`;
}

const MAX_BURST = 1_000_000;

/** `5`, `1mb` */
export const hashBurst: Shape<number> = {
  decode: ({ text }) => {
    const [, count, letter] = /^(0[xX][\da-fA-F]+|\d+)(.?)/.exec(text) ?? [];
    const value = count === undefined ? 0 : numberOf(count);
    if (value === 0 || (letter === '' && value > MAX_BURST)) return malformed(`expected a burst from 1 to ${MAX_BURST}, found \`${text}\``);
    return { value: value * (FACTORS[letter ?? ''] ?? 1) };
  },
  print: String,
};
