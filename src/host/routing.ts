/** The forwarding tables a host has: what the kernel derives from addresses, and what was added.
 *  kernel net/ipv4/fib_frontend.c fib_add_ifaddr(), net/ipv6/addrconf.c; ip-rule(8) for the rule list */
import type { Address, Family } from '../packet/address.ts';
import { familyOf, parsePrefix, prefixMask, prefixRange } from '../packet/address.ts';
import type { Interface, Route, RoutingRule } from './host.ts';

/** Routes of the tables `local` and `main` that follow from the interfaces' addresses. */
export function derivedRoutes(interfaces: readonly Interface[], forwarding6: boolean): readonly Route[] {
  return interfaces.flatMap((nic) => [
    ...nic.addresses.flatMap((prefix, index) => [
      ...addressRoutes(nic, index),
      ...(familyOf(prefix.address) === 4 ? prefixRoutes4(nic, index) : prefixRoutes6(nic, { index, forwarding6 })),
    ]),
    ...(nic.name !== 'lo' && nic.addresses.some(({ address }) => familyOf(address) === 6)
      ? [route({ table: 'local', type: 'multicast', to: 'ff00::/8', dev: nic.name, metric: 256 })]
      : []),
  ]);
}

function addressRoutes(nic: Interface, index: number): readonly Route[] {
  const prefix = nic.addresses[index];
  if (prefix === undefined) return [];
  const { address } = prefix;
  const length = familyOf(address) === 4 ? 32 : 128;
  const src = familyOf(address) === 4 && isSecondary(nic, index) ? primaryOf(nic, index) : address;
  return [{ family: familyOf(address), table: 'local', type: 'local', to: { address, length }, dev: nic.name, src, metric: 0 }];
}

function prefixRoutes4(nic: Interface, index: number): readonly Route[] {
  const prefix = nic.addresses[index];
  if (prefix === undefined || isSecondary(nic, index) || prefix.length === 32) return [];
  const { lo, hi } = prefixRange(prefix);
  const base = { family: 4, dev: nic.name, src: prefix.address, metric: 0 } as const;
  const net: Route =
    nic.name === 'lo'
      ? { ...base, table: 'local', type: 'local', to: { address: lo, length: prefix.length } }
      : { ...base, table: 'main', type: 'unicast', to: { address: lo, length: prefix.length } };
  if (prefix.length >= 31) return [net];
  return [net, { ...base, table: 'local', type: 'broadcast', to: { address: hi, length: 32 } }];
}

/** A forwarding host also answers for the first address of each subnet (RFC 4291 section 2.6.1). */
function prefixRoutes6(
  nic: Interface,
  { index, forwarding6 }: { readonly index: number; readonly forwarding6: boolean },
): readonly Route[] {
  const prefix = nic.addresses[index];
  if (prefix === undefined || nic.name === 'lo' || prefix.length === 128) return [];
  const address = prefixRange(prefix).lo;
  const base = { family: 6, dev: nic.name } as const;
  const connected: Route = { ...base, table: 'main', type: 'unicast', to: { address, length: prefix.length }, metric: 256 };
  if (!forwarding6 || prefix.length >= 127) return [connected];
  return [connected, { ...base, table: 'local', type: 'anycast', to: { address, length: 128 }, metric: 0 }];
}

/** IPv4: an address in the subnet of an earlier one on the same interface. */
export function isSecondary(nic: Interface, index: number): boolean {
  return primaryOf(nic, index) !== nic.addresses[index]?.address;
}

function primaryOf(nic: Interface, index: number): Address {
  const own = nic.addresses[index];
  if (own === undefined || typeof own.address !== 'number') return own?.address ?? 0;
  const mask = prefixMask(4, own.length) as number;
  for (const earlier of nic.addresses.slice(0, index)) {
    if (earlier.length === own.length && typeof earlier.address === 'number' && (earlier.address & mask) === (own.address & mask)) {
      return earlier.address;
    }
  }
  return own.address;
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
