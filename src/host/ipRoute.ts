/** Routes as ip(8) spells them: `default via 10.244.0.1 dev eth0`. As with ip(8), a text without an address is IPv4 unless it starts
 *  with `-6`. */
import type { Family } from '../packet/address.ts';
import { familyOf, parseAddress, parsePrefix } from '../packet/address.ts';
import type { NextHop, Route } from './host.ts';
import { addOpen, everyAddress, familyOfWords, isOpenWord, type ParsedIpCommand, tableName, tokens, tosOf } from './ipWords.ts';

const ROUTE_TYPES = ['unicast', 'local', 'anycast', 'broadcast', 'multicast', 'blackhole', 'unreachable', 'prohibit', 'throw'] as const;
/** Accepted and without meaning for a single packet's way: who made the route, how it is sent, and what is true of it by itself. */
export const ROUTE_IGNORED: ReadonlySet<string> = new Set(
  'proto protocol advmss initcwnd initrwnd pref hoplimit rtt rttvar ssthresh cwnd window quickack congctl expires realm'.split(' '),
);
export const ROUTE_FLAGS: ReadonlySet<string> = new Set('onlink pervasive offload trap rt_offload rt_trap offload_failed'.split(' '));
/** What is not modelled, with a value and without: the route may be taken or not, or lead elsewhere. */
const ROUTE_OPEN = new Set(['nhid', 'encap']);

/** Does it say of which type it is? Without one `ip route add` takes unicast, and `ip route del` any. */
export function namesType(text: string): boolean {
  const [first = ''] = tokens(text).filter((word) => word !== '-6' && word !== '-4');
  return ROUTE_TYPES.some((name) => name === first);
}

export function parseRoute(text: string, table: string): ParsedIpCommand<Route> {
  const words = tokens(text);
  const family = familyOfWords(words);
  const type = ROUTE_TYPES.find((name) => name === words[0]) ?? 'unicast';
  if (words[0] === type) words.shift();
  const destination = words.shift();
  if (destination === undefined) return { problem: `route \`${text}\` has no destination` };
  const to = destination === 'default' ? everyAddress(family) : parsePrefix(destination);
  if (to === undefined) return { problem: `\`${destination}\` in route \`${text}\` is not an address or prefix` };
  let found: Route = { family: familyOf(to.address), table: tableName(table), type, to, metric: family === 6 ? 1024 : 0 };
  while (words.length > 0) {
    const key = words.shift() as string;
    if (ROUTE_FLAGS.has(key)) continue;
    if (key === 'nexthop') {
      const nexthops = readNextHops(words, found.family);
      if (nexthops === undefined) return { problem: `cannot read the next hops of route \`${text}\`` };
      return { value: { ...found, nexthops } };
    }
    if (key === 'linkdown' || key === 'dead') {
      found = { ...found, [key]: true };
      continue;
    }
    if (isOpenWord(key)) {
      found = { ...found, unknown: addOpen(found.unknown, key) };
      continue;
    }
    if (key === 'encap') return { value: { ...found, unknown: addOpen(found.unknown, [key, ...words].join(' ')) } };
    const isLocked = words[0] === 'lock';
    const value = isLocked ? words.splice(0, 2)[1] : words.shift();
    if (value === undefined) return { problem: `\`${key}\` in route \`${text}\` has no value` };
    const next = key === 'via' && isFamilyWord(value) ? viaPart(found, words.shift()) : routePart(found, key, value);
    if (next === undefined) return { problem: `cannot read \`${key} ${value}\` in route \`${text}\`` };
    found = isLocked && key === 'mtu' ? { ...next, mtuLocked: true } : next;
  }
  return { value: found };
}

function isFamilyWord(word: string | undefined): boolean {
  return word === 'inet' || word === 'inet6';
}

/** The gateway of a route may be of the other family. */
function viaPart<T extends Route | NextHop>(part: T, word: string | undefined): T | undefined {
  const address = parseAddress(word ?? '');
  if (address === undefined) return undefined;
  return typeof address === 'bigint' ? { ...part, via6: address } : { ...part, via: address };
}

/** `via A dev B weight N nexthop ...` */
function readNextHops(words: string[], family: Family): readonly NextHop[] | undefined {
  const hops: NextHop[] = [];
  let hop: NextHop = { weight: 1 };
  while (words.length > 0) {
    const key = words.shift() as string;
    if (key === 'nexthop') {
      hops.push(hop);
      hop = { weight: 1 };
      continue;
    }
    if (key === 'linkdown' || key === 'dead') {
      hop = { ...hop, [key]: true };
      continue;
    }
    if (ROUTE_FLAGS.has(key)) continue;
    const value = words.shift();
    if (key === 'dev' && value !== undefined) hop = { ...hop, dev: value };
    else if (key === 'weight' && /^\d+$/.test(value ?? '')) hop = { ...hop, weight: Number(value) };
    else if (key === 'via') {
      const next = viaPart(hop, isFamilyWord(value) ? words.shift() : value);
      if (next === undefined || (family === 6 && next.via === undefined && next.via6 === undefined)) return undefined;
      hop = family === 6 && next.via6 !== undefined ? { ...hop, via: next.via6 } : next;
    } else if (!ROUTE_IGNORED.has(key)) return undefined;
  }
  return [...hops, hop];
}

const SCOPES = new Map<string, Route['scope']>([
  ...(['global', 'site', 'link', 'host'] as const).map((name) => [name, name] as const),
  ['0', 'global'],
  ['200', 'site'],
  ['253', 'link'],
  ['254', 'host'],
]);
function routePart(route: Route, key: string, value: string): Route | undefined {
  if (ROUTE_IGNORED.has(key)) return route;
  if (ROUTE_OPEN.has(key)) return { ...route, unknown: addOpen(route.unknown, `${key} ${value}`) };
  if (key === 'dev') return { ...route, dev: value };
  if (key === 'table') return { ...route, table: tableName(value) };
  if (key === 'metric') return /^\d+$/.test(value) ? { ...route, metric: Number(value) } : undefined;
  if (key === 'mtu') return /^\d+$/.test(value) ? { ...route, mtu: Number(value) } : undefined;
  if (key === 'scope') {
    const scope = SCOPES.get(value);
    return scope === undefined ? { ...route, unknown: addOpen(route.unknown, `${key} ${value}`) } : { ...route, scope };
  }
  if (key === 'tos' || key === 'dsfield') {
    const tos = tosOf(value);
    return tos === undefined ? undefined : { ...route, tos };
  }
  if (key === 'from') {
    const from = value === 'all' || value === 'default' ? everyAddress(route.family) : parsePrefix(value);
    return from === undefined ? undefined : { ...route, from };
  }
  const address = parseAddress(value);
  if (address === undefined || familyOf(address) !== route.family) return undefined;
  if (key === 'via') return { ...route, via: address };
  return key === 'src' ? { ...route, src: address } : undefined;
}
