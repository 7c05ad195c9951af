/** What the host makes of a packet: its routing table, a socket that would take it. man nft(8), FIB EXPRESSIONS and SOCKET EXPRESSION
 *  kernel net/ipv4/netfilter/nft_fib_ipv4.c, net/ipv6/netfilter/nft_fib_ipv6.c, net/netfilter/nft_socket.c */
import { point } from '../../lib/intervals.ts';
import type { HookName } from '../../netfilter/hooks.ts';
import { ALWAYS, and, equals, inSet, type MatchExpr, masked, not, or, present, unmodelled } from '../../netfilter/matchExpr.ts';
import { ADDR_TYPES, type Field, IPV6_MAPPED, SOCKET_BITS, WAYS_BACK, type WayBack, WITHOUT_ROUTE } from '../../packet/fields.ts';
import type { NftSelector } from '../../syntax/nft/ast.ts';
import { notClaimed, partly } from '../contract/claims.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { Expression } from '../contract/expression.ts';
import { ofValues, type Selection, unknown } from '../contract/selection.ts';
import { FIB_ADDRTYPE } from '../datatypes/constants.ts';

type AddrTypeName = (typeof ADDR_TYPES)[number];

const isType = (field: Field, ...types: readonly AddrTypeName[]): MatchExpr =>
  inSet(
    field,
    types.map((name) => point(ADDR_TYPES.indexOf(name))).sort((a, b) => a.lo - b.lo),
  );

type Limit = 'In' | 'Out' | '';

/** `limited`: looking at one interface only. */
function addressType(end: 'src' | 'dst', limited: Limit, { family }: NftRuleContext): Selection {
  const typeOf = (type: AddrTypeName): MatchExpr =>
    family === 4 ? isType(`${end}Type${limited}`, type) : typeOfIpv6(type, { end, limited });
  return ofValues([...FIB_ADDRTYPE].map(([name, value]) => ({ value, when: typeOf(name.toUpperCase() as AddrTypeName) })));
}

interface AddressOfIpv6 {
  readonly end: 'src' | 'dst';
  readonly limited: Limit;
}

/** The route counts whatever its interface is, unlike for x_tables; the interface, whether the address is one of its own. Where a packet has
 *  come by an interface, a link-local address is looked for there. kernel net/ipv6/netfilter/nft_fib_ipv6.c __nft_fib6_eval_type() */
function typeOfIpv6(type: AddrTypeName, { end, limited }: AddressOfIpv6): MatchExpr {
  const onLink = and(inSet(end, [LINK_LOCAL]), present('iif'));
  const routed = (...types: readonly AddrTypeName[]): MatchExpr =>
    or(and(onLink, isType(`${end}TypeFromIn`, ...types)), and(not(onLink), isType(`${end}TypeFrom`, ...types)));
  const own = and(isType(`${end}Type${limited}`, 'LOCAL'), not(routed('ANYCAST', ...WITHOUT_ROUTE)));
  const mapped = inSet(end, [IPV6_MAPPED]);
  const others: readonly AddrTypeName[] = limited === '' ? ['UNICAST'] : ['UNICAST', 'LOCAL'];
  switch (type) {
    case 'LOCAL':
      return limited === '' ? routed('LOCAL') : own;
    case 'UNICAST':
      return and(routed(...others), not(mapped), ...(limited === '' ? [] : [not(own)]));
    case 'UNSPEC':
      return or(routed('UNSPEC'), and(mapped, routed(...others), ...(limited === '' ? [] : [not(own)])));
    default:
      return routed(type);
  }
}

/** fe80::/10 */
const LINK_LOCAL = { lo: 0xfe80n << 112n, hi: (0xfec0n << 112n) - 1n };

function hasWayBack(field: Field, ways: readonly WayBack[]): MatchExpr {
  return inSet(
    field,
    ways.map((way) => point(WAYS_BACK.indexOf(way))),
  );
}

/** There is a route back, or none. */
function wayBack(field: Field, ways: readonly WayBack[], { family }: NftRuleContext): Selection {
  const known = hasWayBack(field, ways);
  // x_tables takes :: for granted, nft looks for a route to it
  const nameless = and(equals('src', 0n), not(equals('iif', 'lo')));
  const found = family === 4 ? known : or(and(not(nameless), known), and(nameless, unmodelled('whether a route leads to `::`')));
  return ofValues([
    { value: 1, when: found },
    { value: 0, when: not(found) },
  ]);
}

const RECEIVING: readonly HookName[] = ['PREROUTING', 'INPUT', 'FORWARD'];
const LEAVING: readonly HookName[] = ['FORWARD', 'OUTPUT', 'POSTROUTING'];
/** To a broadcast address too, unlike -m rpfilter. kernel net/ipv4/netfilter/nft_fib_ipv4.c nft_fib4_eval() */
const HERE: readonly WayBack[] = ['exempt', 'here', 'broadcast-here'];
const ANY: readonly WayBack[] = [...HERE, 'elsewhere', 'broadcast-elsewhere'];

const SIDES = [
  { key: 'saddr', type: 'src' },
  { key: 'daddr', type: 'dst' },
] as const;

export const fib: readonly Expression[] = [
  ...SIDES.flatMap(({ key, type }): readonly Expression[] => [
    { name: `fib ${key} type`, type: 'fib_addrtype', select: (context) => addressType(type, '', context) },
    { name: `fib ${key} . iif type`, type: 'fib_addrtype', select: (context) => addressType(type, 'In', context) },
    { name: `fib ${key} . oif type`, type: 'fib_addrtype', select: (context) => addressType(type, 'Out', context) },
  ]),
  {
    name: 'fib saddr . iif oif',
    type: 'fib_oif',
    claim: partly('whether there is one'),
    select: (context) => wayBack('wayBack', HERE, context),
  },
  {
    name: 'fib saddr . mark . iif oif',
    type: 'fib_oif',
    claim: partly('whether there is one'),
    select: (context) => wayBack('wayBackMarked', HERE, context),
  },
  {
    name: 'fib saddr oif',
    type: 'fib_oif',
    claim: partly('whether there is one'),
    select: (context) => wayBack('wayBackMade', ANY, context),
  },
];

const asksSocket = present('sk');

export const socketLookup: readonly Expression[] = [
  ...(['transparent', 'wildcard'] as const).map(
    (key): Expression => ({
      name: `socket ${key}`,
      type: 'integer',
      last: 1,
      hooks: ['PREROUTING', 'INPUT', 'OUTPUT'],
      select: () =>
        ofValues(
          [
            { value: 1, when: masked('sk', SOCKET_BITS[key], SOCKET_BITS[key]) },
            { value: 0, when: masked('sk', 0, SOCKET_BITS[key]) },
          ],
          asksSocket,
        ),
    }),
  ),
  ...['mark', 'cgroupv2'].map(
    (key): Expression => ({
      name: `socket ${key}`,
      type: key === 'mark' ? 'mark' : 'string',
      hooks: ['PREROUTING', 'INPUT', 'OUTPUT'],
      claim: notClaimed('a socket here does not have it'),
      select: () => unknown(`\`socket ${key}\` of the socket that would take a packet`, key === 'mark' ? asksSocket : ALWAYS),
    }),
  ),
];

/** Why nft or the kernel would not load a lookup. nftables src/parser_bison.y fib_expr, kernel net/netfilter/nft_fib.c nft_fib_init() */
export function fibProblem({ flags, result }: FibSelector): string | undefined {
  const has = (flag: string): boolean => flags.includes(flag);
  if (has('saddr') === has('daddr')) return '`fib` needs `saddr` or `daddr`, one of them';
  if (has('iif') && has('oif')) return '`fib` takes `iif` or `oif`, not both';
  return has('oif') && result !== 'type' ? 'a way out by a device is not asked for the device' : undefined;
}

/** kernel net/netfilter/nft_fib.c nft_fib_validate() */
export function fibHooks({ flags, result }: FibSelector): readonly HookName[] | undefined {
  if (result !== 'type' || flags.includes('iif')) return RECEIVING;
  return flags.includes('oif') ? LEAVING : undefined;
}

type FibSelector = Extract<NftSelector, { kind: 'fib' }>;
