/** A host after a script has changed it. What is there already stays as it is, as the kernel refuses it: a host file may be of before or
 *  after the script. man ip-rule(8), ip-route(8), ip-address(8), ip-link(8), sysctl(8) */
import { type Family, familyOf } from '../packet/address.ts';
import { withDevice } from './gatewayDevice.ts';
import type { Host, Interface, Route, RoutingRule } from './host.ts';
import type { HostChange, LinkChange, RouteChange } from './hostChange.ts';
import { namesType, parseRoute } from './ipRoute.ts';
import { parseRule } from './ipRule.ts';
import { everyAddress } from './ipWords.ts';
import { readAddress } from './readAddress.ts';
import { derivedRoutes, writtenRoutes } from './routing.ts';

export function changedHost(host: Host, changes: readonly HostChange[]): Host {
  return changes.reduce(changed, host);
}

function changed(host: Host, change: HostChange): Host {
  switch (change.on) {
    case 'rule':
      return { ...host, rules: changedRules(host, change) };
    case 'route':
      return { ...host, routes: changedRoutes(host, change) };
    case 'address':
      return withInterface(host, change.device, (nic) => changedAddresses(nic, change));
    case 'link':
      return changedLink(host, change);
    case 'sysctl':
      return withSysctls(host, change);
    case 'unknown':
      return { ...host, rules: inOrder([...host.rules, ...([4, 6] as const).map((family) => openRule(family, change.text))]) };
  }
}

/** Behind the table local alone. */
function openRule(family: Family, unknown: string): RoutingRule {
  return { family, priority: 1, not: false, action: 'unknown', unknown };
}

function inOrder(rules: readonly RoutingRule[]): readonly RoutingRule[] {
  return [...rules].sort((a, b) => a.priority - b.priority);
}

function changedRules(host: Host, { does, family, text }: HostChange & { readonly on: 'rule' }): Host['rules'] {
  const { rules } = host;
  if (does === 'flush') return rules.filter((rule) => rule.family !== family || rule.priority === 0);
  const isGiven = /(?:^|\s)(?:pref|priority|order|preference)\s/.test(text);
  const parsed = parseRule(`-${family} ${text}`, rules);
  if (!('value' in parsed)) {
    const selects = does === 'delete' && /^(?:pref|priority|order)\s+(\d+)$/.exec(text.trim());
    if (selects) return without(rules, (rule) => rule.family === family && rule.priority === Number(selects[1]));
    return inOrder([...rules, openRule(family, `ip rule ${does} ${text}`)]);
  }
  const { priority, ...wanted } = parsed.value;
  const isSame = ({ priority: other, ...rule }: RoutingRule): boolean =>
    JSON.stringify(canonical(rule)) === JSON.stringify(canonical(wanted)) && (!isGiven || other === priority);
  if (does === 'delete') return without(rules, isSame);
  return rules.some(isSame) ? rules : inOrder([...rules, parsed.value]);
}

/** A prefix of all addresses says nothing. */
function canonical(rule: Omit<RoutingRule, 'priority'>): unknown {
  const entries = Object.entries(rule).filter(
    ([key, value]) => value !== undefined && !((key === 'from' || key === 'to') && (value as { length: number }).length === 0),
  );
  return entries.map(([key, value]) => [key, textOf(value)]).sort();
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? one.toString(16) : one));
}

function without<T>(list: readonly T[], isIt: (one: T) => boolean): readonly T[] {
  const at = list.findIndex(isIt);
  return at < 0 ? list : list.filter((_, index) => index !== at);
}

function changedRoutes(host: Host, { does, family, table, text }: RouteChange): Host['routes'] {
  const { routes } = host;
  if (does === 'flush') return routes.filter((route) => route.family !== family || route.table !== table || table === 'local');
  const parsed = parseRoute(text, table);
  if (!('value' in parsed)) {
    const open: Route = {
      family,
      table,
      type: 'unicast',
      to: everyAddress(family),
      metric: 0,
      unknown: `ip route ${does} ${text}`,
    };
    return [...routes, open];
  }
  const route = withDevice(host.routes, parsed.value);
  const isMetric = /\bmetric\b/.test(text);
  const isSame = (one: Route): boolean =>
    one.family === route.family &&
    one.table === route.table &&
    textOf(one.to) === textOf(route.to) &&
    (one.metric === route.metric || (does === 'delete' && !isMetric));
  if (does === 'delete')
    return without(
      routes,
      (one) =>
        isSame(one) &&
        (route.via === undefined || one.via === route.via) &&
        (parsed.value.dev === undefined || one.dev === route.dev) &&
        // kernel net/ipv4/fib_trie.c fib_table_delete(), net/ipv6/route.c ip6_route_del()
        (family === 6 || !namesType(text) || one.type === route.type),
    );
  if (does === 'replace') return [...without(routes, isSame), route];
  // several routes to one network are there by several ways
  return routes.some((one) => isSame(one) && one.type === route.type && (family === 4 || (one.via === route.via && one.dev === route.dev)))
    ? routes
    : [...routes, route];
}

function changedAddresses(nic: Interface, { does, text }: HostChange & { readonly on: 'address' }): Interface {
  if (does === 'flush') {
    const six = text === '6' ? 6 : text === '4' ? 4 : undefined;
    return { ...nic, addresses: six === undefined ? [] : nic.addresses.filter(({ address }) => familyOf(address) !== six) };
  }
  const own = readAddress(text);
  if (typeof own === 'string') return nic;
  const others = nic.addresses.filter(({ address }) => address !== own.address);
  return { ...nic, addresses: does === 'delete' ? others : others.length < nic.addresses.length ? nic.addresses : [...nic.addresses, own] };
}

function changedLink(host: Host, { does, device, state, mtu, master, group, type, table }: LinkChange): Host {
  if (does === 'delete') {
    const left = host.interfaces.filter(({ name }) => name !== device);
    return rederived({ ...host, interfaces: left, routes: writtenRoutes(host).filter(({ dev }) => dev !== device) });
  }
  const isNew = !host.interfaces.some(({ name }) => name === device);
  return withInterface(host, device, (nic) => {
    const { state: before, master: of, ...rest } = nic;
    const now = state ?? (isNew && does === 'add' ? 'down' : (before ?? 'up'));
    const belongs = master ?? of ?? '';
    return {
      ...rest,
      ...(now !== 'up' && { state: now }),
      ...(belongs !== '' && { master: belongs }),
      ...(mtu !== undefined && { mtu }),
      ...(group !== undefined && { group }),
      ...(type !== undefined && { type }),
      ...(table !== undefined && { table }),
    };
  });
}

function withInterface(host: Host, device: string, change: (nic: Interface) => Interface): Host {
  const known = host.interfaces.some(({ name }) => name === device);
  const all = known ? host.interfaces : [...host.interfaces, { name: device, addresses: [], group: 0 }];
  return rederived({ ...host, interfaces: all.map((nic) => (nic.name === device ? change(nic) : nic)), routes: writtenRoutes(host) });
}

/** `host` has its written routes alone. */
function rederived(host: Host): Host {
  return { ...host, routes: [...derivedRoutes(host), ...host.routes] };
}

/** Two names of one, each of which the kernel changes with the other. kernel net/ipv4/devinet.c ipv4_doint_and_flush(), devinet_sysctl_forward() */
const FORWARDING4 = ['net.ipv4.ip_forward', 'net.ipv4.conf.all.forwarding'];

function withSysctls(host: Host, { key, value }: HostChange & { readonly on: 'sysctl' }): Host {
  const [, before, after] = /^(net\.ipv[46]\.(?:conf|neigh)\.)\*(\..+)$/.exec(key) ?? [];
  const keys =
    before === undefined
      ? FORWARDING4.includes(key)
        ? FORWARDING4
        : [key]
      : ['all', 'default', ...host.interfaces.map(({ name }) => name)].map((name) => `${before}${name}${after}`);
  const sysctls = new Map([...host.sysctls, ...keys.map((one) => [one, value] as const)]);
  return rederived({ ...host, sysctls, routes: writtenRoutes(host) });
}
