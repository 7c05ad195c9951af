/** The forwarding tables a host has: what the kernel derives from addresses, and what was added.
 *  kernel net/ipv4/fib_frontend.c fib_add_ifaddr(), net/ipv6/addrconf.c; ip-rule(8) for the rule list */
import type { Address, Family, Prefix } from '../packet/address.ts';
import { familyOf, parsePrefix, prefixMask, prefixRange } from '../packet/address.ts';
import type { Host, Interface, InterfaceAddress, NextHop, Route, RoutingRule } from './host.ts';

/** Routes of the tables `local` and `main` that follow from the interfaces' addresses. */
export function derivedRoutes({ interfaces, sysctls }: Pick<Host, 'interfaces' | 'sysctls'>): readonly Route[] {
  const forwarding6 = (sysctls.get('net.ipv6.conf.all.forwarding') ?? '0') !== '0';
  return interfaces.flatMap((nic) => {
    const made = [
      ...nic.addresses.flatMap((own, index) => [
        ...addressRoutes(nic, index),
        ...(familyOf(own.address) === 4 ? prefixRoutes4(nic, index) : prefixRoutes6(nic, { index, forwarding6 })),
      ]),
      ...(nic.name !== 'lo' && nic.state !== 'down' && nic.addresses.some(({ address }) => familyOf(address) === 6)
        ? [route({ table: 'local', type: 'multicast', to: 'ff00::/8', dev: nic.name, metric: 256 })]
        : []),
    ];
    const table = vrfTable(nic, interfaces);
    return table === undefined ? made : made.map((one) => ({ ...one, table }));
  });
}

/** Those that do not follow from the addresses: they come behind those that do, see readHost. */
export function writtenRoutes(host: Host): readonly Route[] {
  return host.routes.slice(derivedRoutes(host).length);
}

/** A VRF has its addresses and its members' in a table of its own. */
function vrfTable(nic: Interface, interfaces: readonly Interface[]): string | undefined {
  const of = nic.type === 'vrf' ? nic : interfaces.find(({ name, type }) => name === nic.master && type === 'vrf');
  return of?.table;
}

function addressRoutes(nic: Interface, index: number): readonly Route[] {
  const own = nic.addresses[index];
  if (own === undefined) return [];
  const { address, tentative } = own;
  const family = familyOf(address);
  if (family === 6 && tentative === true) return [];
  const src = family === 4 && isSecondary(nic, index) ? primaryOf(nic, index) : address;
  return [{ family, table: 'local', type: 'local', to: { address, length: family === 4 ? 32 : 128 }, dev: nic.name, src, metric: 0 }];
}

/** None while the interface is down. */
function prefixRoutes4(nic: Interface, index: number): readonly Route[] {
  const own = nic.addresses[index];
  if (own === undefined || nic.state === 'down' || isSecondary(nic, index)) return [];
  const { address: src, length, peer } = own;
  if (length === 32 && (peer === undefined || peer.address === src)) return [];
  const { lo, hi } = prefixRange(subnetOf(own));
  if (lo === 0) return [];
  const base = { family: 4, dev: nic.name, src, metric: 0 } as const;
  const net: readonly Route[] =
    own.noprefixroute === true
      ? []
      : nic.name === 'lo'
        ? [{ ...base, table: 'local', type: 'local', to: { address: lo, length } }]
        : [{ ...base, table: 'main', type: 'unicast', to: { address: lo, length } }];
  return length >= 31 ? net : [...net, { ...base, table: 'local', type: 'broadcast', to: { address: hi, length: 32 } }];
}

/** The network of an address: that of the other end, where there is one. */
export function subnetOf({ address, length, peer }: InterfaceAddress): Prefix {
  return { address: peer?.address ?? address, length };
}

/** None for ::1, which lo always has. A forwarding host also answers for the first address of each subnet (RFC 4291 section 2.6.1). */
function prefixRoutes6(
  nic: Interface,
  { index, forwarding6 }: { readonly index: number; readonly forwarding6: boolean },
): readonly Route[] {
  const own = nic.addresses[index];
  if (own === undefined || own.address === 1n) return [];
  const { length, peer } = own;
  const base = { family: 6, dev: nic.name } as const;
  const main = { ...base, table: 'main', type: 'unicast', metric: 256 } as const;
  const there: readonly Route[] = peer === undefined ? [] : [{ ...main, to: { address: peer.address, length: 128 } }];
  const address = prefixRange(own).lo;
  const connected: readonly Route[] = own.noprefixroute === true ? [] : [{ ...main, to: { address, length } }];
  const made = [...there, ...connected];
  if (!forwarding6 || length >= 127 || own.tentative === true) return made;
  return [...made, { ...base, table: 'local', type: 'anycast', to: { address, length: 128 }, metric: 0 }];
}

/** IPv4: an address in the subnet of an earlier one on the same interface. */
export function isSecondary(nic: Interface, index: number): boolean {
  return nic.addresses[index]?.secondary === true || primaryOf(nic, index) !== nic.addresses[index]?.address;
}

function primaryOf(nic: Interface, index: number): Address {
  const own = nic.addresses[index];
  if (own === undefined || typeof own.address !== 'number') return own?.address ?? 0;
  const mask = prefixMask(4, own.length) as number;
  const near = subnetOf(own).address as number;
  for (const earlier of nic.addresses.slice(0, index)) {
    const other = subnetOf(earlier).address;
    if (earlier.length === own.length && typeof other === 'number' && (other & mask) === (near & mask)) return earlier.address;
  }
  return own.address;
}

/** IPv6 routes of one prefix and metric that have gateways are one route with several next hops.
 *  kernel net/ipv6/ip6_fib.c fib6_add_rt2node(), rt6_qualify_for_ecmp() */
export function joinSiblings(routes: readonly Route[]): readonly Route[] {
  const joined: Route[] = [];
  for (const route of routes) {
    const at = canBeSibling(route) ? joined.findIndex((earlier) => areSiblings(earlier, route)) : -1;
    const first = joined[at];
    if (first === undefined) joined.push(route);
    else {
      const { via: _via, dev: _dev, src: _src, linkdown: _linkdown, dead: _dead, mtu: _mtu, mtuLocked: _locked, ...whole } = first;
      const isOne = first.mtu === route.mtu && first.mtuLocked === route.mtuLocked;
      const hops = [first, route].flatMap((one) => (isOne ? hopsOf(one) : hopsOf(one).map((hop) => ({ ...mtuPart(one), ...hop }))));
      joined[at] = { ...whole, ...(isOne && mtuPart(first)), nexthops: hops };
    }
  }
  return joined;
}

/** IPv6 discards what a route that is not local leads to lo: what arrives when it is routed, what is sent here behind OUTPUT.
 *  kernel net/ipv6/route.c fib6_is_reject(), ip6_rt_init_dst_reject() */
export function isDiscarding(route: Route | undefined): boolean {
  return route !== undefined && route.family === 6 && route.type === 'unicast' && route.dev === 'lo' && route.to.address !== 1n;
}

function mtuPart({ mtu, mtuLocked }: Route): Pick<Route, 'mtu' | 'mtuLocked'> {
  return { ...(mtu !== undefined && { mtu }), ...(mtuLocked && { mtuLocked }) };
}

function hopsOf({ nexthops, via, dev, src, linkdown, dead }: Route): readonly NextHop[] {
  const from = src === undefined ? {} : { src };
  if (nexthops !== undefined) return nexthops.map((hop) => ({ ...from, ...hop }));
  return [
    {
      weight: 1,
      ...(via !== undefined && { via }),
      ...(dev !== undefined && { dev }),
      ...from,
      ...(linkdown && { linkdown }),
      ...(dead && { dead }),
    },
  ];
}

function areSiblings(one: Route, other: Route): boolean {
  if (!canBeSibling(one)) return false;
  const same = one.table === other.table && one.metric === other.metric;
  return same && isSamePrefix(one.to, other.to) && isSamePrefix(one.from, other.from);
}

function canBeSibling(route: Route): boolean {
  const { family, type, via, nexthops, unknown } = route;
  return (
    family === 6 && type === 'unicast' && !isDiscarding(route) && (via !== undefined || nexthops !== undefined) && unknown === undefined
  );
}

function isSamePrefix(one: Prefix | undefined, other: Prefix | undefined): boolean {
  return one?.address === other?.address && one?.length === other?.length;
}

interface RouteText {
  readonly table: string;
  readonly type: Route['type'];
  readonly to: string;
  readonly dev: string;
  readonly metric: number;
}

function route(text: RouteText): Route {
  const to = parsePrefix(text.to) ?? { address: 0, length: 0 };
  return { family: familyOf(to.address), table: text.table, type: text.type, to, dev: text.dev, metric: text.metric };
}

/** The rules that every network namespace starts with. source: ip-rule(8) */
export function defaultRules(family: Family): readonly RoutingRule[] {
  const base = { family, not: false } as const;
  return [
    { ...base, priority: 0, action: { lookup: 'local' } },
    { ...base, priority: 32766, action: { lookup: 'main' } },
    { ...base, priority: 32767, action: { lookup: 'default' } },
  ];
}

/** Whether a namespace starts with this rule. */
export function isDefaultRule({ from, to, ...others }: RoutingRule): boolean {
  const rule = { ...others, ...(from?.length && { from }), ...(to?.length && { to }) };
  return defaultRules(rule.family).some((usual) => JSON.stringify(usual) === JSON.stringify({ ...usual, ...rule }));
}
