/** Everything that the notations of packets and packet sets can say of a packet, decoded: one table for both. */

import { and, equals, inSet, type MatchExpr, masked, NEVER, not, or, present } from '../../netfilter/matchExpr.ts';
import { type Address, type Family, familyOf, parseAddress, parseIPv4, parsePrefix, prefixRange } from '../../packet/address.ts';
import { ADDR_TYPES, type Field } from '../../packet/fields.ts';
import { parseEndpoint } from '../../packet/notation.ts';
import { CT_DIRECTIONS, CT_STATES } from '../../packet/packet.ts';
import type { PartialPacket } from '../../packet/partialPacket.ts';
import { flagsValue, icmpValue, idValue, integerValue, macValue, portValue, protocolValue } from './keyValues.ts';

/** How the value of a key reads for one packet and for a set; nothing when it is not a value of the key. */
export interface Key {
  readonly expected: string;
  /** for a value that it does not take */
  readonly help?: (text: string) => string | undefined;
  /** `family`: as far as the rest of the text shows it */
  readonly one: (text: string, family: Family) => PartialPacket | undefined;
  readonly set: (text: string, family: Family) => MatchExpr | undefined;
}

export const KEYS = {
  proto: key('a protocol such as `tcp`, or its number', 'proto', protocolValue),
  src: addressKey('src'),
  dst: addressKey('dst'),
  sport: key('a port from 0 to 65535', 'sport', portValue),
  dport: key('a port from 0 to 65535', 'dport', portValue),
  uid: { ...key('a numeric user id', 'uid', idValue), help: (name) => idHelp(name, 'u') },
  gid: { ...key('a numeric group id', 'gid', idValue), help: (name) => idHelp(name, 'g') },
  socket: {
    expected: '`yes` or `no`',
    one: (text) => (text === 'yes' ? { socket: true } : text === 'no' ? { socket: false } : undefined),
    set: (text) => (text === 'yes' ? present('socket') : text === 'no' ? not(present('socket')) : undefined),
  },
  iif: nameKey('iif'),
  oif: nameKey('oif'),
  mark: key('a 32-bit number', 'mark', (text) => integerValue(text, 0xffff_ffff)),
  ctstate: {
    expected: `one of ${CT_STATES.join(', ')}`,
    one: (text) => {
      const ctstate = CT_STATES.find((state) => state === text.toUpperCase());
      return ctstate && { ctstate };
    },
    set: (text) => {
      const index = (CT_STATES as readonly string[]).indexOf(text.toUpperCase());
      return index < 0 ? undefined : equals('ctstate', index);
    },
  },
  dir: {
    expected: '`original` or `reply`',
    one: (text) => {
      const ctdir = CT_DIRECTIONS.find((direction) => direction === text.toLowerCase());
      return ctdir && { ctdir };
    },
    set: () => undefined,
  },
  ctorigsrc: endpointKey('ctorigsrc'),
  ctorigdst: endpointKey('ctorigdst'),
  connmark: { ...key('a 32-bit number', 'connmark', (text) => integerValue(text, 0xffff_ffff)), set: () => undefined },
  flags: { ...key('letters of `FSRPAU`', 'flags', flagsValue), help: () => 'such as `flags=S` or `flags=SYN,ACK`' },
  icmp: {
    expected: 'TYPE or TYPE/CODE, each from 0 to 255',
    one: icmpValue,
    set: icmpSet,
    help: () => 'such as `icmp=8` or `icmp=echo-request`',
  },
  ttl: key('a number from 0 to 255', 'ttl', (text) => integerValue(text, 255)),
  tos: key('a number from 0 to 255', 'tos', (text) => integerValue(text, 255)),
  len: key('a length from 0 to 65535', 'length', (text) => integerValue(text, 0xffff)),
  frag: key('a fragment offset from 0 to 8191, in units of 8 bytes', 'fragOffset', (text) => integerValue(text, 8191)),
  df: {
    expected: '`yes` or `no`',
    one: (text) => (text === 'yes' ? { df: true } : text === 'no' ? { df: false } : undefined),
    set: () => undefined,
  },
  spi: key('a 32-bit number', 'spi', (text) => integerValue(text, 0xffff_ffff)),
  mac: { ...key('a MAC address', 'mac', macValue), set: macSet },
} as const satisfies Record<string, Key>;

export type KeyName = keyof typeof KEYS;

/** Every value that there is; `uid=!any` are packets that have none. */
export const ANY = 'any';

/** A key whose values are numbers: alone, or in sets as ranges `80-90`, or as VALUE/MASK. iptables writes `80:90`. */
function key<F extends Field & keyof PartialPacket>(expected: string, field: F, read: (text: string) => number | undefined): Key {
  return {
    expected,
    one: (text) => {
      const value = read(text);
      return value === undefined ? undefined : { [field]: value };
    },
    set: (text) => {
      if (text.toLowerCase() === ANY) return present(field);
      const single = read(text);
      if (single !== undefined) return equals(field, single);
      const [value, mask] = text.includes('/') ? text.split('/').map(read) : [];
      if (value !== undefined && mask !== undefined) return masked(field, value, mask);
      const [first = '', last = '', ...rest] = text.split(/[-:]/);
      const lo = read(first);
      const hi = read(last);
      return lo === undefined || hi === undefined || lo > hi || rest.length > 0 ? undefined : inSet(field, [{ lo, hi }]);
    },
  };
}

function addressKey(field: 'src' | 'dst'): Key {
  return {
    expected: 'an address',
    one: (text) => {
      const value = parseAddress(text);
      return value === undefined ? undefined : { [field]: value };
    },
    set: (text, family) => {
      const range = addressesOf(text);
      if (range === undefined) return hostAddresses(field, text.toLowerCase(), family);
      return familyOf(range.lo) === family ? inSet(field, [range]) : NEVER;
    },
  };
}

/** Of this host: its own addresses with all of 127.0.0.0/8, whose ends the kernel takes for broadcast addresses; those of its networks; groups. */
function hostAddresses(field: 'src' | 'dst', name: string, family: Family): MatchExpr | undefined {
  const type = (ADDR_TYPES as readonly string[]).indexOf(name.toUpperCase());
  if (!(HOST_NAMES as readonly string[]).includes(name)) return undefined;
  const typed = equals(field === 'src' ? 'srcType' : 'dstType', type);
  return name === 'local' && family === 4 ? or(typed, inSet(field, [LOOPBACK])) : typed;
}

/** Addresses that the notation names. */
export const HOST_NAMES = ['local', 'broadcast', 'multicast'] as const;
const LOOPBACK = { lo: 0x7f00_0000, hi: 0x7fff_ffff };

function endpointKey(field: 'ctorigsrc' | 'ctorigdst'): Key {
  return {
    expected: 'ADDRESS or ADDRESS:PORT',
    one: (text) => {
      const endpoint = parseEndpoint(text);
      return endpoint && { [field]: endpoint };
    },
    set: () => undefined,
  };
}

/** `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `10.0.0.1-10.0.0.9`, or one address. */
export function addressesOf(text: string): { readonly lo: Address; readonly hi: Address } | undefined {
  const dash = text.indexOf('-');
  if (dash >= 0) {
    const lo = parseAddress(text.slice(0, dash));
    const hi = parseAddress(text.slice(dash + 1));
    return lo === undefined || hi === undefined || familyOf(lo) !== familyOf(hi) || lo > hi ? undefined : { lo, hi };
  }
  const slash = text.indexOf('/');
  const mask = slash < 0 ? undefined : parseIPv4(text.slice(slash + 1));
  if (mask === undefined) {
    const prefix = parsePrefix(text);
    return prefix && prefixRange(prefix);
  }
  const length = Math.clz32(~mask);
  const prefix = length === 32 || (mask << length) >>> 0 === 0 ? parsePrefix(`${text.slice(0, slash)}/${length}`) : undefined;
  return prefix && prefixRange(prefix);
}

function nameKey(field: 'iif' | 'oif'): Key {
  const expected = 'an interface name of at most 15 characters';
  const fits = (text: string): boolean => text.length > 0 && text.length <= 15;
  return {
    expected,
    one: (text) => (fits(text) && !text.endsWith('+') ? { [field]: text } : undefined),
    set: (text) => {
      if (!fits(text)) return undefined;
      if (!text.endsWith('+')) return equals(field, text);
      const lo = text.slice(0, -1);
      return lo === '' ? present(field) : inSet(field, [{ lo, hi: `${lo}\uffff` }]);
    },
  };
}

/** A name that only the other family has takes no packet of this one. */
function icmpSet(text: string, family: Family): MatchExpr | undefined {
  if (text.toLowerCase() === ANY) return present('icmpType');
  const one = icmpValue(text, family);
  if (one?.icmpType === undefined) return icmpRanges(text) ?? (icmpValue(text, family === 4 ? 6 : 4) && NEVER);
  const type = equals('icmpType', one.icmpType);
  return one.icmpCode === undefined ? type : and(type, equals('icmpCode', one.icmpCode));
}

/** `3-5`, `3/0-4`, `0-255/1` */
function icmpRanges(text: string): MatchExpr | undefined {
  const parts = text.split('/').map((part) => {
    const [lo, hi = lo, ...rest] = part.split('-').map((number) => integerValue(number, 255));
    return lo === undefined || hi === undefined || lo > hi || rest.length > 0 ? undefined : { lo, hi };
  });
  const [types, codes] = parts;
  if (types === undefined || parts.length > 2 || parts.includes(undefined)) return undefined;
  return codes === undefined ? inSet('icmpType', [types]) : and(inSet('icmpType', [types]), inSet('icmpCode', [codes]));
}

/** Dashes stand between octets too, so that the ends of a range are written with colons. */
function macSet(text: string): MatchExpr | undefined {
  if (text.toLowerCase() === ANY) return present('mac');
  const mac = macValue(text);
  if (mac !== undefined) return equals('mac', mac);
  const [lo, hi, ...rest] = text.includes(':') ? text.split('-').map(macValue) : [];
  return lo === undefined || hi === undefined || lo > hi || rest.length > 0 ? undefined : inSet('mac', [{ lo, hi }]);
}

function idHelp(name: string, kind: 'u' | 'g'): string | undefined {
  const what = kind === 'u' ? 'user' : 'group';
  if (!/^[a-z_][\w.-]*$/i.test(name)) return undefined;
  return kind === 'u'
    ? `only the pod knows the number of user \`${name}\`: \`kubectl exec POD -c CONTAINER -- id -u ${name}\`; then \`uid=1000\``
    : `only the pod knows the number of ${what} \`${name}\`: \`kubectl exec POD -c CONTAINER -- getent group ${name}\`; then \`gid=1000\``;
}

/** Items of a set, any of which will do. */
export function anyOf(name: KeyName, items: readonly string[], family: Family): MatchExpr | undefined {
  const parts = items.map((item) => KEYS[name].set(item, family));
  return parts.some((part) => part === undefined) ? undefined : or(...(parts as MatchExpr[]));
}
