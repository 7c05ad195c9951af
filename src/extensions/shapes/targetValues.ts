/** Values of single targets: queues, durations, TCP options, network prefixes, traffic classes.
 *  man iptables-extensions(8), NFQUEUE, RATEEST, TCPOPTSTRIP, NETMAP, SNPT, CLASSIFY */
import { type Address, familyOf, formatAddress, parseAddress } from '../../packet/address.ts';
import { macAddress, type NetworkText, network, prefixLength } from './address.ts';
import { integer, type NumberRange, numberOf, range, U8, U16, U32 } from './number.ts';
import { decodeValue, malformed, notModelled, part, type Shape } from './shape.ts';
import { freeText } from './word.ts';

/** `0:3`, `:3`, `1:`; the first queue must be below the last */
export const queueRange: Shape<NumberRange> = {
  rule: 'queueRange',
  decode: (parts, context) => {
    const decoded = range({ max: U16 }).decode(parts, context);
    if ('refused' in decoded || decoded.value.lo < decoded.value.hi) return decoded;
    return malformed(`\`${parts.text}\` is not a valid range of queues`, 'the first must be below the last');
  },
  print: ({ lo, hi }) => `${lo}:${hi}`,
};

const MICROSECONDS: Readonly<Record<string, number>> = { s: 1_000_000, m: 1000, u: 1 };

/** Microseconds; a number without a unit is that already. */
export const duration: Shape<number> = {
  rule: 'duration',
  decode: (parts) => ({
    // more than 32 bits are cut off
    value: (Number(part(parts, 'mantissa')) * (MICROSECONDS[part(parts, 'durationUnit')?.charAt(0) ?? 'u'] ?? 1)) >>> 0,
  }),
  print: (value) => {
    if (value >= 1_000_000) return `${(value / 1_000_000).toFixed(1)}s`;
    return value >= 1000 ? `${(value / 1000).toFixed(1)}ms` : `${value}us`;
  },
};

const TCP_OPTIONS: ReadonlyMap<string, number> = new Map(
  Object.entries({ wscale: 3, mss: 2, 'sack-permitted': 4, sack: 5, timestamp: 8, md5: 19 }),
);

/** A list of TCP options by number or name, each once; the two without a length cannot be taken out. */
export const tcpOptions: Shape<readonly number[]> = {
  rule: 'words',
  decode: ({ captures }) => {
    const value: number[] = [];
    for (const { rule, text } of captures) {
      if (rule !== 'word') continue;
      const option = TCP_OPTIONS.get(text) ?? (/^\d/.test(text) ? numberOf(text) : Number.NaN);
      if (!(option > 1 && option <= U8))
        return malformed(`\`${text}\` is not a valid TCP option`, `2 to 255, or one of ${[...TCP_OPTIONS.keys()].join(', ')}`);
      if (value.includes(option)) return malformed(`TCP option \`${text}\` is there twice`);
      value.push(option);
    }
    return { value: value.sort((a, b) => a - b) };
  },
  print: (value) => value.join(','),
};

/** Always with its length, and without host bits. */
export const prefix: Shape<NetworkText> = {
  ...network,
  decode: (parts, context) => {
    const [, address4, long] = /^([\d.]+)\/(\d+)$/.exec(parts.text) ?? [];
    if (context.family === 4 && address4 !== undefined && Number(long) > 32) {
      const whole = decodeValue(network, address4, context);
      return 'refused' in whole ? whole : { ...whole, warning: 'iptables takes this for a single address' };
    }
    const decoded = network.decode(parts, context);
    if ('refused' in decoded) return decoded;
    if (prefixLength(decoded.value.mask) === undefined) {
      return notModelled(`the mask of \`${parts.text}\` is not a prefix: iptables saves a single address`, 'write a prefix length');
    }
    const { address, mask } = decoded.value;
    return { value: { address: masked(address, mask), mask } };
  },
  print: ({ address, mask }) => `${formatAddress(address)}/${prefixLength(mask)}`,
};

/** With its length; host bits are kept, for the kernel to refuse. */
export const rawPrefix: Shape<NetworkText> = { ...prefix, decode: network.decode };

function masked(address: Address, mask: Address): Address {
  return familyOf(address) === 4 ? (Number(address) & Number(mask)) >>> 0 : BigInt(address) & BigInt(mask);
}

/** `MAJOR:MINOR`, hexadecimal, of which iptables keeps 16 bits each and ignores what follows */
export const trafficClass: Shape<{ readonly major: number; readonly minor: number }> = {
  decode: ({ text }) => {
    const [taken, major = '', minor = ''] = /^\s*([-+]?(?:0x)?[0-9a-f]+):\s*([-+]?(?:0x)?[0-9a-f]+)/i.exec(text) ?? [];
    if (taken === undefined) return malformed(`\`${text}\` is not a valid traffic class`, 'a class is written like `1:10`');
    const value = { major: low16(major), minor: low16(minor) };
    const kept = taken === text && [major, minor].every((half) => /^(?:0x)?[0-9a-f]{1,4}$/i.test(half));
    return kept ? { value } : { value, warning: `iptables reads this as \`${trafficClass.print(value, { family: 4 })}\`` };
  },
  print: ({ major, minor }) => [major, minor].map((half) => half.toString(16).padStart(4, '0')).join(':'),
};

function low16(text: string): number {
  const digits = text.replace(/^[-+]?(?:0x)?/i, '').slice(-4);
  const value = Number.parseInt(digits, 16);
  return text.startsWith('-') ? -value & U16 : value;
}

/** A name that iptables cuts off, and saves without quotes. */
export function rawName(max: number): Shape<string> {
  return { ...freeText({ min: 0, max, overlong: 'cut' }), print: (value) => value };
}

/** Of a timeout policy the kernel gives iptables-save the first four bytes. kernel net/netfilter/xt_CT.c xt_ct_tg_reg, usersize */
const SAVED_BYTES = 4;

export const timeoutPolicy: Shape<string> = {
  ...rawName(31),
  print: (value) => new TextDecoder().decode(new TextEncoder().encode(value).slice(0, SAVED_BYTES)),
};

/** iptables quotes it always. */
export const ledName: Shape<string> = {
  ...freeText({ min: 0, max: 16, overlong: 'refused' }),
  print: (value) => `"${value.replace(/["\\]/g, '\\$&')}"`,
};

const FOREVER = -1;

/** Milliseconds, or `inf`, which iptables saves as -1 and cannot read again. */
export const ledDelay: Shape<number> = {
  ...integer({ max: U32 }),
  rule: 'logLevel',
  decode: (parts, context) => (parts.text === 'inf' ? { value: FOREVER } : integer({ max: U32 }).decode(parts, context)),
};

const HASH_PARTS = ['ct', 'src', 'dst', 'sport', 'dport', 'spi', 'proto'] as const;
type HashPart = (typeof HASH_PARTS)[number];

/** What goes into a hash; the start of a word will do, the first that starts like this is taken. */
export const hashTuple: Shape<ReadonlySet<HashPart>> = {
  rule: 'words',
  decode: ({ text }) => {
    const value = new Set<HashPart>();
    for (const word of text.split(',')) {
      const found = HASH_PARTS.find((part) => part.startsWith(word.toLowerCase()));
      if (found === undefined) return malformed(`\`${word}\` is not a valid part of a packet`, `one of ${HASH_PARTS.join(', ')}`);
      value.add(found);
    }
    return { value };
  },
  print: (value) => [...value].join(','),
};

/** Bits of an address that go into a hash; more than there are mean all. */
export const hashPrefix: Shape<number> = {
  decode: (parts, context) => {
    // a larger number is an IPv4 address to inet_aton(3), and no prefix
    const number = /^(0x[0-9a-f]+|[0-9]+)$/i.test(parts.text) ? numberOf(parts.text) : undefined;
    if (number !== undefined && number <= (context.family === 4 ? U32 : 128)) {
      return { value: Math.min(number, context.family === 4 ? 32 : 128) };
    }
    const mask = parseAddress(parts.text);
    const length = mask === undefined || familyOf(mask) !== context.family ? undefined : prefixLength(mask);
    return length === undefined ? malformed(`\`${parts.text}\` is not a valid prefix length`) : { value: length };
  },
  print: String,
};

/** The address of a group of machines; printed in capitals. */
export const groupMac: Shape<number> = {
  ...macAddress,
  decode: (parts, context) =>
    Number.parseInt(parts.text, 16) % 2 === 1
      ? macAddress.decode(parts, context)
      : malformed(`\`${parts.text}\` is not a valid multicast MAC address`),
  print: (value, context) => macAddress.print(value, context).toUpperCase(),
};
