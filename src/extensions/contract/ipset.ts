/** Members of an ipset as expressions: `hash:ip`, `hash:net`, and dimensions of ip, net and port.
 *  man ipset(8), SET TYPES */
import { and, equals, inSet, type MatchExpr } from '../../netfilter/matchExpr.ts';
import { type Family, familyOf, parsePrefix, prefixRange } from '../../packet/address.ts';
import { PROTO } from '../../packet/protocol.ts';
import { network } from '../shapes/address.ts';
import { portRange } from '../shapes/port.ts';
import { decodeValue } from '../shapes/shape.ts';

interface Member {
  /** `hash:ip,port` */
  readonly type: string;
  /** `10.0.0.1,tcp:80` */
  readonly member: string;
  readonly dirs: readonly ('src' | 'dst')[];
  readonly family: Family;
}

type Dimension = (text: string, dir: 'src' | 'dst', family: Family) => MatchExpr | undefined;

const inNetworkText: Dimension = (text, dir, family) => {
  const prefix = parsePrefix(text);
  if (prefix !== undefined) return familyOf(prefix.address) === family ? inSet(dir, [prefixRange(prefix)]) : undefined;
  const [lo, hi] = text.split('-').map((end) => decodeValue(network, end, { family }));
  if (lo === undefined || hi === undefined || 'refused' in lo || 'refused' in hi) return undefined;
  return inSet(dir, [{ lo: lo.value.address, hi: hi.value.address }]);
};

const PROTOCOLS: ReadonlyMap<string, number> = new Map(
  (['tcp', 'udp', 'sctp', 'udplite'] as const).map((name) => [name, PROTO[name]] as const),
);

/** `80` (tcp), `udp:53`, `tcp:80-90` */
const onPort: Dimension = (text, dir, family) => {
  const colon = text.indexOf(':');
  const proto = colon < 0 ? PROTO.tcp : PROTOCOLS.get(text.slice(0, colon));
  const ports = decodeValue(portRange, text.slice(colon + 1).replace('-', ':'), { family });
  if (proto === undefined || 'refused' in ports) return undefined;
  return and(equals('proto', proto), inSet(dir === 'src' ? 'sport' : 'dport', [ports.value]));
};

const DIMENSIONS: ReadonlyMap<string, Dimension> = new Map([
  ['ip', inNetworkText],
  ['net', inNetworkText],
  ['port', onPort],
]);

/** The kernel compares as many dimensions as the set has; absent: not modelled. */
export function memberExpr({ type, member, dirs, family }: Member): MatchExpr | undefined {
  const [method, dimensions = ''] = type.split(':');
  if (method !== 'hash') return undefined;
  const names = dimensions.split(',');
  const [value = '', ...options] = member.trim().split(/\s+/);
  const parts = value.split(',');
  if (parts.length !== names.length || dirs.length < names.length || options.includes('nomatch')) return undefined;
  const exprs = names.map((name, at) => DIMENSIONS.get(name)?.(parts[at] ?? '', dirs[at] ?? 'src', family));
  return exprs.includes(undefined) ? undefined : and(...exprs.flatMap((expr) => expr ?? []));
}
