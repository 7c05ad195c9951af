/** The route type of an address.
 *  kernel net/ipv4/fib_frontend.c __inet_dev_addr_type() (looks at the table `local` only), net/netfilter/xt_addrtype.c match_lookup_rt6() */
import type { Interval, IntervalSet } from '../lib/intervals.ts';
import { tabulate } from '../lib/intervals.ts';
import { memoize } from '../lib/memo.ts';
import type { Address, Family, Prefix } from '../packet/address.ts';
import { contains, familyOf, parsePrefix, prefixRange } from '../packet/address.ts';
import type { AddrType } from '../packet/fields.ts';
import { ADDR_TYPES } from '../packet/fields.ts';
import { longestMatch } from './fib.ts';
import type { Host, Route } from './host.ts';
import { lookupRoute } from './route.ts';
import { isDiscarding } from './routing.ts';
import { isMulticast6 } from './sourceAddress.ts';

const INDEX = new Map<AddrType, number>(ADDR_TYPES.map((name, index) => [name, index]));

export interface TypeLook {
  /** an address of another interface is not LOCAL */
  readonly dev?: string | undefined;
  /** of IPv6: the route is looked up as one of a packet from there */
  readonly from?: Address | undefined;
}

/** An index into ADDR_TYPES. */
export function addrType(host: Host, address: Address, look: TypeLook = {}): number {
  return INDEX.get(typeof address === 'number' ? type4(host, address, look) : type6(host, address, look)) as number;
}

function type4(host: Host, address: number, { dev }: TypeLook): AddrType {
  if (address === 0 || address === 0xffff_ffff) return 'BROADCAST';
  if (address >>> 28 === 0xe) return 'MULTICAST';
  const local = bestLocal(host, address);
  if (local === undefined || (dev !== undefined && local.dev !== dev)) return 'UNICAST';
  return local.type === 'broadcast' ? 'BROADCAST' : local.type === 'local' ? 'LOCAL' : 'UNICAST';
}

function type6(host: Host, address: bigint, { dev, from }: TypeLook): AddrType {
  if (isMulticast6(address)) return 'MULTICAST';
  const route = lookupRoute(host, {
    family: 6,
    dst: address,
    mark: 0,
    ...(dev === undefined ? {} : { oif: dev }),
    ...(from === undefined ? {} : { src: from }),
  });
  if (route === undefined || route.type === 'unreachable' || isDiscarding(route)) return 'UNREACHABLE';
  if (route.type === 'blackhole') return 'BLACKHOLE';
  if (route.type === 'prohibit') return 'PROHIBIT';
  if (isAnycast(route, address)) return 'ANYCAST';
  if (address === 0n) return 'UNSPEC';
  const local = dev === undefined ? route.type === 'local' : isOn(host, { dev, address });
  return local ? 'LOCAL' : 'UNICAST';
}

/** The first address of a connected prefix too, forwarding or not. kernel include/net/ip6_route.h ipv6_anycast_destination() */
function isAnycast({ type, to, via }: Route, address: bigint): boolean {
  return type === 'anycast' || (to.length < 127 && via === undefined && prefixRange(to).lo === address);
}

function isOn(host: Host, { dev, address }: { readonly dev: string; readonly address: bigint }): boolean {
  return host.interfaces.some(({ name, addresses }) => name === dev && addresses.some((own) => own.address === address));
}

function bestLocal(host: Host, address: Address): Route | undefined {
  return longestMatch(host, { table: 'local', address });
}

export interface TypeIntervals {
  /** an index into ADDR_TYPES */
  readonly type: number;
  readonly addresses: IntervalSet;
}

/** The same as a table: which addresses have which type. Between two ends of routes the type cannot change. */
export function typeIntervals(host: Host, family: Family, { dev = '', from }: TypeLook = {}): readonly TypeIntervals[] {
  return TABLE(host, `${family} ${dev} ${from ?? ''}`);
}

/** The first address of a prefix alone. */
function firstOf(prefix: Prefix): Prefix {
  return { address: prefixRange(prefix).lo, length: familyOf(prefix.address) === 4 ? 32 : 128 };
}

const TABLE = memoize((host: Host, key: string): readonly TypeIntervals[] => {
  const [version, name, sender] = key.split(' ');
  const family = Number(version) as Family;
  const look = { ...(name !== '' && { dev: name }), ...(family === 6 && sender && { from: BigInt(sender) }) };
  const special = family === 4 ? ['0.0.0.0', '224.0.0.0/4', '255.255.255.255'] : ['::', 'ff00::/8'];
  const prefixes = [
    ...special.map((text) => parsePrefix(text)).filter((prefix) => prefix !== undefined),
    ...host.routes.filter((route) => route.family === family).flatMap(({ to }) => [to, firstOf(to)]),
    ...host.rules.flatMap(({ to }) => (to === undefined || familyOf(to.address) !== family ? [] : [to])),
  ];
  const of = (address: Address): number => addrType(host, address, look);
  return tabulate({ ranges: prefixes.map(prefixRange) as Interval<number>[], last: lastOf(family) }, of).map((one) => ({
    type: one.value,
    addresses: one.of,
  }));
});

function lastOf(family: Family): number {
  return (family === 4 ? 0xffff_ffff : (1n << 128n) - 1n) as number;
}

export interface Senders {
  /** one of them */
  readonly from: Address;
  readonly addresses: IntervalSet;
}

/** Sources for which rules or routes of IPv6 may lead elsewhere. */
export const sendersApart: (host: Host, family: Family) => readonly Senders[] = memoize((host: Host, family: Family) => {
  const told = [...host.rules, ...host.routes].filter((one) => one.family === family).flatMap(({ from }) => from ?? []);
  const ranges = told.map(prefixRange) as Interval<number>[];
  const isIn = (address: Address): string => told.map((prefix) => Number(contains(prefix, address))).join('');
  return tabulate({ ranges, last: lastOf(family) }, isIn).map(({ of: addresses }) => ({ from: addresses[0]?.lo as Address, addresses }));
});

/** The addresses of one type. */
export function addressesOfType(host: Host, family: Family, type: AddrType): IntervalSet {
  return typeIntervals(host, family).find((one) => one.type === INDEX.get(type))?.addresses ?? [];
}
