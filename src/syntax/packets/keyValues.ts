/** Values of keys, as numbers: by number, and by the names that mean the same everywhere. Undefined: not a value of the key. */
import type { Family } from '../../packet/address.ts';
import { TCP_FLAGS } from '../../packet/fields.ts';
import { ICMP, ICMPV6 } from '../../packet/icmpNames.ts';
import type { PartialPacket } from '../../packet/partialPacket.ts';
import { PROTO } from '../../packet/protocol.ts';
import { SERVICES } from '../../packet/services.ts';

/** Above it: no id. kernel include/linux/uidgid.h INVALID_UID */
const MAX_ID = 0xffff_fffe;

const PROTOCOLS: ReadonlyMap<string, number> = new Map([...Object.entries(PROTO), ['icmp6', PROTO.icmpv6], ['ipv6-icmp', PROTO.icmpv6]]);

const FLAG_NAMES: Readonly<Record<string, number>> = {
  FIN: 1,
  SYN: 2,
  RST: 4,
  PSH: 8,
  ACK: 16,
  URG: 32,
  ECE: 64,
  CWR: 128,
  ALL: 63,
  NONE: 0,
};

/** Decimal or hexadecimal. A leading zero is refused: it is octal to iptables and decimal to people. */
export function integerValue(text: string, max: number): number | undefined {
  if (!/^(?:0[xX][0-9A-Fa-f]{1,8}|0|[1-9]\d{0,9})$/.test(text)) return undefined;
  return Number(text) <= max ? Number(text) : undefined;
}

export function protocolValue(text: string): number | undefined {
  return integerValue(text, 255) ?? PROTOCOLS.get(text.toLowerCase());
}

/** `443` or `https` */
export function portValue(text: string): number | undefined {
  return integerValue(text, 0xffff) ?? SERVICES.get(text.toLowerCase());
}

/** Of all names only root's number is the same on every machine. */
export function idValue(text: string): number | undefined {
  return text.toLowerCase() === 'root' ? 0 : integerValue(text, MAX_ID);
}

/** `SA`, `SYN,ACK`, `SYN+ACK`, `syn|ack`; `[S.]` of tcpdump */
export function flagsValue(text: string): number | undefined {
  const parts = text
    .toUpperCase()
    .replace(/^\[(.+)\]$/, '$1')
    .replaceAll('.', 'A')
    .split(/[,+|]/);
  const bits = parts.map((part) => FLAG_NAMES[part] ?? flagLettersValue(part));
  return bits.some((bit) => bit === undefined) ? undefined : bits.reduce<number>((byte, bit) => byte | (bit ?? 0), 0);
}

function flagLettersValue(letters: string): number | undefined {
  let byte = 0;
  for (const letter of letters) {
    const bit = TCP_FLAGS[letter as keyof typeof TCP_FLAGS];
    if (bit === undefined) return undefined;
    byte |= bit;
  }
  return letters === '' ? undefined : byte;
}

/** `SYN,ACK` as iptables writes it, as a flag byte. */
export function flagNames(text: string): number | undefined {
  const bits = text.split(',').map((name) => FLAG_NAMES[name.toUpperCase()]);
  return bits.some((bit) => bit === undefined) ? undefined : bits.reduce<number>((byte, bit) => byte | (bit ?? 0), 0);
}

/** `8`, `3/4`, `echo-request`: names mean other types in each family. */
export function icmpValue(text: string, family: Family): PartialPacket | undefined {
  const { names } = family === 4 ? ICMP : ICMPV6;
  const name = text.toLowerCase().replaceAll('_', '-');
  const [type, code] = Object.hasOwn(names, name) && name !== 'any' ? (names[name] ?? []) : numbersOf(text);
  if (type === undefined) return undefined;
  return code === undefined ? { icmpType: type } : { icmpType: type, icmpCode: code };
}

function numbersOf(text: string): readonly (number | undefined)[] {
  const parts = text.split('/').map((part) => integerValue(part, 255));
  return parts.length > 2 || parts.includes(undefined) ? [] : parts;
}

/** Six octets with colons or dashes between them. */
export function macValue(text: string): number | undefined {
  if (!/^[0-9A-Fa-f]{1,2}(?:[:-][0-9A-Fa-f]{1,2}){5}$/.test(text)) return undefined;
  return text.split(/[:-]/).reduce((value, octet) => value * 256 + Number.parseInt(octet, 16), 0);
}
