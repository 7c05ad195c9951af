/** Routes and rules as ip(8) spells them: `default via 10.244.0.1 dev eth0`, `fwmark 1337 lookup 133`.
 *  As with ip(8), a text without an address is IPv4 unless it starts with `-6`. */
import type { Address, Family } from '../packet/address.ts';
import { familyOf, parseAddress, parsePrefix } from '../packet/address.ts';
import type { Route, RoutingRule } from './host.ts';

export type ParsedIpCommand<T> = { readonly value: T } | { readonly problem: string };

const ROUTE_TYPES = ['unicast', 'local', 'anycast', 'broadcast', 'multicast', 'blackhole', 'unreachable', 'prohibit', 'throw'] as const;
/** Accepted and without meaning for a single packet's way: who made the route, how it is sent, and what is true of it by itself. */
const ROUTE_IGNORED = new Set(
  'proto protocol scope mtu advmss initcwnd initrwnd pref hoplimit rtt rttvar ssthresh cwnd window quickack congctl expires realm'.split(
    ' ',
  ),
);
const ROUTE_FLAGS = new Set('onlink linkdown pervasive offload trap rt_offload rt_trap offload_failed'.split(' '));
/** What is not modelled, with a value and without: the route may be taken or not, or lead elsewhere. */
const ROUTE_OPEN = new Set(['tos', 'dsfield', 'nhid', 'encap', 'nexthop']);
/** The same of rules. */
const RULE_OPEN = new Set('uidrange ipproto sport dport tos dsfield tun_id realms realm suppress_ifgroup'.split(' '));
const RULE_IGNORED = new Set(['proto', 'protocol']);
/** Numbers that have names. kernel include/uapi/linux/rtnetlink.h enum rt_class_t */
const TABLE_NAMES: ReadonlyMap<string, string> = new Map([
  ['253', 'default'],
  ['254', 'main'],
  ['255', 'local'],
]);

export function tableName(text: string): string {
  return TABLE_NAMES.get(text) ?? text;
}

export function parseRoute(text: string, table: string): ParsedIpCommand<Route> {
  const words = tokens(text);
  const family = familyOfText(words);
  const type = ROUTE_TYPES.find((name) => name === words[0]) ?? 'unicast';
  if (words[0] === type) words.shift();
  const destination = words.shift();
  if (destination === undefined) return { problem: `route \`${text}\` has no destination` };
  const to = destination === 'default' ? anyOf(family) : parsePrefix(destination);
  if (to === undefined) return { problem: `\`${destination}\` in route \`${text}\` is not an address or prefix` };
  let found: Route = { family: familyOf(to.address), table: tableName(table), type, to, metric: family === 6 ? 1024 : 0 };
  while (words.length > 0) {
    const key = words.shift() as string;
    if (ROUTE_FLAGS.has(key)) continue;
    if (isOpenWord(key) || key === 'dead') {
      found = { ...found, unknown: addOpen(found.unknown, key) };
      continue;
    }
    if (key === 'nexthop' || key === 'encap') return { value: { ...found, unknown: addOpen(found.unknown, [key, ...words].join(' ')) } };
    const value = words[0] === 'lock' ? words.splice(0, 2)[1] : words.shift();
    if (key === 'via' && (value === 'inet' || value === 'inet6')) {
      const next = words.shift();
      if (next === undefined) return { problem: `\`${key} ${value}\` in route \`${text}\` has no address` };
      found = { ...found, unknown: addOpen(found.unknown, `${key} ${value} ${next}`) };
      continue;
    }
    if (value === undefined) return { problem: `\`${key}\` in route \`${text}\` has no value` };
    const next = routePart(found, key, value);
    if (next === undefined) return { problem: `cannot read \`${key} ${value}\` in route \`${text}\`` };
    found = next;
  }
  return { value: found };
}

function routePart(route: Route, key: string, value: string): Route | undefined {
  if (ROUTE_IGNORED.has(key)) return route;
  if (ROUTE_OPEN.has(key)) return { ...route, unknown: addOpen(route.unknown, `${key} ${value}`) };
  if (key === 'dev') return { ...route, dev: value };
  if (key === 'table') return { ...route, table: tableName(value) };
  if (key === 'metric') return /^\d+$/.test(value) ? { ...route, metric: Number(value) } : undefined;
  const address = parseAddress(value);
  if (address === undefined || familyOf(address) !== route.family) return undefined;
  if (key === 'via') return { ...route, via: address };
  return key === 'src' ? { ...route, src: address } : undefined;
}

/** `priority` is what ip-rule(8) gives to a rule without `pref`: one less than the lowest so far. */
export function parseRule(text: string, lowest: (family: Family) => number): ParsedIpCommand<RoutingRule> {
  const words = tokens(text);
  // `ip rule` prints the priority first
  const [, printed] = /^(\d+):$/.exec(words[0] ?? '') ?? [];
  if (printed !== undefined) words.splice(0, 1);
  const family = familyOfText(words);
  if (printed !== undefined) words.unshift('pref', printed);
  let rule: RoutingRule = { family, not: false, priority: Math.min(lowest(family) - 1, 32765), action: { lookup: '' } };
  while (words.length > 0) {
    const key = words.shift() as string;
    if (key === 'not') {
      rule = { ...rule, not: true };
      continue;
    }
    if (key === 'blackhole' || key === 'unreachable' || key === 'prohibit') {
      rule = { ...rule, action: key };
      continue;
    }
    if (key === 'l3mdev' || key === 'nop' || isOpenWord(key)) {
      const unknown = addOpen(rule.unknown, key);
      rule = { ...rule, unknown, ...(key === 'l3mdev' ? { action: 'unknown' as const } : {}) };
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
    case 'suppress_prefixlength':
    case 'suppress_prefixlen':
    case 'sup_pl':
      return /^\d+$/.test(value) ? { ...rule, suppress: Number(value) } : undefined;
    case 'goto':
      return { ...rule, action: 'unknown', unknown: addOpen(rule.unknown, `${key} ${value}`) };
    case 'lookup':
    case 'table':
      // the table of the packet's VRF
      if (value.startsWith('[')) return { ...rule, action: 'unknown', unknown: addOpen(rule.unknown, `${key} ${value}`) };
      return { ...rule, action: { lookup: tableName(value) } };
    default:
      if (RULE_IGNORED.has(key)) return rule;
      return RULE_OPEN.has(key) ? { ...rule, unknown: addOpen(rule.unknown, `${key} ${value}`) } : undefined;
  }
}

/** `[detached]`, and what kubectl chainwalk makes of an answer that it does not know. */
function isOpenWord(word: string): boolean {
  return /^\[.+\]$/.test(word);
}

function addOpen(known: string | undefined, more: string): string {
  return known === undefined ? more : `${known} ${more}`;
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
