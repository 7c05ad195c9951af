/** Everything that the notations of packets and packet sets can say of a packet, decoded: one table for both. */

import { equals, inSet, type MatchExpr, masked, NEVER, not, or, present } from '../../netfilter/matchExpr.ts';
import { type Address, type Family, familyOf, parseAddress, parseIPv4, parsePrefix, prefixRange } from '../../packet/address.ts';
import { type Field, TCP_FLAGS } from '../../packet/fields.ts';
import { parseEndpoint } from '../../packet/notation.ts';
import { CT_DIRECTIONS, CT_STATES } from '../../packet/packet.ts';
import type { PartialPacket } from '../../packet/partialPacket.ts';
import { PROTO } from '../../packet/protocol.ts';

/** How the value of a key reads for one packet and for a set; nothing when it is no value of the key. */
interface Key {
  readonly expected: string;
  readonly one: (text: string) => PartialPacket | undefined;
  readonly set: (text: string, family: Family) => MatchExpr | undefined;
}

export const KEYS = {
  proto: key('a protocol such as `tcp`, or its number', 'proto', (text) => integerKey(text, 255) ?? PROTOCOLS.get(text.toLowerCase())),
  src: addressKey('src'),
  dst: addressKey('dst'),
  sport: key('a port from 0 to 65535', 'sport', (text) => integerKey(text, 0xffff)),
  dport: key('a port from 0 to 65535', 'dport', (text) => integerKey(text, 0xffff)),
  uid: key('a numeric user id', 'uid', (text) => integerKey(text, MAX_ID)),
  gid: key('a numeric group id', 'gid', (text) => integerKey(text, MAX_ID)),
  socket: {
    expected: '`yes` or `no`',
    one: (text) => (text === 'yes' ? { socket: true } : text === 'no' ? { socket: false } : undefined),
    set: (text) => (text === 'yes' ? present('socket') : text === 'no' ? not(present('socket')) : undefined),
  },
  iif: nameKey('iif'),
  oif: nameKey('oif'),
  mark: { ...key('a 32-bit number', 'mark', (text) => integerKey(text, 0xffff_ffff)), set: markSet },
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
  connmark: { ...key('a 32-bit number', 'connmark', (text) => integerKey(text, 0xffff_ffff)), set: () => undefined },
  flags: key('letters of `FSRPAU`', 'flags', flagByte),
  icmp: { expected: 'TYPE or TYPE/CODE, each from 0 to 255', one: icmpOf, set: icmpSet },
  ttl: key('a number from 0 to 255', 'ttl', (text) => integerKey(text, 255)),
  tos: key('a number from 0 to 255', 'tos', (text) => integerKey(text, 255)),
  len: key('a length from 0 to 65535', 'length', (text) => integerKey(text, 0xffff)),
  frag: key('a fragment offset from 0 to 8191, in units of 8 bytes', 'fragOffset', (text) => integerKey(text, 8191)),
  spi: key('a 32-bit number', 'spi', (text) => integerKey(text, 0xffff_ffff)),
  mac: key('a MAC address', 'mac', macOf),
} as const satisfies Record<string, Key>;

export type KeyName = keyof typeof KEYS;

/** Keys that are written `key=value`; the others have a place of their own in the arrow form. */
export const PAIR_KEYS = [
  'uid',
  'gid',
  'socket',
  'iif',
  'oif',
  'mark',
  'ctstate',
  'dir',
  'ctorigsrc',
  'ctorigdst',
  'connmark',
  'flags',
  'icmp',
  'ttl',
  'tos',
  'len',
  'frag',
  'mac',
  'spi',
] as const;

/** Above it: no id. kernel include/linux/uidgid.h INVALID_UID */
const MAX_ID = 0xffff_fffe;

const PROTOCOLS: ReadonlyMap<string, number> = new Map([...Object.entries(PROTO), ['icmp6', PROTO.icmpv6], ['ipv6-icmp', PROTO.icmpv6]]);

/** A key whose values are numbers: alone, or in sets as ranges `80-90`. iptables writes `80:90`. */
function key<F extends Field & keyof PartialPacket>(expected: string, field: F, read: (text: string) => number | undefined): Key {
  return {
    expected,
    one: (text) => {
      const value = read(text);
      return value === undefined ? undefined : { [field]: value };
    },
    set: (text) => {
      const single = read(text);
      if (single !== undefined) return equals(field, single);
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
      if (range === undefined) return undefined;
      return familyOf(range.lo) === family ? inSet(field, [range]) : NEVER;
    },
  };
}

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

function markSet(text: string): MatchExpr | undefined {
  const [value, mask] = text.split('/').map((part) => integerKey(part, 0xffff_ffff));
  if (text.includes('/')) return value === undefined || mask === undefined ? undefined : masked('mark', value, mask);
  return numbers.set(text, 4);
}
const numbers = key('', 'mark', (text) => integerKey(text, 0xffff_ffff));

function icmpOf(text: string): PartialPacket | undefined {
  const [type, code] = text.split('/').map((part) => integerKey(part, 255));
  if (type === undefined || (text.includes('/') && code === undefined) || text.split('/').length > 2) return undefined;
  return code === undefined ? { icmpType: type } : { icmpType: type, icmpCode: code };
}

function icmpSet(text: string): MatchExpr | undefined {
  const one = icmpOf(text);
  if (one?.icmpType === undefined) return undefined;
  const type = equals('icmpType', one.icmpType);
  return one.icmpCode === undefined ? type : { kind: 'and', of: [type, equals('icmpCode', one.icmpCode)] };
}

function flagByte(text: string): number | undefined {
  let byte = 0;
  for (const letter of text.toUpperCase()) {
    const bit = TCP_FLAGS[letter as keyof typeof TCP_FLAGS];
    if (bit === undefined) return undefined;
    byte |= bit;
  }
  return text === '' ? undefined : byte;
}

function macOf(text: string): number | undefined {
  if (!/^[0-9A-Fa-f]{1,2}(?::[0-9A-Fa-f]{1,2}){5}$/.test(text)) return undefined;
  return text.split(':').reduce((value, octet) => value * 256 + Number.parseInt(octet, 16), 0);
}

/** Decimal or hexadecimal. A leading zero is refused: it is octal to iptables and decimal to people. */
function integerKey(text: string, max: number): number | undefined {
  if (!/^(?:0[xX][0-9A-Fa-f]{1,8}|0|[1-9]\d{0,9})$/.test(text)) return undefined;
  return Number(text) <= max ? Number(text) : undefined;
}

/** Items of a set, any of which will do. */
export function anyOf(name: KeyName, items: readonly string[], family: Family): MatchExpr | undefined {
  const parts = items.map((item) => KEYS[name].set(item, family));
  return parts.some((part) => part === undefined) ? undefined : or(...(parts as MatchExpr[]));
}
