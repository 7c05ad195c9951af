/** What the kernel decides about an arriving packet by its addresses alone, before it looks up a route: in order, the first that fits.
 *  kernel net/ipv4/route.c ip_route_input_slow(), ip_mc_validate_source(); net/ipv6/ip6_input.c ip6_rcv_core(), ip6_mc_input() */
import type { Interval, IntervalSet } from '../lib/intervals.ts';
import { normalize, point } from '../lib/intervals.ts';
import { memoize } from '../lib/memo.ts';
import type { Address, Family } from '../packet/address.ts';
import { parsePrefix, prefixRange } from '../packet/address.ts';
import type { Host } from './host.ts';
import { interfaceSetting } from './sysctl.ts';

export interface AddressCheck {
  /** absent: any */
  readonly src?: IntervalSet<Address>;
  readonly dst?: IntervalSet<Address>;
  readonly verdict: AddressVerdict;
}

export type AddressVerdict =
  | { readonly kind: 'lost'; readonly reason: 'martian-source' | 'martian-destination' | 'no-route' }
  /** for this host, if its source passes `sourceVerdict` where asked */
  | { readonly kind: 'local'; readonly checkSource: boolean };

function ranges(...prefixes: string[]): IntervalSet<Address> {
  return normalize(prefixes.map((text) => prefixRange(parsePrefix(text) ?? { address: 0, length: 32 }) as Interval<Address>));
}

const BAD_SOURCE = { kind: 'lost', reason: 'martian-source' } as const;
const BAD_DESTINATION = { kind: 'lost', reason: 'martian-destination' } as const;
const NOT_JOINED = { kind: 'lost', reason: 'no-route' } as const;
const LOCAL = { kind: 'local', checkSource: false } as const;
const LOCAL_CHECKED = { kind: 'local', checkSource: true } as const;

const V4 = {
  any: ranges('0.0.0.0'),
  loopback: ranges('127.0.0.0/8'),
  multicast: ranges('224.0.0.0/4'),
  allHosts: ranges('224.0.0.1'),
  broadcast: ranges('255.255.255.255'),
  group: ranges('224.0.0.0/4', '255.255.255.255'),
};

/** Checks after PREROUTING. */
export function inputChecks(host: Host, family: Family, iif: string): readonly AddressCheck[] {
  return family === 4 ? of4(host, iif) : of6(host, '');
}

const of4 = memoize((host: Host, iif: string) => checks4(interfaceSetting(host, 'net.ipv4.conf.{}.route_localnet', iif) > 0));
const of6 = memoize((host: Host, _all: '') => checks6(host));

function checks4(routesLocalnet: boolean): readonly AddressCheck[] {
  const { any, loopback, multicast, allHosts, broadcast, group } = V4;
  const strict = !routesLocalnet;
  return [
    ...(strict ? [{ dst: multicast, src: loopback, verdict: BAD_SOURCE }] : []),
    { src: group, verdict: BAD_SOURCE },
    { dst: allHosts, src: any, verdict: LOCAL },
    { dst: allHosts, verdict: LOCAL_CHECKED },
    { dst: multicast, verdict: NOT_JOINED },
    { dst: broadcast, src: any, verdict: LOCAL },
    { dst: broadcast, verdict: LOCAL_CHECKED },
    { dst: any, src: any, verdict: LOCAL },
    { src: any, verdict: BAD_SOURCE },
    { dst: any, verdict: BAD_DESTINATION },
    ...(strict
      ? [
          { dst: loopback, verdict: BAD_DESTINATION },
          { src: loopback, verdict: BAD_SOURCE },
        ]
      : []),
  ];
}

function checks6(host: Host): readonly AddressCheck[] {
  return [
    { dst: normalize(joinedGroups(host).map(point)) as IntervalSet<Address>, verdict: LOCAL },
    { dst: ranges('ff00::/8'), verdict: NOT_JOINED },
  ];
}

/** All nodes, and the solicited-node groups of the host's addresses (RFC 4291 section 2.7.1). */
function joinedGroups(host: Host): readonly bigint[] {
  const linkLocal = 0xff02n << 112n;
  const own = host.interfaces
    .flatMap(({ addresses }) => addresses.map(({ address }) => address))
    .filter((address) => typeof address === 'bigint');
  return [linkLocal + 1n, ...own.map((address) => linkLocal + 0x1_ff00_0000n + (address & 0xff_ffffn))];
}

/** Multicast groups that do not leave a host: reserved and interface-local, for any flags. */
const NODE_LOCAL = Array.from({ length: 16 }, (_, flags) => [`ff${flags.toString(16)}0::/16`, `ff${flags.toString(16)}1::/16`]).flat();

const ARRIVAL6: readonly AddressCheck[] = [
  { src: ranges('::1', 'ff00::/8'), verdict: BAD_SOURCE },
  { dst: ranges('::1', ...NODE_LOCAL), verdict: BAD_DESTINATION },
];

const OVER_LO6: readonly AddressCheck[] = [{ src: ranges('ff00::/8'), verdict: BAD_SOURCE }];

/** Checks before any hook; only IPv6 has some. */
export function arrivalChecks(family: Family, iif: string): readonly AddressCheck[] {
  if (family === 4) return [];
  return iif === 'lo' ? OVER_LO6 : ARRIVAL6;
}
