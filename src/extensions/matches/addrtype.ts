/** addrtype - what kind of route an address has on this host.
 *  man    iptables-extensions(8), addrtype
 *  kernel net/netfilter/xt_addrtype.c match_type() asks the routing table; match_type6() asks it only for LOCAL, ANYCAST and UNREACHABLE */
import { point } from '../../lib/intervals.ts';
import type { HookName } from '../../netfilter/hooks.ts';
import { and, equals, inSet, type MatchExpr, not, or } from '../../netfilter/matchExpr.ts';
import type { Family } from '../../packet/address.ts';
import { ADDR_TYPES, type AddrType, type Field, IPV6_MAPPED, WITHOUT_ROUTE } from '../../packet/fields.ts';
import { conj, matchExtension, type RuleComplaint } from '../contract/extension.ts';

type Types = ReadonlySet<AddrType>;

const IPV6_ROUTE_TYPES: readonly AddrType[] = ['LOCAL', 'ANYCAST', 'UNREACHABLE'];
const IPV6_TYPES: readonly AddrType[] = ['UNSPEC', 'UNICAST', 'MULTICAST', ...IPV6_ROUTE_TYPES];
const IPV6_MULTICAST = { lo: 0xffn << 120n, hi: (1n << 128n) - 1n };

function hasRouteType(field: Field, types: readonly AddrType[]): MatchExpr {
  return inSet(
    field,
    types.map((type) => point(ADDR_TYPES.indexOf(type))).sort((a, b) => a.lo - b.lo),
  );
}

interface AddressFields {
  readonly address: 'src' | 'dst';
  readonly type: Field;
}

/** IPv6 takes the types as conditions that must all hold, but for those that the routing table knows. */
function hasType(fields: AddressFields, types: Types, family: Family): MatchExpr {
  if (family === 4) return hasRouteType(fields.type, [...types]);
  const multicast = inSet(fields.address, [IPV6_MULTICAST]);
  const unspecified = equals(fields.address, 0n);
  const asked = IPV6_ROUTE_TYPES.filter((type) => types.has(type));
  const routed = asked.flatMap((type) => (type === 'UNREACHABLE' ? WITHOUT_ROUTE : [type]));
  return and(
    ...(types.has('MULTICAST') ? [multicast] : []),
    ...(types.has('UNICAST') ? [not(or(multicast, unspecified, inSet(fields.address, [IPV6_MAPPED])))] : []),
    ...(types.has('UNSPEC') ? [unspecified] : []),
    ...(routed.length > 0 ? [hasRouteType(fields.type, routed)] : []),
  );
}

export const addrtype = matchExtension({
  name: 'addrtype',
  families: [4, 6],
  options: {
    '--src-type': { value: ['addrTypes'], invertible: true },
    '--dst-type': { value: ['addrTypes'], invertible: true },
    '--limit-iface-in': { value: [], excludes: ['--limit-iface-out'] },
    '--limit-iface-out': { value: [] },
  },
  checksHooksOnEntry: true,
  hooks: (given): readonly HookName[] | undefined => {
    if (given['--limit-iface-in'] !== undefined) return ['PREROUTING', 'INPUT', 'FORWARD'];
    return given['--limit-iface-out'] === undefined ? undefined : ['FORWARD', 'OUTPUT', 'POSTROUTING'];
  },
  check: (given, { family }) => {
    const options = [given['--src-type'], given['--dst-type']].flatMap((option) => option ?? []);
    if (options.length === 0) return [{ kind: 'malformed', message: '`-m addrtype` needs `--src-type` or `--dst-type`' }];
    if (family === 4) return [];
    return options.flatMap((option): readonly RuleComplaint[] =>
      [...option.values[0]]
        .filter((type) => !IPV6_TYPES.includes(type))
        .map((type) => ({ kind: 'not-loadable', message: `address type ${type} is not there in IPv6`, option: option.name })),
    );
  },
  listing: {
    opens: /ADDRTYPE match/,
    options: {
      '--src-type': /src-type (!)?(\S+)/,
      '--dst-type': /dst-type (!)?(\S+)/,
      '--limit-iface-in': /limit-in/,
      '--limit-iface-out': /limit-out/,
    },
  },
  lower: (given, { family }) => {
    const side = given['--limit-iface-in'] !== undefined ? 'In' : given['--limit-iface-out'] !== undefined ? 'Out' : '';
    return conj(given, {
      '--src-type': (types) => hasType({ address: 'src', type: `srcType${side}` }, types, family),
      '--dst-type': (types) => hasType({ address: 'dst', type: `dstType${side}` }, types, family),
    });
  },
});
