/** The IPv6 address that REDIRECT in PREROUTING takes, by the destination's scope.
 *  kernel net/netfilter/nf_nat_redirect.c nf_nat_redirect_ipv6(), net/ipv6/addrconf_core.c __ipv6_addr_type() */
import type { IntervalSet } from '../lib/intervals.ts';
import { includes } from '../lib/intervals.ts';
import { parsePrefix, prefixRange } from '../packet/address.ts';
import type { Host } from './host.ts';
import { scope6 } from './sourceAddress.ts';

export interface RedirectChoice {
  /** destinations that lead to this choice; the choices cover all addresses and do not overlap */
  readonly to: IntervalSet;
  /** absent: there is none, and the kernel drops the packet */
  readonly address: bigint | undefined;
}

export function redirectAddress6(host: Host, dev: string | undefined, dst: bigint): bigint | undefined {
  return redirectChoices6(host, dev).find(({ to }) => includes(to, dst))?.address;
}

export function redirectChoices6(host: Host, dev: string | undefined): readonly RedirectChoice[] {
  const nic = host.interfaces.find(({ name }) => name === dev);
  const own = (nic?.addresses ?? []).map(({ address }) => address).filter((address) => typeof address === 'bigint');
  // the kernel's list: wider scopes first, in each the address that was added last
  const listed = own.reverse().sort((a, b) => scope6(b) - scope6(a));
  return SCOPES.map(({ bits, to }) => ({
    to,
    address: listed.find((address) => !isMapped(address) && (bits === 0 || (bits & scopeBits(address)) !== 0)),
  }));
}

function range(prefix: string): { readonly lo: bigint; readonly hi: bigint } {
  return prefixRange(parsePrefix(prefix) ?? { address: 0n, length: 128 }) as { lo: bigint; hi: bigint };
}

/** Addresses with scope bits of their own, as ipv6_addr_type() gives them; a global address has none. */
const NARROW: readonly { readonly bits: number; readonly to: IntervalSet<bigint> }[] = [
  { bits: 0x10, to: [range('::1'), ...multicast(1)] },
  { bits: 0x20, to: [range('fe80::/10'), ...multicast(2)] },
  { bits: 0x40, to: [range('fec0::/10'), ...multicast(5)] },
  { bits: 0x80, to: [{ lo: 2n, hi: 0xffff_ffffn }] },
];

/** ff?S::/16 of one scope, for all values of the flags */
function multicast(scope: number): readonly { readonly lo: bigint; readonly hi: bigint }[] {
  return Array.from({ length: 16 }, (_, flags) => range(`ff${flags.toString(16)}${scope}::/16`));
}

const SCOPES: readonly { readonly bits: number; readonly to: IntervalSet<bigint> }[] = [
  ...NARROW,
  { bits: 0, to: complement(NARROW.flatMap(({ to }) => to)) },
];

function complement(intervals: IntervalSet<bigint>): IntervalSet<bigint> {
  const gaps: { lo: bigint; hi: bigint }[] = [];
  let next = 0n;
  for (const { lo, hi } of [...intervals].sort((a, b) => (a.lo < b.lo ? -1 : 1))) {
    if (lo > next) gaps.push({ lo: next, hi: lo - 1n });
    next = hi + 1n;
  }
  const last = (1n << 128n) - 1n;
  return next <= last ? [...gaps, { lo: next, hi: last }] : gaps;
}

function scopeBits(address: bigint): number {
  return (
    SCOPES.find(({ to }) =>
      includes(
        [...to].sort((a, b) => (a.lo < b.lo ? -1 : 1)),
        address,
      ),
    )?.bits ?? 0
  );
}

function isMapped(address: bigint): boolean {
  return address >> 32n === 0xffffn;
}
