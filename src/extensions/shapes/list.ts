/** Lists as strtok(3) takes them apart, and closed sets of words of single matches. */
import { type Address, formatAddress, parseAddress, prefixMask } from '../../packet/address.ts';
import { prefixLength as lengthOf, type NetworkText, network } from './address.ts';
import { numberOf, strtoul, U8 } from './number.ts';
import { type Decoded, malformed, type Shape } from './shape.ts';

function entries(text: string): readonly string[] {
  return text.split(',').filter((entry) => entry !== '');
}

/** source: linux/dccp.h enum dccp_pkt_type; INVALID stands for all others */
const DCCP_TYPES = ['REQUEST', 'RESPONSE', 'DATA', 'ACK', 'DATAACK', 'CLOSEREQ', 'CLOSE', 'RESET', 'SYNC', 'SYNCACK', 'INVALID'] as const;

function looseWords<W extends string>(what: string, words: readonly W[], fold: boolean): Shape<ReadonlySet<W>> {
  const spelt = (word: string): string => (fold ? word.toUpperCase() : word);
  return {
    rule: 'looseWords',
    decode: ({ text }) => {
      const value = new Set<W>();
      for (const entry of entries(text)) {
        const word = words.find((known) => known === spelt(entry));
        if (word === undefined) return malformed(`\`${entry}\` is not a valid ${what}`, `one of ${words.join(', ')}`);
        value.add(word);
      }
      return { value };
    },
    print: (value) => words.filter((word) => value.has(word)).join(','),
  };
}

export const dccpTypes = looseWords('DCCP type', DCCP_TYPES, true);

/** In the order in which they are printed. */
export const hashModes = looseWords('hashlimit mode', ['srcip', 'srcport', 'dstip', 'dstport'], false);

/** Names of IPv6 headers: as printed, short, and by number. source: RFC 8200 */
const IPV6_HEADERS: readonly (readonly [name: string, ...string[]])[] = [
  ['hop-by-hop', 'hop', '0'],
  ['ipv6-opts', 'dst', '60'],
  ['ipv6-route', 'route', '43'],
  ['ipv6-frag', 'frag', '44'],
  ['ah', 'auth', '51'],
  ['esp', '50'],
  ['ipv6-nonxt', 'none', '59'],
  ['protocol', 'prot', '255'],
];

export const ipv6Headers: Shape<ReadonlySet<string>> = {
  rule: 'looseWords',
  decode: ({ text }) => {
    const value = new Set<string>();
    for (const entry of entries(text)) {
      const found = IPV6_HEADERS.find((names) => names.includes(entry));
      if (found === undefined)
        return malformed(`\`${entry}\` is not a valid IPv6 header`, `one of ${IPV6_HEADERS.map(([name]) => name).join(', ')}`);
      value.add(found[0]);
    }
    return value.size > 0 ? { value } : malformed('expected the names of IPv6 headers, found nothing');
  },
  print: (value) => IPV6_HEADERS.flatMap(([name]) => (value.has(name) ? [name] : [])).join(','),
};

export interface HeaderOption {
  readonly type: number;
  /** absent: any length */
  readonly length?: number;
}

/** Slots in the kernel's table. kernel include/uapi/linux/netfilter_ipv6/ip6t_opts.h IP6T_OPTS_OPTSNR */
const MAX_OPTIONS = 16;
/** A length of this means any. */
const ANY_LENGTH = U8;

function eightBits(text: string): number {
  const value = strtoul(text, 0);
  return value === undefined ? Number.NaN : Number(BigInt.asUintN(8, value));
}

/** `149:92,12` of -m dst and -m hbh; numbers are cut to eight bits without a word */
export const headerOptions: Shape<readonly HeaderOption[]> = {
  decode: ({ text }): Decoded<readonly HeaderOption[]> => {
    const value: HeaderOption[] = [];
    for (const entry of text.split(',')) {
      const [type, length = ANY_LENGTH, more] = entry.split(':').map(eightBits);
      if (type === undefined || Number.isNaN(type) || Number.isNaN(length) || more !== undefined)
        return malformed(`\`${entry}\` is not a valid header option`, 'an option is written like `149:92`');
      if (entry.includes(':') && type === 0) return malformed(`option 0 has no length, found \`${entry}\``);
      value.push({ type, ...(length === ANY_LENGTH ? {} : { length }) });
    }
    return value.length <= MAX_OPTIONS ? { value } : malformed(`at most ${MAX_OPTIONS} options, found ${value.length}`);
  },
  print: (value) => value.map(({ type, length }) => (length === undefined ? String(type) : `${type}:${length}`)).join(','),
};

const MAX_ROUTE_ADDRESSES = 16;

/** Addresses of a routing header. */
export const routeAddresses: Shape<readonly Address[]> = {
  decode: ({ text }) => {
    const value: Address[] = [];
    for (const entry of text.split(',')) {
      const address = parseAddress(entry);
      if (typeof address !== 'bigint') return malformed(`\`${entry}\` is not a valid IPv6 address`);
      value.push(address);
    }
    return value.length <= MAX_ROUTE_ADDRESSES ? { value } : malformed(`at most ${MAX_ROUTE_ADDRESSES} addresses, found ${value.length}`);
  },
  print: (value) => value.map(formatAddress).join(','),
};

/** A prefix length, or a mask; one that is not a prefix counts as the longest. */
export const prefixLengthShape: Shape<number> = {
  decode: ({ text }, { family }) => {
    const longest = family === 4 ? 32 : 128;
    const written = /^\d+$/.test(text) ? Number(text) : undefined;
    if (written !== undefined && written <= longest) return { value: written };
    // inet_aton(3) takes a larger number for an address
    const mask = family === 4 && written !== undefined && written <= 0xffff_ffff ? written : parseAddress(text);
    if (mask === undefined || typeof mask !== typeof prefixMask(family, 0))
      return malformed(`\`${text}\` is neither a prefix length nor a netmask`);
    return { value: lengthOf(mask) ?? longest };
  },
  print: String,
};

/** A mask by itself, or the number that inet_aton(3) takes for one. */
export const addressMask: Shape<Address> = {
  decode: ({ text }, { family }) => {
    const number = family === 4 && /^\d+$/.test(text) && Number(text) <= 0xffff_ffff ? Number(text) : undefined;
    const value = number ?? parseAddress(text);
    return value === undefined || typeof value !== typeof prefixMask(family, 0)
      ? malformed(`\`${text}\` is not a valid netmask`)
      : { value };
  },
  print: formatAddress,
};

/** A prefix length alone. */
export const maskLength: Shape<number> = {
  rule: 'number',
  decode: ({ text }, { family }) => {
    const longest = family === 4 ? 32 : 128;
    const value = numberOf(text);
    return value <= longest ? { value } : malformed(`expected a prefix length from 0 to ${longest}, found \`${text}\``);
  },
  print: String,
};

/** IPsec protocols by name or number. */
const POLICY_PROTOS: ReadonlyMap<string, string> = new Map([
  ['esp', 'esp'],
  ['50', 'esp'],
  ['ah', 'ah'],
  ['51', 'ah'],
  ['ipcomp', 'ipcomp'],
  ['108', 'ipcomp'],
]);

export const policyProto: Shape<string> = {
  rule: 'word',
  decode: ({ text }) => {
    const value = POLICY_PROTOS.get(text.toLowerCase());
    return value === undefined ? malformed(`\`${text}\` is not a valid IPsec protocol`, 'one of esp, ah, ipcomp') : { value };
  },
  print: (value) => value,
};

/** A segment of SRv6; always printed with its mask. */
export const segment: Shape<NetworkText> = {
  ...network,
  print: ({ address, mask }) => `${formatAddress(address)}/${lengthOf(mask) ?? formatAddress(mask)}`,
};
