/** Addresses, networks, address ranges, NAT ranges and MAC addresses. */
import { type Address, type Family, familyOf, formatAddress, parseAddress, prefixMask } from '../../packet/address.ts';
import { numberOf, U8 } from './number.ts';
import { type NatPorts, natPorts, readNatPorts } from './port.ts';
import { type Decoded, malformed, notModelled, part, type Shape } from './shape.ts';

/** A network; `mask` need not be a prefix. `address` keeps its host bits. */
export interface NetworkText {
  readonly address: Address;
  readonly mask: Address;
}

function readAddress(family: Family, text: string): Decoded<Address> {
  const value = parseAddress(text);
  if (value === undefined) return malformed(`expected an IPv${family} address, found \`${text}\``);
  return familyOf(value) === family ? { value } : malformed(`\`${text}\` is an IPv${familyOf(value)} address in IPv${family} rules`);
}

/** Ways of iptables 1.8.9 to take fewer than four numbers. */
type Dotted = 'padded' | 'inetAton';

/** libxtables xtables_numeric_to_ipaddr(): `10.1` is 10.1.0.0, as a network is written */
function padded(numbers: readonly number[]): number | undefined {
  if (numbers.length > 4 || numbers.some((number) => number > U8)) return undefined;
  return [0, 1, 2, 3].reduce((value, at) => value * 256 + (numbers[at] ?? 0), 0);
}

/** inet_aton(3): `10.1` is 10.0.0.1, the last number fills what is left */
function inetAton(numbers: readonly number[]): number | undefined {
  const last = numbers.at(-1) ?? 0;
  const room = 256 ** (5 - numbers.length);
  if (numbers.length > 4 || last >= room || numbers.slice(0, -1).some((number) => number > U8)) return undefined;
  return numbers.slice(0, -1).reduce((value, number, at) => value + number * 256 ** (3 - at), last);
}

/** A text that the grammar took as `looseAddress`; another reading than most people's is told. */
function readLoose(text: string, family: Family, dotted: Dotted): Decoded<Address> {
  if (family === 6 || text.includes(':') || /^(?:(?:0|[1-9]\d*)\.){3}(?:0|[1-9]\d*)$/.test(text)) return readAddress(family, text);
  const numbers = text.split('.').map(numberOf);
  const value = (dotted === 'padded' ? padded(numbers) : undefined) ?? inetAton(numbers);
  if (value === undefined) return malformed(`expected an IPv4 address, found \`${text}\``);
  const plain = dotted === 'padded' && padded(numbers) === value && /^(?:(?:0|[1-9]\d*)(?:\.|$))+$/.test(text);
  return plain ? { value } : { value, warning: `iptables reads \`${text}\` as \`${formatAddress(value)}\`` };
}

export function prefixLength(mask: Address): number | undefined {
  if (typeof mask === 'number') {
    const length = Math.clz32(~mask);
    return prefixMask(4, length) === mask ? length : undefined;
  }
  for (let length = 128; length >= 0; length--) if (prefixMask(6, length) === mask) return length;
  return undefined;
}

function readMask(family: Family, text: string | undefined): Decoded<Address> {
  const bits = family === 4 ? 32 : 128;
  if (text === undefined) return { value: prefixMask(family, bits) };
  if (!/^\d+$/.test(text)) return readAddress(family, text);
  return Number(text) <= bits
    ? { value: prefixMask(family, Number(text)) }
    : malformed(`\`/${text}\` is longer than an IPv${family} address`);
}

function looseNetwork(dotted: Dotted): Shape<NetworkText> {
  return {
    rule: 'networkOrHost',
    decode: (parts, { family }) => {
      const written = part(parts, 'looseAddress');
      if (written === undefined) return unknownHost(parts.text);
      const address = readLoose(written, family, dotted);
      const mask = readMask(family, part(parts, 'netmask'));
      if ('refused' in address) return address;
      return 'refused' in mask ? mask : { ...address, value: { address: address.value, mask: mask.value } };
    },
    print: ({ address, mask }) => {
      const length = prefixLength(mask);
      if (length === (familyOf(mask) === 4 ? 32 : 128)) return formatAddress(address);
      return `${formatAddress(address)}/${length ?? formatAddress(mask)}`;
    },
  };
}

/** `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `fd00::1`, or a host name */
export const network = looseNetwork('inetAton');

/** The same of `-s` and `-d`, where `10/8` is 10.0.0.0/8. */
export const baseNetwork = looseNetwork('padded');

/** -m conntrack: iptables-save leaves out a mask that is not a prefix. */
export const ctNetwork: Shape<NetworkText> = {
  decode: (parts, context) => {
    const decoded = network.decode(parts, context);
    if ('refused' in decoded || prefixLength(decoded.value.mask) !== undefined) return decoded;
    return { ...decoded, warning: `iptables-save leaves out the mask of \`${parts.text}\`` };
  },
  rule: 'networkOrHost',
  print: (value, context) => (prefixLength(value.mask) === undefined ? formatAddress(value.address) : network.print(value, context)),
};

function unknownHost(name: string): Decoded<never> {
  return notModelled(`host name \`${name}\` is looked up when the rules are loaded`, 'write the address');
}

export interface AddressRange {
  readonly lo: Address;
  readonly hi: Address;
}

function readRange(family: Family, low: string, high: string | undefined): Decoded<AddressRange> {
  const lo = readAddress(family, low);
  const hi = high === undefined ? lo : readAddress(family, high);
  if ('refused' in lo) return lo;
  return 'refused' in hi ? hi : { value: { lo: lo.value, hi: hi.value } };
}

/** `1.2.3.4-1.2.3.9` of -m iprange; one address stands for itself */
export const addressRange: Shape<AddressRange> = {
  rule: 'addressRange',
  decode: (parts, { family }) => readRange(family, part(parts, 'lowAddress') ?? '', part(parts, 'highAddress')),
  print: ({ lo, hi }) => `${formatAddress(lo)}-${formatAddress(hi)}`,
};

export const address: Shape<Address> = {
  rule: 'addressOrHost',
  decode: (parts, { family }) => {
    const written = part(parts, 'looseAddress');
    return written === undefined ? unknownHost(parts.text) : readLoose(written, family, 'inetAton');
  },
  print: formatAddress,
};

/** `--to-destination` and `--to-source`: addresses, ports, or both. */
export interface NatRange {
  readonly addresses?: AddressRange;
  readonly ports?: NatPorts;
}

/** `1.2.3.4-1.2.3.9:80-90/85`, `[fd00::1]:80`, `:80` */
export const natRange: Shape<NatRange> = {
  rule: 'natRange',
  decode: (parts, { family }) => {
    const low = part(parts, 'lowAddress');
    const range = low === undefined ? undefined : readRange(family, low, part(parts, 'highAddress'));
    if (range !== undefined && 'refused' in range) return range;
    const addresses = range === undefined ? {} : { addresses: range.value };
    const written = part(parts, 'natPorts');
    if (written === undefined) return { value: addresses };
    const ports = readNatPorts({ text: written, captures: parts.captures });
    return 'refused' in ports ? ports : { value: { ...addresses, ports: ports.value } };
  },
  print: ({ addresses, ports }, context) => {
    const host =
      addresses === undefined ? '' : addresses.lo === addresses.hi ? formatAddress(addresses.lo) : addressRange.print(addresses, context);
    if (ports === undefined) return host;
    return `${host !== '' && context.family === 6 ? `[${host}]` : host}:${natPorts.print(ports, context)}`;
  },
};

/** `00:11:22:33:44:55` as a 48-bit number */
export const macAddress: Shape<number> = {
  rule: 'mac',
  decode: ({ text }) => ({ value: text.split(':').reduce((value, octet) => value * 256 + Number.parseInt(octet, 16), 0) }),
  print: (value) =>
    value
      .toString(16)
      .padStart(12, '0')
      .replace(/..(?!$)/g, '$&:'),
};
