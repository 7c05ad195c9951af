/** Routes and rules as ip(8) spells them: `default via 10.244.0.1 dev eth0`, `fwmark 1337 lookup 133`.
 *  As with ip(8), a text without an address is IPv4 unless it starts with `-6`. */
import type { Address, Family } from '../packet/address.ts';
import { familyOf, parseAddress, parsePrefix } from '../packet/address.ts';
import type { Route, RoutingRule } from './host.ts';

export type Parsed<T> = { readonly value: T } | { readonly problem: string };

const ROUTE_TYPES = ['unicast', 'local', 'broadcast', 'multicast', 'blackhole', 'unreachable', 'prohibit', 'throw'] as const;
/** accepted and without meaning for a single packet's way */
const ROUTE_IGNORED = new Set(['proto', 'scope', 'mtu', 'advmss', 'initcwnd', 'pref', 'tos', 'dsfield']);

export function parseRoute(text: string, table: string): Parsed<Route> {
  const words = tokens(text);
  const family = familyOfText(words);
  const type = ROUTE_TYPES.find((name) => name === words[0]) ?? 'unicast';
  if (words[0] === type) words.shift();
  const destination = words.shift();
  if (destination === undefined) return { problem: `route \`${text}\` has no destination` };
  const to = destination === 'default' ? anyOf(family) : parsePrefix(destination);
  if (to === undefined) return { problem: `\`${destination}\` in route \`${text}\` is not an address or prefix` };
  let found: Route = { family: familyOf(to.address), table, type, to, metric: family === 6 ? 1024 : 0 };
  while (words.length > 0) {
    const key = words.shift() as string;
    if (key === 'onlink') continue;
    const value = words.shift();
    if (value === undefined) return { problem: `\`${key}\` in route \`${text}\` has no value` };
    const next = routePart(found, key, value);
    if (next === undefined) return { problem: `cannot read \`${key} ${value}\` in route \`${text}\`` };
    found = next;
  }
  return { value: found };
}

function routePart(route: Route, key: string, value: string): Route | undefined {
  if (ROUTE_IGNORED.has(key)) return route;
  if (key === 'dev') return { ...route, dev: value };
  if (key === 'table') return { ...route, table: value };
  if (key === 'metric') return /^\d+$/.test(value) ? { ...route, metric: Number(value) } : undefined;
  const address = parseAddress(value);
  if (address === undefined || familyOf(address) !== route.family) return undefined;
  if (key === 'via') return { ...route, via: address };
  return key === 'src' ? { ...route, src: address } : undefined;
}

/** `priority` is what ip-rule(8) gives to a rule without `pref`: one less than the lowest so far. */
export function parseRule(text: string, lowest: (family: Family) => number): Parsed<RoutingRule> {
  const words = tokens(text);
  const family = familyOfText(words);
  const not = words[0] === 'not';
  if (not) words.shift();
  let rule: RoutingRule = { family, not, priority: Math.min(lowest(family) - 1, 32765), action: { lookup: '' } };
  while (words.length > 0) {
    const key = words.shift() as string;
    if (key === 'blackhole' || key === 'unreachable' || key === 'prohibit') {
      rule = { ...rule, action: key };
      continue;
    }
    const value = words.shift();
    if (value === undefined) return { problem: `\`${key}\` in ip rule \`${text}\` has no value` };
    const next = rulePart(rule, key, value);
    if (next === undefined) return { problem: `cannot read \`${key} ${value}\` in ip rule \`${text}\`` };
    rule = next;
  }
  if (typeof rule.action === 'object' && rule.action.lookup === '') return { problem: `ip rule \`${text}\` looks up no table` };
  return { value: rule };
}

function rulePart(rule: RoutingRule, key: string, value: string): RoutingRule | undefined {
  switch (key) {
    case 'from':
    case 'to': {
      const prefix = value === 'all' ? anyOf(rule.family) : parsePrefix(value);
      return prefix === undefined ? undefined : { ...rule, [key]: prefix };
    }
    case 'iif':
    case 'oif':
      return { ...rule, [key]: value };
    case 'fwmark': {
      const parts = /^(0x[0-9a-f]+|\d+)(?:\/(0x[0-9a-f]+|\d+))?$/i.exec(value);
      return parts === null ? undefined : { ...rule, mark: { value: Number(parts[1]), mask: Number(parts[2] ?? 0xffff_ffff) } };
    }
    case 'pref':
    case 'priority':
    case 'order':
      return /^\d+$/.test(value) ? { ...rule, priority: Number(value) } : undefined;
    case 'lookup':
    case 'table':
      return { ...rule, action: { lookup: value } };
    default:
      return undefined;
  }
}

function tokens(text: string): string[] {
  return text.trim().split(/\s+/);
}

/** Reads and removes a leading -4 or -6. */
function familyOfText(words: string[]): Family {
  if (words[0] === '-4' || words[0] === '-6') return words.shift() === '-6' ? 6 : 4;
  return words.some((word) => word.includes(':')) ? 6 : 4;
}

function anyOf(family: Family): { address: Address; length: number } {
  return { address: family === 4 ? 0 : 0n, length: 0 };
}
