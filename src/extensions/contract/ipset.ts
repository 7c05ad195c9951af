/** What is in an ipset, as an expression.
 *  man    ipset(8), SET TYPES
 *  kernel net/netfilter/ipset/ip_set_core.c ip_set_test(), ip_set_hash_gen.h mtype_test_cidrs(), ip_set_list_set.c list_set_ktest() */
import { ALWAYS, and, inSet, type MatchExpr, NEVER, not, or, unmodelled } from '../../netfilter/matchExpr.ts';
import type { Family } from '../../packet/address.ts';
import type { IpSet } from './extension.ts';
import { dimensionExpr } from './ipsetDimension.ts';

/** What a rule asks of a set. */
export interface IpsetQuestion {
  readonly dirs: readonly ('src' | 'dst')[];
  readonly family: Family;
  /** those whose members are known */
  readonly sets: ReadonlyMap<string, IpSet> | undefined;
}

const MEMBERS = 'its members, which `ipset save` prints and --host reads';

/** Sets in sets in sets are none that the kernel takes. */
const DEEPEST = 2;

/** One odd member leaves open what it could decide, and nothing else. */
export function setExpr(name: string, question: IpsetQuestion, depth = 0): MatchExpr {
  const set = question.sets?.get(name);
  if (set === undefined || depth > DEEPEST) return unmodelled(`the members of ipset \`${name}\``, MEMBERS);
  const [method = '', dimensions = ''] = set.type.split(':');
  if (set.type === 'list:set') return or(...set.members.map((member) => setExpr(member.split(' ')[0] ?? '', question, depth + 1)));
  const names = dimensions.split(',');
  if (!/^(?:hash|bitmap)$/.test(method) || /\bbitmask\b|\bmarkmask\b/.test(set.options ?? ''))
    return unmodelled(`ipset \`${name}\` of type ${set.type}`);
  // the kernel compares as many dimensions as the set has
  if (question.dirs.length < names.length) return NEVER;
  const members = set.members.map((member) => memberOf(member, { name, set, names, question }));
  if (set.type === 'hash:net,iface') return bySmallestNetwork(members, question);
  if (!members.some(({ isException }) => isException)) return anyOfThese(members.map(({ expr }) => expr));
  return members.sort((a, b) => a.width - b.width).reduce(over, NEVER);
}

/** The smallest network that has any interface decides about the packet, with the interfaces that it has.
 *  kernel net/netfilter/ipset/ip_set_hash_netiface.c hash_netiface4_data_equal(): `multi` ends the search */
function bySmallestNetwork(members: readonly Member[], { dirs, family }: IpsetQuestion): MatchExpr {
  const networks = [...new Set(members.map(({ network }) => network))].map((network) => members.filter((one) => one.network === network));
  return networks
    .sort(([a], [b]) => (a?.width ?? 0) - (b?.width ?? 0))
    .reduce<MatchExpr>((larger, own) => {
      const taken = or(...own.flatMap(({ expr, isException }) => (isException ? [] : [expr])));
      const except = own.filter(({ isException }) => isException).map(({ expr }) => not(expr));
      const inside = dimensionExpr('net', own[0]?.network ?? '', { dir: dirs[0] ?? 'src', family, type: '', isPrefix: false });
      const decided = and(taken, ...except);
      return larger === NEVER || inside === undefined ? or(decided, larger) : or(decided, and(not(inside), larger));
    }, NEVER);
}

/** Thousands of addresses are one condition. */
function anyOfThese(exprs: readonly MatchExpr[]): MatchExpr {
  const [first] = exprs;
  const same = exprs.flatMap((one) => (first?.kind === 'in' && one.kind === 'in' && one.field === first.field ? [one] : []));
  if (first?.kind !== 'in' || same.length < exprs.length) return or(...exprs);
  return inSet(
    first.field,
    same.flatMap(({ intervals }) => intervals),
  );
}

interface Member {
  readonly network: string;
  readonly expr: MatchExpr;
  /** it is taken out of larger networks */
  readonly isException: boolean;
  /** the length of its networks, the first one first */
  readonly width: number;
}

/** The smallest network decides. */
function over(larger: MatchExpr, { expr, isException }: Member): MatchExpr {
  return isException ? and(not(expr), larger) : or(expr, larger);
}

interface InSet {
  readonly name: string;
  readonly set: IpSet;
  readonly names: readonly string[];
  readonly question: IpsetQuestion;
}

function memberOf(text: string, { name, set, names, question: { dirs, family } }: InSet): Member {
  const [value = '', ...options] = text.trim().split(/\s+/);
  const parts = value.split(',');
  const [, netmask] = /\bnetmask (\S+)/.exec(set.options ?? '') ?? [];
  const exprs = names.map((dimension, at) =>
    dimensionExpr(dimension, parts[at] ?? '', {
      dir: dirs[at] ?? 'src',
      family,
      ...(netmask !== undefined && { netmask }),
      type: set.type,
      isPrefix: options.includes('wildcard'),
    }),
  );
  const odd = unmodelled(`\`${value}\` of ipset \`${name}\``);
  const isOdd = parts.length !== names.length || exprs.includes(undefined);
  const known = exprs.flatMap((expr) => expr ?? []);
  const lengths = parts.flatMap((part) => /\/(\d+)$/.exec(part)?.slice(1).map(Number) ?? (/^[\d.]+$|:.*:/.test(part) ? [128] : []));
  return {
    expr: isOdd ? and(...(parts.length === names.length ? known : [ALWAYS]), odd) : and(...known),
    network: parts[0] ?? '',
    isException: options.includes('nomatch'),
    width: (lengths[0] ?? 0) * 1000 + (lengths[1] ?? 0),
  };
}
