/** What the host makes of a packet: its routing table, a socket that would take it. man nft(8), FIB EXPRESSIONS and SOCKET EXPRESSION
 *  kernel net/ipv4/netfilter/nft_fib_ipv4.c, net/ipv6/netfilter/nft_fib_ipv6.c, net/netfilter/nft_socket.c */
import { point } from '../../lib/intervals.ts';
import type { HookName } from '../../netfilter/hooks.ts';
import { ALWAYS, and, inSet, type MatchExpr, masked, not, or, present, unmodelled } from '../../netfilter/matchExpr.ts';
import { ADDR_TYPES, type Field, SOCKET_BITS, WAYS_BACK, type WayBack } from '../../packet/fields.ts';
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

/** `limited`: looking at one interface only. */
function addressType(end: 'src' | 'dst', limited: 'In' | 'Out' | '', { family }: NftRuleContext): Selection {
  const [plain, field] = [`${end}Type`, `${end}Type${limited}`] as readonly Field[] as readonly [Field, Field];
  const values = [...FIB_ADDRTYPE].map(([name, value]) => {
    const type = name.toUpperCase() as AddrTypeName;
    return { value, when: family === 4 ? isType(field, type) : typeOfIpv6({ type, field, plain }) };
  });
  return ofValues(values);
}

interface TypeIpv6 {
  readonly type: AddrTypeName;
  readonly field: Field;
  readonly plain: Field;
}

/** Here x_tables knows one kind of no route, nft four; and nft takes a route by another interface for one.
 *  kernel net/ipv6/netfilter/nft_fib_ipv6.c __nft_fib6_eval_type() */
function typeOfIpv6({ type, field, plain }: TypeIpv6): MatchExpr {
  const elsewhere = isType(field, 'UNREACHABLE');
  if (REJECTED.has(type)) return and(elsewhere, isType(plain, 'UNREACHABLE'), unmodelled('why there is no route to an address'));
  const types: readonly AddrTypeName[] = type === 'UNICAST' ? ['UNICAST', 'LOCAL'] : [type];
  if (field === plain || (type !== 'UNICAST' && type !== 'ANYCAST')) return isType(field, type);
  return or(isType(field, type), and(elsewhere, isType(plain, ...types)));
}

const REJECTED: ReadonlySet<AddrTypeName> = new Set<AddrTypeName>(['BLACKHOLE', 'UNREACHABLE', 'PROHIBIT', 'THROW']);

function hasWayBack(field: Field, ways: readonly WayBack[]): MatchExpr {
  return inSet(
    field,
    ways.map((way) => point(WAYS_BACK.indexOf(way))),
  );
}

/** There is a route back, or none. */
function wayBack(field: Field, ways: readonly WayBack[]): Selection {
  const found = hasWayBack(field, ways);
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
    select: () => wayBack('wayBack', HERE),
  },
  {
    name: 'fib saddr . mark . iif oif',
    type: 'fib_oif',
    claim: partly('whether there is one'),
    select: () => wayBack('wayBackMarked', HERE),
  },
  {
    name: 'fib saddr oif',
    type: 'fib_oif',
    claim: partly('whether there is one'),
    select: () => wayBack('wayBack', ANY),
  },
];

const asksSocket = present('sk');

export const socketLookup: readonly Expression[] = [
  ...(['transparent', 'wildcard'] as const).map(
    (key): Expression => ({
      name: `socket ${key}`,
      type: 'boolean',
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
