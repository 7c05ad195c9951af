/** What was read of a host, once all of the text was. */

import type { Route } from '../../host/host.ts';
import type { InterfaceDescription } from '../../host/hostDescription.ts';
import { parseRoute } from '../../host/ipRoute.ts';
import { readHost } from '../../host/readHost.ts';
import { formatAddress, prefixRange } from '../../packet/address.ts';
import { withHidden, withWays } from './busybox.ts';
import type { HostPage, PrintedNic } from './page.ts';
import type { PrintedHost, PrintedRoute } from './printedHost.ts';
import { keptOptions } from './setLines.ts';

export function finished(page: HostPage): PrintedHost {
  const interfaces = [...page.nics.values()].map(described).filter(({ name, addresses }) => name !== 'lo' || addresses.length > 0);
  const known = page.nics.size > 0;
  const routes = known
    ? addedRoutes(page, interfaces)
    : {
        routes: page.routes.filter(
          (route) =>
            route.byKernel === undefined ||
            !isByItself(
              route.table,
              /^(?:local|broadcast|anycast|multicast)\b/.exec(route.text)?.[0] ?? '',
              route.text.split(' ')[0] ?? '',
            ),
        ),
        interfaces,
      };
  return {
    ...(known && { interfaces: routes.interfaces }),
    routes: routes.routes.map(withWays),
    routesOf: [...page.routesOf].sort(),
    rules: withHidden(page),
    rulesOf: [...page.rulesOf].sort(),
    listeners: page.listeners,
    listenersOf: [...page.listenersOf].sort(),
    ...(page.users.size > 0 && { users: Object.fromEntries(page.users) }),
    sets: Object.fromEntries([...page.sets].map(([name, { type, options, members }]) => [name, setDescription(type, options, members)])),
    sysctls: Object.fromEntries(page.sysctls),
    unusedSysctls: [...page.unusedSysctls],
  };
}

function setDescription(type: string, options: string, members: readonly string[]): PrintedHost['sets'][string] {
  return { type, members, ...keptOptions(options) };
}

function described({ name, addresses, mtu, state, master, group, type, table }: PrintedNic): InterfaceDescription {
  const own = [...addresses.values()];
  const number = group === undefined || group === 'default' ? 0 : Number(group);
  // ip prints the newest address of IPv6 first
  const ordered = [...own.filter((one) => !isSix(one)), ...own.filter(isSix).reverse()];
  return {
    name,
    addresses: name === 'lo' ? ordered.filter((one) => !LOOPBACK.test(one)) : ordered,
    ...(mtu !== undefined && name !== 'lo' && { mtu }),
    ...(state !== undefined && { state }),
    ...(master !== undefined && { master }),
    ...(number > 0 && { group: number }),
    ...(type !== undefined && { type }),
    ...(table !== undefined && { table }),
  };
}

/** Those that lo has everywhere. */
const LOOPBACK = /^(?:127\.0\.0\.1\/8|::1\/128)$/;

function isSix(text: string): boolean {
  return text.includes(':');
}

interface Added {
  readonly routes: readonly PrintedRoute[];
  readonly interfaces: readonly InterfaceDescription[];
}

/** Without the routes that follow from the addresses, and an address whose route is not there says so. */
function addedRoutes(page: HostPage, interfaces: readonly InterfaceDescription[]): Added {
  const { host } = readHost({ interfaces, sysctls: Object.fromEntries(page.sysctls) });
  const keys = new Set((host?.routes ?? []).map(keyOf));
  const seen = new Set<string>();
  const routes = page.routes.filter((route) => {
    const parsed = parseRoute(route.text, route.table);
    if (!('value' in parsed)) return true;
    const { type, to, via } = parsed.value;
    const key = keyOf(parsed.value);
    seen.add(key);
    if (via !== undefined || parsed.value.unknown !== undefined) return true;
    if (route.byKernel === true && isOwn(interfaces, parsed.value)) return false;
    return !keys.has(key) && !(route.byKernel === true && isByItself(route.table, type, prefixText(to)));
  });
  const connected = (host?.routes ?? []).filter(
    ({ table, type, dev, family }) => table === 'main' && type === 'unicast' && dev !== 'lo' && page.routesOf.has(family),
  );
  const absent = new Set(connected.flatMap((route) => (seen.has(keyOf(route)) ? [] : [`${route.dev} ${prefixText(route.to)}`])));
  return { routes, interfaces: absent.size === 0 ? interfaces : interfaces.map((nic) => withoutRoutes(nic, absent)) };
}

/** Of IPv6 an address without a network is a route in main as well. */
function isOwn(interfaces: readonly InterfaceDescription[], { family, table, dev, to }: Route): boolean {
  if (family !== 6 || table !== 'main' || to.length !== 128) return false;
  const own = formatAddress(to.address);
  return interfaces.some(({ name, addresses }) => name === dev && addresses.some((text) => text.split(/[/ ]/)[0] === own));
}

/** Of several routes to one network the metric decides. */
function keyOf({ table, type, dev, to, metric }: Route): string {
  return [table, type, dev, prefixText(to), table === 'main' ? metric : ''].join(' ');
}

/** The kernel makes these from addresses and interfaces alone. */
function isByItself(table: string, type: string, to: string): boolean {
  return table === 'local' || ['broadcast', 'anycast', 'multicast'].includes(type) || to === 'ff00::/8' || to === 'fe80::/64';
}

function withoutRoutes(nic: InterfaceDescription, absent: ReadonlySet<string>): InterfaceDescription {
  if (nic.state === 'down') return nic;
  const addresses = nic.addresses.map((text) => {
    const network = networkOf(text);
    return network === undefined || text.includes('noprefixroute') || !absent.has(`${nic.name} ${network}`)
      ? text
      : `${text} noprefixroute`;
  });
  return { ...nic, addresses };
}

function networkOf(text: string): string | undefined {
  const [, own, peer] = /^(\S+)(?: peer (\S+))?/.exec(text) ?? [];
  const parsed = parseRoute(peer ?? own ?? '', 'main');
  return 'value' in parsed ? prefixText(parsed.value.to) : undefined;
}

function prefixText(prefix: Parameters<typeof prefixRange>[0]): string {
  return `${formatAddress(prefixRange(prefix).lo)}/${prefix.length}`;
}
