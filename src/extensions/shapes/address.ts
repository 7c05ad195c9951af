/** Addresses, networks, address ranges, NAT ranges and MAC addresses. */
import { type Address, type Family, familyOf, formatAddress, parseAddress, prefixMask } from '../../packet/address.ts';
import { type NatPorts, natPorts, readNatPorts } from './port.ts';
import { type Decoded, malformed, notModelled, part, type Shape } from './shape.ts';

/** A network; `mask` need not be a prefix. `address` keeps its host bits. */
export interface Network {
  readonly address: Address;
  readonly mask: Address;
}

function readAddress(family: Family, text: string): Decoded<Address> {
  const value = parseAddress(text);
  if (value === undefined) return malformed(`expected an IPv${family} address, found \`${text}\``);
  return familyOf(value) === family ? { value } : malformed(`\`${text}\` is an IPv${familyOf(value)} address in IPv${family} rules`);
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

/** `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `fd00::1`, or a host name */
export const network: Shape<Network> = {
  rule: 'networkOrHost',
  decode: (parts, { family }) => {
    const written = part(parts, 'address');
    if (written === undefined) return unknownHost(parts.text);
    const address = readAddress(family, written);
    const mask = readMask(family, part(parts, 'netmask'));
    if ('refused' in address) return address;
    return 'refused' in mask ? mask : { value: { address: address.value, mask: mask.value } };
  },
  print: ({ address, mask }) => {
    const length = prefixLength(mask);
    if (length === (familyOf(mask) === 4 ? 32 : 128)) return formatAddress(address);
    return `${formatAddress(address)}/${length ?? formatAddress(mask)}`;
  },
};

/** -m conntrack: of a mask that is no prefix, iptables 1.8.9 saves something else than it was given. */
export const ctNetwork: Shape<Network> = {
  ...network,
  decode: (parts, context) => {
    const decoded = network.decode(parts, context);
    if ('refused' in decoded || prefixLength(decoded.value.mask) !== undefined) return decoded;
    return notModelled(`iptables does not keep the mask of \`${parts.text}\``, 'write a prefix length');
  },
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
    const written = part(parts, 'address');
    return written === undefined ? unknownHost(parts.text) : readAddress(family, written);
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
export const mac: Shape<number> = {
  rule: 'mac',
  decode: ({ text }) => ({ value: text.split(':').reduce((value, octet) => value * 256 + Number.parseInt(octet, 16), 0) }),
  print: (value) =>
    value
      .toString(16)
      .padStart(12, '0')
      .replace(/..(?!$)/g, '$&:'),
};
