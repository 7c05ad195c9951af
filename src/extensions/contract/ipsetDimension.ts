/** One dimension of an ipset's member as an expression: an address, a port, an interface, a MAC address, a mark.
 *  man    ipset(8), SET TYPES
 *  kernel net/netfilter/ipset/ip_set_getport.c get_port(), ip_set_bitmap_port.c ip_set_get_ip_port(), ip_set_hash_netiface.c */
import { and, equals, inSet, type MatchExpr, NEVER, or } from '../../netfilter/matchExpr.ts';
import { type Family, familyOf, parseAddress, parsePrefix, prefixRange } from '../../packet/address.ts';
import { ICMP, ICMPV6, type IcmpNames } from '../../packet/icmpNames.ts';
import { namedProtocol, PROTO } from '../../packet/protocol.ts';
import { network } from '../shapes/address.ts';
import { portRange } from '../shapes/port.ts';
import { decodeValue } from '../shapes/shape.ts';

export interface InDimension {
  readonly dir: 'src' | 'dst';
  readonly family: Family;
  /** all addresses of the set are of networks of this length */
  readonly netmask?: string;
  /** `bitmap:port` */
  readonly type: string;
  /** the name of an interface is the beginning of names */
  readonly isPrefix: boolean;
}

type Dimension = (text: string, asked: InDimension) => MatchExpr | undefined;

/** Undefined: not modelled. */
export function dimensionExpr(name: string, text: string, asked: InDimension): MatchExpr | undefined {
  return DIMENSIONS.get(name)?.(text, asked);
}

const onAddress: Dimension = (text, { dir, family, netmask }) => {
  const masked = netmask !== undefined && /^\d+$/.test(netmask) && !/[/-]/.test(text) ? `${text}/${netmask}` : text;
  if (netmask !== undefined && masked === text) return undefined;
  const prefix = parsePrefix(masked);
  // a set has one family, and knows no packet of the other one
  if (prefix !== undefined) return familyOf(prefix.address) === family ? inSet(dir, [prefixRange(prefix)]) : NEVER;
  const ends = text.split('-');
  const [lo, hi] = ends.map((end) => decodeValue(network, end, { family }));
  if (ends.length !== 2 || lo === undefined || hi === undefined || 'refused' in lo || 'refused' in hi) return undefined;
  if (ends.some((end) => familyOf(parseAddress(end) ?? 0) !== family)) return NEVER;
  return inSet(dir, [{ lo: lo.value.address, hi: hi.value.address }]);
};

const WITH_PORTS: readonly number[] = [PROTO.tcp, PROTO.udp, PROTO.sctp, PROTO.udplite];

/** `80` (tcp), `udp:53`, `tcp:80-90`, `icmp:echo-request`, `icmpv6:128/0`, `gre:0` */
const onPort: Dimension = (text, { dir, family, type }) => {
  const colon = text.indexOf(':');
  const named = text.slice(0, Math.max(colon, 0));
  const value = text.slice(colon + 1);
  const isEither = type === 'bitmap:port';
  const proto = colon < 0 ? PROTO.tcp : namedProtocol(named);
  if (proto === undefined) return undefined;
  if (proto === PROTO.icmp || proto === PROTO.icmpv6) return onIcmp(proto === PROTO.icmp ? ICMP : ICMPV6, proto, value);
  // what has no ports has the port 0
  if (!WITH_PORTS.includes(proto)) return value === '0' ? equals('proto', proto) : undefined;
  const ports = decodeValue(portRange, value.replace('-', ':'), { family });
  if ('refused' in ports) return undefined;
  const protocols = isEither ? or(equals('proto', PROTO.tcp), equals('proto', PROTO.udp)) : equals('proto', proto);
  return and(protocols, inSet(dir === 'src' ? 'sport' : 'dport', [ports.value]));
};

/** A name without a code is that of code 0 here. */
function onIcmp({ names }: IcmpNames, proto: number, text: string): MatchExpr | undefined {
  const [, type, code] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const known = type !== undefined ? ([Number(type), Number(code)] as const) : Object.hasOwn(names, text) ? names[text] : undefined;
  if (known === undefined || known[0] > 254) return undefined;
  return and(equals('proto', proto), equals('icmpType', known[0]), equals('icmpCode', known[1] ?? 0));
}

const onInterface: Dimension = (text, { dir, isPrefix }) => {
  // the port of a bridge
  if (text.startsWith('physdev:')) return undefined;
  const field = dir === 'src' ? 'iif' : 'oif';
  return isPrefix ? inSet(field, [{ lo: text, hi: `${text}\uffff` }]) : equals(field, text);
};

const onMac: Dimension = (text, { dir, type }) => {
  if (dir === 'dst' || (type === 'bitmap:ip,mac' && text === '') || !/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text)) return undefined;
  return equals('mac', Number.parseInt(text.replaceAll(':', ''), 16));
};

const onMark: Dimension = (text) => (/^(?:0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) ? equals('mark', Number(text)) : undefined);

const DIMENSIONS: ReadonlyMap<string, Dimension> = new Map([
  ['ip', onAddress],
  ['net', onAddress],
  ['port', onPort],
  ['iface', onInterface],
  ['mac', onMac],
  ['mark', onMark],
]);
