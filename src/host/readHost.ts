/** Reads a host description from JSON or YAML values, and reports everything that is wrong with it. */

import { listIn } from '../lib/described.ts';
import { isJsonRecord } from '../lib/json.ts';
import { nearest } from '../lib/nearest.ts';
import { valueText } from '../lib/valueText.ts';
import { parseAddress } from '../packet/address.ts';
import { withDevice } from './gatewayDevice.ts';
import type { Host, Route, RoutingRule } from './host.ts';
import { parseRoute } from './ipRoute.ts';
import { parseRule } from './ipRule.ts';
import { readFence } from './readFence.ts';
import { readInterfaces } from './readInterfaces.ts';
import { readSockets } from './readSockets.ts';
import { defaultRules, derivedRoutes, joinSiblings } from './routing.ts';

/** `host` is absent when there is a problem. */
export interface HostReading {
  readonly host?: Host;
  /** one sentence each, lower case, the offending text in backticks */
  readonly problems: readonly string[];
}

export const HOST_KEYS = [
  'interfaces',
  'routes',
  'ip_rules',
  'route_tables',
  'default_rules',
  'sysctls',
  'listeners',
  'processes',
  'proxies',
  'fence',
  'pods',
  'sets',
  'clock',
];
/** A description without any of these is a part of a host: its addresses and routes are taken from elsewhere. */
const PLACE_KEYS = ['interfaces', 'routes', 'ip_rules', 'route_tables', 'default_rules'];

export function readHost(value: unknown): HostReading {
  const problems: string[] = [];
  if (!isJsonRecord(value)) return { problems: ['the host description is not an object'] };
  for (const key of Object.keys(value))
    if (!isOfSchema(key, value[key]) && !HOST_KEYS.includes(key))
      problems.push(`unknown key \`${key}\` in the host description${meantKey(key)}`);
  const interfaces = readInterfaces(listIn(value.interfaces, 'interfaces', problems), problems);
  const sysctls = readSysctls(value.sysctls, problems);
  const derived = derivedRoutes({ interfaces, sysctls });
  const written = readRoutes(value, problems);
  const routes = joinSiblings([...derived, ...written.map((route) => withDevice([...derived, ...written], route))]);
  for (const { dev } of routes.flatMap((route) => [route, ...(route.nexthops ?? [])])) {
    if (dev !== undefined && !interfaces.some(({ name }) => name === dev))
      problems.push(`a route names interface \`${dev}\`, which the host lacks`);
  }
  const { listeners, processes, proxies } = readSockets(value, problems);
  const fence = readFence(value.fence, problems);
  const host: Host = {
    interfaces,
    routes,
    rules: readRules(value, problems),
    sysctls,
    listeners,
    ...(PLACE_KEYS.some((key) => value[key] !== undefined) ? {} : { placeUnsaid: true }),
    ...(value.listeners === undefined ? { listenersUnsaid: true } : {}),
    processes,
    ...(proxies.length > 0 && { proxies }),
    ...(fence !== undefined && { fence }),
    pods: readAddresses(value.pods, problems),
    sets: readSets(value.sets, problems),
    ...readClock(value.clock, problems),
  };
  return problems.length === 0 ? { host, problems } : { problems };
}

/** `$schema`, for editors, and what `chainwalk host -o json` says of itself. */
function isOfSchema(key: string, value: unknown): boolean {
  return (key === '$schema' && typeof value === 'string') || (key === 'schema' && value === 'chainwalk/host/v1');
}

function meantKey(key: string): string {
  const meant = nearest(key, HOST_KEYS);
  return meant === undefined ? '' : `: did you mean \`${meant}\`?`;
}

/** Types of routes that belong to the table local unless it is said otherwise. source: ip-route(8) */
const HERE: ReadonlySet<Route['type']> = new Set<Route['type']>(['local', 'broadcast', 'anycast']);

function readRoutes(value: Record<string, unknown>, problems: string[]): readonly Route[] {
  const tables: (readonly [string, unknown])[] = [['main', value.routes ?? []]];
  if (value.route_tables !== undefined) {
    if (isJsonRecord(value.route_tables)) tables.push(...Object.entries(value.route_tables));
    else problems.push('`route_tables` is not an object of lists of routes');
  }
  return tables.flatMap(([table, routes]) =>
    listIn(routes, table === 'main' ? 'routes' : `route_tables.${table}`, problems).flatMap((text): Route[] => {
      const parsed = parseRoute(valueText(text), table);
      // as ip(8) does, a route to this host without a table is one of the table local
      if ('value' in parsed) return [HERE.has(parsed.value.type) && table === 'main' ? { ...parsed.value, table: 'local' } : parsed.value];
      problems.push(parsed.problem);
      return [];
    }),
  );
}

/** The three rules that a namespace starts with, unless `default_rules` says that `ip_rules` are all. */
function readRules(value: Record<string, unknown>, problems: string[]): readonly RoutingRule[] {
  const { default_rules: usual = true } = value;
  if (typeof usual !== 'boolean') problems.push('`default_rules` is not true or false');
  const rules: RoutingRule[] = usual === false ? [] : [...defaultRules(4), ...defaultRules(6)];
  for (const text of listIn(value.ip_rules, 'ip_rules', problems)) {
    const parsed = parseRule(valueText(text), rules);
    if ('value' in parsed) rules.push(parsed.value);
    else problems.push(parsed.problem);
  }
  return rules.sort((a, b) => a.priority - b.priority);
}

function readSysctls(value: unknown, problems: string[]): ReadonlyMap<string, string> {
  if (value === undefined) return new Map();
  if (!isJsonRecord(value)) problems.push('`sysctls` is not an object');
  return new Map(Object.entries(isJsonRecord(value) ? value : {}).map(([key, setting]) => [key.replaceAll('/', '.'), valueText(setting)]));
}

function readAddresses(value: unknown, problems: string[]): Host['pods'] {
  return listIn(value, 'pods', problems).flatMap((text) => {
    const address = parseAddress(valueText(text));
    if (address === undefined) problems.push(`\`${valueText(text)}\` in \`pods\` is not an address`);
    return address ?? [];
  });
}

function readSets(value: unknown, problems: string[]): Host['sets'] {
  const sets = new Map<string, NonNullable<ReturnType<Host['sets']['get']>>>();
  if (value !== undefined && !isJsonRecord(value)) problems.push('`sets` is not an object');
  for (const [name, set] of Object.entries(isJsonRecord(value) ? value : {})) {
    if (isJsonRecord(set) && typeof set.type === 'string' && Array.isArray(set.members))
      sets.set(name, {
        type: set.type,
        members: set.members.map(valueText),
        ...(typeof set.options === 'string' && { options: set.options }),
      });
    else problems.push(`set \`${name}\` needs a \`type\` and a list of \`members\``);
  }
  return sets;
}

function readClock(value: unknown, problems: string[]): Pick<Host, 'clock'> {
  if (value === undefined) return {};
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?Z$/.test(valueText(value)) ? Date.parse(valueText(value)) : Number.NaN;
  if (Number.isNaN(time)) problems.push(`the clock \`${valueText(value)}\` is not a time in UTC like \`2026-11-21T08:00:00Z\``);
  return { clock: Math.floor(time / 1000) };
}
