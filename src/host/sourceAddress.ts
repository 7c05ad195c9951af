/** Which of its addresses a host uses.
 *  kernel net/ipv4/devinet.c inet_select_addr(), net/ipv6/addrconf.c __ipv6_dev_get_saddr() (RFC 6724 section 5) */
import type { Interval, IntervalSet } from '../lib/intervals.ts';
import { tabulate } from '../lib/intervals.ts';
import { memoize } from '../lib/memo.ts';
import type { Address, Family, Prefix } from '../packet/address.ts';
import { contains, familyOf, parsePrefix, prefixRange } from '../packet/address.ts';
import type { Host, Interface, InterfaceAddress, Route } from './host.ts';
import { isSecondary, subnetOf } from './routing.ts';
import { interfaceSetting } from './sysctl.ts';

export interface Wanted4 {
  readonly dev: string;
  /** its subnet is preferred; absent: the first address of the interface */
  readonly near?: Address | undefined;
  /** the narrowest scope that will do; absent: global */
  readonly scope?: Scope4 | undefined;
}

export type Scope4 = NonNullable<Route['scope']>;

/** IPv4: the primary address of `dev` in the subnet of `near`, else its first, else the first of another interface. */
export function selectAddress4(host: Host, { dev, near, scope = 'global' }: Wanted4): number | undefined {
  const nic = host.interfaces.find(({ name }) => name === dev);
  // with route_localnet 127.0.0.1 counts as an address of the link
  const narrowest = interfaceSetting(host, 'net.ipv4.conf.{}.route_localnet', dev) > 0 ? SCOPES4.link : SCOPES4.host;
  const own = primaries(nic).filter((one) => Math.min(scope4(one), narrowest) <= SCOPES4[scope]);
  const chosen = near === undefined ? own[0] : (own.find((one) => contains(subnetOf(one), near)) ?? own[0]);
  const other = (): InterfaceAddress | undefined =>
    host.interfaces
      .filter(({ master }) => master === nic?.master || !isVrf(host, master))
      .flatMap((one) => primaries(one).filter((address) => scope4(address) !== SCOPES4.link && scope4(address) <= SCOPES4[scope]))[0];
  return (chosen ?? other())?.address as number | undefined;
}

function isVrf({ interfaces }: Host, name: string | undefined): boolean {
  return interfaces.some((nic) => nic.name === name && nic.type === 'vrf');
}

function primaries(nic: Interface | undefined): readonly InterfaceAddress[] {
  return (nic?.addresses ?? []).filter(({ address }, index) => familyOf(address) === 4 && nic !== undefined && !isSecondary(nic, index));
}

/** kernel include/uapi/linux/rtnetlink.h enum rt_scope_t */
const SCOPES4: Readonly<Record<Scope4, number>> = { global: 0, site: 200, link: 253, host: 254 };

function scope4({ address, scope }: InterfaceAddress): number {
  return SCOPES4[scope ?? (isLoopback4(address as number) ? 'host' : 'global')];
}

/** The first IPv4 address of an interface, of any scope. REDIRECT in PREROUTING and TPROXY use it. */
export function firstAddress4(host: Host, dev: string | undefined): number | undefined {
  const nic = host.interfaces.find(({ name }) => name === dev);
  return nic?.addresses.find(({ address }) => familyOf(address) === 4)?.address as number | undefined;
}

/** On whichever interface. kernel net/ipv6/addrconf.c ipv6_chk_addr() */
export function ownAddresses6({ interfaces }: Host): readonly bigint[] {
  return interfaces.flatMap(({ addresses }) => addresses.flatMap(({ address }) => (typeof address === 'bigint' ? [address] : [])));
}

/** No device in particular, where one is needed: no interface is called this. */
export const ANY_DEVICE = '';

/** IPv6 source address for `dst` leaving by `dev`. */
export function selectAddress6(host: Host, dev: string, dst: bigint): bigint | undefined {
  let best: { score: readonly number[]; address: bigint } | undefined;
  const onlyDev = isMulticast6(dst) || wantedScope(dst) <= 2;
  for (const nic of host.interfaces) {
    if (onlyDev && dev !== ANY_DEVICE && nic.name !== dev) continue;
    // the kernel's list has the address that was added last first
    for (const prefix of usable6(nic).reverse()) {
      const address = prefix.address as bigint;
      const score = score6(prefix, { dst, sameDevice: nic.name === dev });
      if (best === undefined || compare(score, best.score) > 0) best = { score, address };
    }
  }
  return best?.address;
}

function usable6(nic: Interface): InterfaceAddress[] {
  return nic.addresses.filter(({ address, tentative }) => familyOf(address) === 6 && tentative !== true);
}

export interface SourceChoice {
  /** next hops or, for IPv6, destinations */
  readonly to: IntervalSet;
  readonly address: Address | undefined;
}

/** The same for all of them: which get which address; of IPv4, by the subnet that is near. */
export function sourceChoices(host: Host, family: Family, dev: string): readonly SourceChoice[] {
  return family === 4 ? sourceChoices4(host, dev) : sourceChoices6(host, dev);
}

const sourceChoices4 = memoize((host: Host, dev: string): readonly SourceChoice[] => {
  const ranges = primaries(host.interfaces.find(({ name }) => name === dev)).map((own) => prefixRange(subnetOf(own)) as Interval<number>);
  return tabulate({ ranges, last: 0xffff_ffff }, (near) => selectAddress4(host, { dev, near })).map(({ value, of }) => ({
    to: of,
    address: value,
  }));
});

const sourceChoices6 = memoize((host: Host, dev: string): readonly SourceChoice[] => {
  const own = host.interfaces.flatMap(({ addresses }) => addresses).filter(({ address }) => typeof address === 'bigint');
  const shared = own.flatMap(({ address, length }) =>
    Array.from({ length: length + 1 }, (_, bits) => prefixRange({ address, length: bits })),
  );
  const points = own.map(({ address }) => ({ lo: address, hi: address }));
  const ranges = [...shared, ...points, ...LABELS.map(({ range }) => range), ...SCOPE_RANGES] as Interval<bigint>[];
  return tabulate({ ranges, last: (1n << 128n) - 1n }, (dst) => selectAddress6(host, dev, dst)).map(({ value, of }) => ({
    to: of,
    address: value,
  }));
});

/** One number per rule of RFC 6724 section 5; more is better. */
function score6(prefix: InterfaceAddress, to: { readonly dst: bigint; readonly sameDevice: boolean }): readonly number[] {
  const address = prefix.address as bigint;
  const wanted = wantedScope(to.dst);
  const scope = sourceScope(address);
  return [
    address === to.dst ? 1 : 0,
    scope >= wanted ? 1000 - scope : scope - 1000,
    prefix.deprecated === true ? 0 : 1,
    to.sameDevice ? 1 : 0,
    label(address) === label(to.dst) ? 1 : 0,
    Math.min(commonBits(address, to.dst), prefix.length),
  ];
}

/** The unspecified address, as a destination, has a scope below all others. kernel include/net/ipv6.h __ipv6_addr_src_scope() */
function wantedScope(dst: bigint): number {
  return dst === 0n ? -1 : sourceScope(dst);
}

/** ::1 counts as an address of the link here. kernel net/ipv6/addrconf_core.c __ipv6_addr_type() */
function sourceScope(address: bigint): number {
  return address === 1n ? 2 : scope6(address);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function commonBits(a: bigint, b: bigint): number {
  const difference = a ^ b;
  return difference === 0n ? 128 : 128 - difference.toString(2).length;
}

/** Address scope as in RFC 4291: 1 interface, 2 link, 5 site, 14 global. */
export function scope6(address: bigint): number {
  if (isMulticast6(address)) return Number((address >> 112n) & 0xfn);
  if (address === 1n) return 1;
  if (address >> 118n === 0x3fan) return 2;
  return address >> 118n === 0x3fbn ? 5 : 14;
}

export function isMulticast6(address: bigint): boolean {
  return address >> 120n === 0xffn;
}

export function isLoopback4(address: number): boolean {
  return address >>> 24 === 127;
}

/** RFC 6724 section 2.1, the default policy table. */
const LABELS = (
  [
    ['::1/128', 0],
    ['::ffff:0:0/96', 4],
    ['::/96', 3],
    ['2001::/32', 6],
    ['2001:10::/28', 7],
    ['2002::/16', 2],
    ['fc00::/7', 5],
  ] as const
).map(([text, value]) => ({ range: prefixRange(parsePrefix(text) as Prefix), value }));

function label(address: bigint): number {
  return LABELS.find(({ range }) => range.lo <= address && address <= range.hi)?.value ?? 1;
}

/** Where `scope6` may change: with each 16 bits of multicast, too. */
const SCOPE_RANGES: readonly Interval<bigint>[] = [
  ...['::/128', '::1/128', 'fe80::/10', 'fec0::/10'].map((text) => prefixRange(parsePrefix(text) as Prefix) as Interval<bigint>),
  ...Array.from({ length: 256 }, (_, low) => ({ lo: BigInt(0xff00 + low) << 112n, hi: (BigInt(0xff01 + low) << 112n) - 1n })),
];
