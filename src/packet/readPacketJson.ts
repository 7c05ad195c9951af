/** Reads the object form of a packet and reports everything that is wrong with it. */

import { nearest } from '../lib/nearest.ts';
import { printable } from '../lib/printable.ts';
import { valueText } from '../lib/valueText.ts';
import { parseAddress } from './address.ts';
import { TCP_FLAGS } from './fields.ts';
import { parseEndpoint } from './notation.ts';
import { CT_DIRECTIONS, CT_STATES } from './packet.ts';
import type { PartialPacket } from './partialPacket.ts';
import { PROTO } from './protocol.ts';

export interface PacketReading {
  /** absent when there is a problem */
  readonly given?: PartialPacket;
  /** one sentence each, lower case, the offending text in backticks */
  readonly problems: readonly string[];
}

interface Key {
  readonly says: string;
  /** undefined: the value is not of this kind */
  readonly read: (value: unknown) => PartialPacket | undefined;
}

const KEYS: Readonly<Record<string, Key>> = {
  dir: { says: '`in` or `out`', read: (value) => (value === 'in' || value === 'out' ? { dir: value } : undefined) },
  proto: { says: `a protocol number or one of ${Object.keys(PROTO).join(', ')}`, read: readProto },
  src: address('src'),
  dst: address('dst'),
  sport: integer('sport', 0xffff),
  dport: integer('dport', 0xffff),
  uid: integer('uid', 0xffff_ffff),
  gid: integer('gid', 0xffff_ffff),
  socket: { says: 'true or false', read: (value) => (typeof value === 'boolean' ? { socket: value } : undefined) },
  iif: name('iif'),
  oif: name('oif'),
  mark: { says: 'a number up to 0xffffffff, hexadecimal as a string', read: readMark },
  ctstate: { says: `one of ${CT_STATES.join(', ')}`, read: readState },
  ctdir: {
    says: '`original` or `reply`',
    read: (value) => {
      const ctdir = CT_DIRECTIONS.find((direction) => direction === value);
      return ctdir && { ctdir };
    },
  },
  ctorigsrc: endpoint('ctorigsrc'),
  ctorigdst: endpoint('ctorigdst'),
  connmark: integer('connmark', 0xffff_ffff),
  flags: { says: `letters of ${Object.keys(TCP_FLAGS).join('')}`, read: readFlags },
  icmp: { says: '`TYPE` or `TYPE/CODE`, as a string', read: readIcmp },
  ttl: integer('ttl', 255),
  tos: integer('tos', 255),
  len: integer('length', 0xffff),
  frag: integer('fragOffset', 0x1fff),
  df: { says: 'true or false', read: (value) => (typeof value === 'boolean' ? { df: value } : undefined) },
  spi: integer('spi', 0xffff_ffff),
};

export const PACKET_KEYS: readonly string[] = Object.keys(KEYS);

export function readPacketJson(value: unknown): PacketReading {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problems: ['a packet is an object'] };
  const problems: string[] = [];
  let given: PartialPacket = {};
  for (const [key, part] of Object.entries(value)) {
    // a key that a program left open is not given
    if (part === undefined) continue;
    const known = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
    const read = known?.read(part);
    if (known === undefined) problems.push(`a packet has no key \`${printable(key)}\`${meantKey(key)}`);
    else if (read === undefined)
      problems.push(`\`${key}\` is ${known.says}, not \`${printable(typeof part === 'string' ? JSON.stringify(part) : valueText(part))}\``);
    else given = { ...given, ...read };
  }
  return problems.length === 0 ? { given, problems } : { problems };
}

function meantKey(key: string): string {
  const meant = nearest(key, PACKET_KEYS);
  return meant === undefined ? `; its keys are ${PACKET_KEYS.join(' ')}` : `; did you mean \`${meant}\`?`;
}

function integer(
  field: 'sport' | 'dport' | 'uid' | 'gid' | 'ttl' | 'tos' | 'length' | 'fragOffset' | 'connmark' | 'spi',
  most: number,
): Key {
  return { says: `a whole number from 0 to ${most}`, read: (value) => (isUpTo(value, most) ? { [field]: value } : undefined) };
}

function address(field: 'src' | 'dst'): Key {
  const read = (value: unknown) => {
    const parsed = typeof value === 'string' ? parseAddress(value) : undefined;
    return parsed === undefined ? undefined : { [field]: parsed };
  };
  return { says: 'an IPv4 or IPv6 address', read };
}

function endpoint(field: 'ctorigsrc' | 'ctorigdst'): Key {
  const read = (value: unknown) => {
    const parsed = typeof value === 'string' ? parseEndpoint(value) : undefined;
    return parsed && { [field]: parsed };
  };
  return { says: 'an address, or an address with a port like `10.0.0.9:80`', read };
}

function name(field: 'iif' | 'oif'): Key {
  return {
    says: 'the name of an interface',
    read: (value) => (typeof value === 'string' && /^[^\s/]{1,15}$/.test(value) ? { [field]: value } : undefined),
  };
}

function readProto(value: unknown): PartialPacket | undefined {
  if (isUpTo(value, 255)) return { proto: value };
  if (typeof value !== 'string') return undefined;
  if (Object.hasOwn(PROTO, value)) return { proto: PROTO[value as keyof typeof PROTO] };
  return /^\d{1,3}$/.test(value) ? readProto(Number(value)) : undefined;
}

function readMark(value: unknown): PartialPacket | undefined {
  const mark = typeof value === 'string' && /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(value) ? Number(value) : value;
  return isUpTo(mark, 0xffff_ffff) ? { mark } : undefined;
}

function readState(value: unknown): PartialPacket | undefined {
  const ctstate = CT_STATES.find((state) => state === value);
  return ctstate === undefined ? undefined : { ctstate };
}

function readFlags(value: unknown): PartialPacket | undefined {
  if (typeof value !== 'string' || ![...value].every((letter) => Object.hasOwn(TCP_FLAGS, letter))) return undefined;
  return { flags: [...value].reduce((bits, letter) => bits | TCP_FLAGS[letter as keyof typeof TCP_FLAGS], 0) };
}

function readIcmp(value: unknown): PartialPacket | undefined {
  if (isUpTo(value, 255)) return { icmpType: value };
  const [, type, code] = typeof value === 'string' ? (/^(\d{1,3})(?:\/(\d{1,3}))?$/.exec(value) ?? []) : [];
  if (type === undefined || Number(type) > 255 || Number(code ?? 0) > 255) return undefined;
  return { icmpType: Number(type), icmpCode: Number(code ?? 0) };
}

function isUpTo(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
}
