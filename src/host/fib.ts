/** One forwarding table: the longest prefix wins, then in IPv4 the higher TOS, then the lower metric, then the earlier route.
 *  kernel net/ipv4/fib_trie.c fib_table_lookup(), net/ipv6/ip6_fib.c fib6_table_lookup() */
import { memoize } from '../lib/memo.ts';
import { type Address, contains, type Family, familyOf } from '../packet/address.ts';
import type { Host, Route } from './host.ts';
import { isUnused } from './nexthops.ts';
import { isDefaultRule } from './routing.ts';
import { TOS_BITS } from './ruleMatch.ts';

export interface TableQuery {
  readonly table: string;
  readonly address: Address;
  readonly src?: Address;
  /** only routes through this interface */
  readonly dev?: string;
  /** of IPv6: of routes that are otherwise alike, those through this interface */
  readonly prefer?: string;
  /** absent: 0 */
  readonly tos?: number;
}

/** The one to be taken first: the longer prefix, what is not modelled, the higher TOS, the lower metric. */
function compareRoutes(a: Route, b: Route): number {
  const open = ({ unknown }: Route): number => (unknown === undefined ? 1 : 0);
  return (
    b.to.length - a.to.length ||
    (b.from?.length ?? 0) - (a.from?.length ?? 0) ||
    open(a) - open(b) ||
    Number(b.table === 'local') - Number(a.table === 'local') ||
    (b.tos ?? 0) - (a.tos ?? 0) ||
    a.metric - b.metric
  );
}

/** The order in which routes are tried for packets that come by an interface. kernel net/ipv6/route.c rt6_score_route() */
export function orderFor(iif: string | undefined): (a: Route, b: Route) => number {
  const byIt = ({ family, dev, nexthops = [] }: Route): number =>
    family === 6 && (dev === iif || nexthops.some((hop) => hop.dev === iif)) ? 1 : 0;
  return iif === undefined ? compareRoutes : (a, b) => compareRoutes(a, b) || byIt(b) - byIt(a);
}

export function longestMatch(host: Host, query: TableQuery): Route | undefined {
  const tables = tablesAsked(host, { family: familyOf(query.address), table: query.table });
  const order = orderFor(query.prefer);
  let best: Route | undefined;
  for (const route of host.routes) {
    if (!tables.includes(route.table) || !contains(route.to, query.address) || isUnused(host, route) || !isUsedFor(route, query)) continue;
    if (best === undefined || order(route, best) < 0) best = route;
  }
  return best;
}

/** Until IPv4 has been given a rule of its own, the tables local and main are one, so that a longer prefix of main counts.
 *  kernel net/ipv4/fib_trie.c fib_trie_unmerge(), net/ipv4/fib_rules.c fib_has_custom_rules */
export function tablesAsked(host: Host, { family, table }: { readonly family: Family; readonly table: string }): readonly string[] {
  return family === 4 && table === 'local' && areOne(host, '') ? ONE : [table];
}

const ONE = ['local', 'main'];

const areOne = memoize(({ rules }: Host, _all: '') => {
  const own = rules.filter(({ family }) => family === 4);
  return own.length === 3 && own.every((rule) => isDefaultRule(rule));
});

function isUsedFor(route: Route, { dev, tos = 0, src }: TableQuery): boolean {
  if (route.tos !== undefined && route.tos !== 0 && route.tos !== (tos & TOS_BITS)) return false;
  if (route.from !== undefined && route.from.length > 0 && (src === undefined || !contains(route.from, src))) return false;
  return dev === undefined || leadsBy(route, dev);
}

/** An IPv4 route without an interface (blackhole) still ends the look-up, an IPv6 one is passed over. */
export function leadsBy({ dev, nexthops, family, unknown }: Route, name: string): boolean {
  if (nexthops !== undefined) return nexthops.some((hop) => hop.dev === name);
  return dev === name || (dev === undefined && (family === 4 || unknown !== undefined));
}
