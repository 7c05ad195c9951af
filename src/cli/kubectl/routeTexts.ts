/** Output of `ip -json route show table all` as routes of a host description. What the kernel derives from addresses is left to
 *  `readHost`; what is not modelled stays in the text, where `readHost` knows that it is not. */

import { type JsonRecord, recordsIn } from '../../lib/json.ts';
import { valueText } from '../../lib/valueText.ts';
import { formatAddress, parsePrefix, prefixRange } from '../../packet/address.ts';

export interface RouteTexts {
  readonly routes: readonly string[];
  readonly route_tables: Readonly<Record<string, readonly string[]>>;
  readonly leftOut: readonly string[];
}

/** `routes`: each with its `family`, `-4` or `-6`. `subnets`: of the interfaces' addresses, see subnetKey. */
export function routeTexts(routes: readonly JsonRecord[], subnets: ReadonlySet<string>): RouteTexts {
  const tables = new Map<string, string[]>();
  const leftOut: string[] = [];
  for (const route of routes) {
    if (isDerived(route, subnets)) continue;
    const name = valueText(route.table ?? 'main');
    const list = tables.get(name) ?? [];
    tables.set(name, list);
    const text = routeText(route);
    list.push(text);
    const open = openParts(route);
    if (open.length > 0)
      leftOut.push(`\`${open.join(' ')}\` of the route to ${valueText(route.dst)} is not modelled: packets that take it are undecided`);
  }
  const main = tables.get('main') ?? [];
  tables.delete('main');
  return { routes: main, route_tables: Object.fromEntries(tables), leftOut };
}

/** The route that the kernel makes for an address. Undefined: it makes none. */
export function subnetKey(dev: unknown, address: string): string | undefined {
  const prefix = parsePrefix(address);
  if (prefix === undefined || prefix.length === (typeof prefix.address === 'number' ? 32 : 128)) return undefined;
  return `${valueText(dev)} ${formatAddress(prefixRange(prefix).lo)}/${prefix.length}`;
}

export function isKernelRoute({ table = 'main', protocol, gateway }: JsonRecord): boolean {
  return protocol === 'kernel' && gateway === undefined && table === 'main';
}

function isDerived(route: JsonRecord, subnets: ReadonlySet<string>): boolean {
  const { table, protocol, type, dst, dev } = route;
  if (protocol === 'kernel' && (table === 'local' || ['broadcast', 'anycast', 'multicast'].includes(valueText(type)))) return true;
  // of IPv6 `lo` has the address itself as a route in main
  return isKernelRoute(route) && (subnets.has(`${valueText(dev)} ${valueText(dst)}`) || (dev === 'lo' && valueText(dst).includes(':')));
}

/** Said by the text, or without meaning for a packet's way. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['family', 'type', 'dst', 'gateway', 'dev', 'prefsrc', 'metric', 'table', 'protocol', 'scope', 'flags', 'pref'],
  ...['metrics', 'expires', 'error', 'cache', 'nhid', 'via', 'nexthops', 'tos', 'src', 'uid'],
]);
const FLAGS: ReadonlySet<unknown> = new Set(['linkdown', 'onlink', 'pervasive', 'offload', 'trap', 'rt_offload', 'rt_trap']);

function openParts(route: JsonRecord): readonly string[] {
  const { nexthops, via, tos, nhid, flags, dev } = route;
  const list = recordsIn(nexthops);
  return [
    ...(tos === undefined ? [] : [`tos ${word(tos)}`]),
    // a next hop object that is resolved stands beside it
    ...(nhid !== undefined && dev === undefined && list.length === 0 ? [`nhid ${word(nhid)}`] : []),
    ...(via === undefined ? [] : [`[via=${word(JSON.stringify(via))}]`]),
    ...(Array.isArray(flags) ? flags : []).flatMap((flag) => (FLAGS.has(flag) ? [] : [flag === 'dead' ? 'dead' : `[${word(flag)}]`])),
    ...Object.keys(route).flatMap((key) => (KNOWN.has(key) ? [] : [`[${word(`${key}=${JSON.stringify(route[key])}`)}]`])),
    ...list.map(({ gateway, dev: by }) => `[nexthop=${[gateway, by].flatMap((end) => (end === undefined ? [] : [word(end)])).join()}]`),
  ];
}

function routeText(route: JsonRecord): string {
  const { family, type, dst, gateway, dev, prefsrc, metric } = route;
  return [family, type, dst, part('via', gateway), part('dev', dev), part('src', prefsrc), part('metric', metric), ...openParts(route)]
    .filter((text) => text !== undefined)
    .map(valueText)
    .join(' ');
}

function part(name: string, value: unknown): string | undefined {
  return value === undefined ? undefined : `${name} ${word(value)}`;
}

/** One word, whatever it is. */
function word(value: unknown): string {
  return valueText(value).replaceAll(/[\s[\]]+/g, '_');
}
