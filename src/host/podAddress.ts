/** A pod with another address than the one that is assumed: its subnet and its gateway go along. */
import { type Address, type Family, familyOf, type Prefix, parseAddress, parsePrefix, prefixMask } from '../packet/address.ts';
import type { Host, Route } from './host.ts';
import { derivedRoutes, writtenRoutes } from './routing.ts';
import { isLoopback4, isMulticast6 } from './sourceAddress.ts';

/** The interface that leads out of a pod. */
export const POD_INTERFACE = 'eth0';

/** Lengths of a pod's prefixes where they are not given, as most networks of pods have them. */
const LENGTHS: Readonly<Record<Family, number>> = { 4: 24, 6: 64 };

/** `10.12.3.4`, `10.12.3.4/16`; undefined when it is neither. */
export function parsePodAddress(text: string): Prefix | undefined {
  const address = parseAddress(text);
  return address === undefined ? (text.includes('/') ? parsePrefix(text) : undefined) : withLength(address);
}

/** What is wrong with the addresses that are given for a pod. */
export function podIpComplaint(texts: readonly string[], besideHost: boolean): string | undefined {
  if (texts.length > 0 && besideHost) return 'it is for the pod that is assumed without a host description, which has addresses of its own';
  const wrong = texts.find((text) => !isOfPod(parsePodAddress(text)));
  if (wrong !== undefined) return `expected an address of a pod, not \`${wrong}\``;
  const families = texts.map((text) => (text.includes(':') ? 6 : 4));
  return new Set(families).size < families.length ? 'a pod has one address of each family' : undefined;
}

function isOfPod(prefix: Prefix | undefined): boolean {
  if (prefix === undefined) return false;
  const { address } = prefix;
  if (typeof address === 'bigint') return address > 1n && !isMulticast6(address);
  return address >>> 24 !== 0 && !isLoopback4(address) && address < 0xe000_0000;
}

export function withLength(address: Address): Prefix {
  return { address, length: LENGTHS[familyOf(address)] };
}

/** The first address of the subnet, or where the pod has that itself, the next one. */
export function gatewayOf({ address, length }: Prefix): Address {
  const family = familyOf(address);
  const first = masked(address, prefixMask(family, length));
  const next = (by: 1 | 2): Address => (typeof first === 'bigint' ? first + BigInt(by) : first + by);
  return next(1) === address ? next(2) : next(1);
}

function masked(address: Address, mask: Address): Address {
  return typeof address === 'bigint' ? address & BigInt(mask) : (address & Number(mask)) >>> 0;
}

/** The address takes the place of those of its family on the interface. */
export function withPodAddress(host: Host, prefix: Prefix, dev: string = POD_INTERFACE): Host {
  const family = familyOf(prefix.address);
  const interfaces = host.interfaces.map((nic) =>
    nic.name === dev ? { ...nic, addresses: [prefix, ...nic.addresses.filter(({ address }) => familyOf(address) !== family)] } : nic,
  );
  const via = gatewayOf(prefix);
  const isDefault = (route: Route): boolean =>
    route.family === family && route.to.length === 0 && route.dev === dev && route.via !== undefined;
  const moved = (route: Route): Route => (isDefault(route) ? { ...route, via } : route);
  return { ...host, interfaces, routes: [...derivedRoutes({ ...host, interfaces }), ...writtenRoutes(host).map(moved)] };
}
