/** How an answer to an arriving packet would go, as -m rpfilter looks it up.
 *  kernel net/ipv4/netfilter/ipt_rpfilter.c rpfilter_lookup_reverse(), net/ipv6/netfilter/ip6t_rpfilter.c rpfilter_lookup_reverse6() */
import { type Address, contains, type Family, type Prefix, parsePrefix } from '../packet/address.ts';
import type { WayBack } from '../packet/fields.ts';
import { WAYS_BACK } from '../packet/fields.ts';
import type { Host, Route } from './host.ts';
import { lookupRoute } from './route.ts';
import { isDiscarding } from './routing.ts';

export interface WayBackQuery {
  readonly family: Family;
  readonly src: Address;
  readonly dst: Address;
  /** 0 where the mark is left aside */
  readonly mark: number;
  readonly iif: string;
  /** IPv6 looks as if the answer were bound to the input interface: rules that ask for `oif` see it */
  readonly bound?: boolean;
  /** by which a forwarded packet leaves: nft looks as if the answer came by it. kernel net/ipv4/netfilter/nft_fib_ipv4.c nft_fib4_eval() */
  readonly oif?: string | undefined;
}

/** An index into WAYS_BACK. */
export function wayBack(host: Host, { family, src, dst, mark, bound, iif, oif = 'lo' }: WayBackQuery): number {
  const special = SPECIAL[family];
  if (iif === 'lo' || special.exempt.some((one) => contains(one.src, src) && contains(one.dst, dst))) return indexOf('exempt');
  const from = special.noSource.some((prefix) => contains(prefix, dst)) ? {} : { src: dst };
  const isOnLink = special.link.some((prefix) => contains(prefix, src));
  const link = isOnLink ? { oif: iif } : bound === true && family === 6 ? { oif: iif, byAny: true } : {};
  const route = lookupRoute(host, { family, dst: src, ...from, ...link, mark, iif: oif });
  return indexOf(judgeRoute(host, route, iif));
}

export function judgeRoute(host: Host, route: Route | undefined, iif: string): WayBack {
  if (route === undefined) return 'none';
  const { type, family, nexthops = [] } = route;
  const dev = nexthops.some((hop) => hop.dev === iif) ? iif : route.dev;
  if (type === 'local') return family === 6 || dev === iif ? 'local-here' : 'local-elsewhere';
  if (type === 'broadcast') return dev === iif ? 'broadcast-here' : 'broadcast-elsewhere';
  if (type !== 'unicast' || isDiscarding(route)) return 'none';
  return dev === iif || (family === 6 && hasTwin(host, route, iif)) ? 'here' : 'elsewhere';
}

/** IPv6 prefers, among the routes of one prefix, that of the interface. */
function hasTwin({ routes }: Host, { table, to }: Route, iif: string): boolean {
  return routes.some(
    (other) => other.dev === iif && other.table === table && other.to.length === to.length && other.to.address === to.address,
  );
}

function indexOf(way: WayBack): number {
  return WAYS_BACK.indexOf(way);
}

interface Special {
  /** never refused */
  readonly exempt: readonly { readonly src: Prefix; readonly dst: Prefix }[];
  /** destinations that are no source of an answer */
  readonly noSource: readonly Prefix[];
  /** sources that are looked for on their link alone */
  readonly link: readonly Prefix[];
}

const prefix = (text: string): Prefix => parsePrefix(text) ?? { address: 0, length: 32 };

export const SPECIAL: Readonly<Record<Family, Special>> = {
  4: {
    exempt: ['255.255.255.255/32', '224.0.0.0/24'].map((dst) => ({ src: prefix('0.0.0.0/8'), dst: prefix(dst) })),
    noSource: ['224.0.0.0/4', '255.255.255.255/32', '0.0.0.0/8'].map(prefix),
    link: [],
  },
  6: {
    exempt: [{ src: prefix('::/128'), dst: prefix('::/0') }],
    noSource: ['ff00::/8', '::/128'].map(prefix),
    link: ['fe80::/10'].map(prefix),
  },
};
