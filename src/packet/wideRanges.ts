/** Whether ranges of addresses or ports are so wide that leaving them alone is no exception any more. */
import { type Interval, type IntervalSet, normalize } from '../lib/intervals.ts';
import { type Address, type Family, familyOf, parsePrefix, prefixRange } from './address.ts';

/** Addresses that hosts of other networks have: RFC 6890. Private ranges of IPv6 are not among them, as a whole cluster has one. */
const UNICAST: Readonly<Record<Family, readonly Interval<Address>[]>> = {
  4: [
    { lo: 0x0100_0000, hi: 0x7eff_ffff },
    { lo: 0x8000_0000, hi: 0xdfff_ffff },
  ],
  6: rangesOf('2000::/3'),
};

/** All private ranges of IPv4 together are less, one range that is wider than a /8 is not. */
const WIDE: Readonly<Record<Family, bigint>> = { 4: 1n << 25n, 6: 1n << 121n };

/** As many addresses as a /7 has, in one range or in several. */
export function areWideRanges(ranges: readonly Interval<Address>[]): boolean {
  return ([4, 6] as const).some((family) => {
    const own = normalize(ranges.filter(({ lo }) => familyOf(lo) === family));
    return countOf(own.flatMap((one) => UNICAST[family].flatMap((part) => common(one, part)))) >= WIDE[family];
  });
}

/** Half of all ports. */
export function areWidePorts(ports: IntervalSet<number>): boolean {
  return countOf(normalize(ports)) >= 1n << 15n;
}

/** Of IPv4: in percent of all addresses that hosts have. */
export function shareOfIPv4(ranges: readonly Interval<Address>[]): number {
  const own = normalize(ranges.filter(({ lo }) => familyOf(lo) === 4));
  const covered = countOf(own.flatMap((one) => UNICAST[4].flatMap((part) => common(one, part))));
  return Math.round((Number(covered) * 100) / Number(countOf(UNICAST[4])));
}

function rangesOf(...texts: readonly string[]): readonly Interval<Address>[] {
  return texts.flatMap((text) => {
    const prefix = parsePrefix(text);
    return prefix === undefined ? [] : [prefixRange(prefix)];
  });
}

function common(a: Interval<Address>, b: Interval<Address>): readonly Interval<Address>[] {
  if (a.lo > b.lo) return common(b, a);
  if (b.hi <= a.hi) return [b];
  return b.lo <= a.hi ? [{ lo: b.lo, hi: a.hi }] : [];
}

function countOf(ranges: readonly Interval<Address>[]): bigint {
  return ranges.reduce((sum, { lo, hi }) => sum + BigInt(hi) - BigInt(lo) + 1n, 0n);
}
