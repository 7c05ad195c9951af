/** Addresses, networks, address ranges, NAT ranges and MAC addresses. */
import type { PortRange } from '../../netfilter/effect.ts';
import { type Address, type Family, familyOf, formatAddress, parseAddress, prefixMask } from '../../packet/address.ts';
import { natPorts } from './port.ts';
import { type Decoded, malformed, notModelled, type Shape } from './shape.ts';

/** A network; `mask` need not be a prefix. `address` keeps its host bits. */
export interface Network {
  readonly address: Address;
  readonly mask: Address;
}

function addressOf(family: Family, text: string): Address | undefined {
  const address = parseAddress(text);
  return address !== undefined && familyOf(address) === family ? address : undefined;
}

export function prefixLength(mask: Address): number | undefined {
  const family = familyOf(mask);
  for (let length = family === 4 ? 32 : 128; length >= 0; length--) if (prefixMask(family, length) === mask) return length;
  return undefined;
}

function maskOf(family: Family, text: string): Address | undefined {
  if (/^\d{1,3}$/.test(text)) return Number(text) <= (family === 4 ? 32 : 128) ? prefixMask(family, Number(text)) : undefined;
  return addressOf(family, text);
}

function wrongAddress(family: Family, text: string): Decoded<never> {
  const other = parseAddress(text);
  if (other !== undefined) return malformed(`\`${text}\` is an IPv${familyOf(other)} address in IPv${family} rules`);
  if (/^[A-Za-z0-9]([\w.-]*[A-Za-z])$/.test(text)) {
    return notModelled(`host name \`${text}\` is looked up when the rules are loaded`, 'write the address');
  }
  return malformed(`expected an IPv${family} address, found \`${text}\``);
}

/** `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `fd00::1` */
export const network: Shape<Network> = {
  expected: 'an address or network',
  decode: (text, { family }) => {
    const slash = text.indexOf('/');
    const host = slash < 0 ? text : text.slice(0, slash);
    const mask = slash < 0 ? prefixMask(family, family === 4 ? 32 : 128) : maskOf(family, text.slice(slash + 1));
    const address = addressOf(family, host);
    if (address === undefined) return wrongAddress(family, host);
    return mask === undefined ? malformed(`\`${text.slice(slash + 1)}\` is no IPv${family} netmask`) : { value: { address, mask } };
  },
  print: printNetwork,
};

/** A full mask is left out, as -m conntrack prints it; `-s` and `-d` add it. */
export function printNetwork({ address, mask }: Network): string {
  const length = prefixLength(mask);
  if (length === (familyOf(mask) === 4 ? 32 : 128)) return formatAddress(address);
  return `${formatAddress(address)}/${length ?? formatAddress(mask)}`;
}

export interface AddressRange {
  readonly lo: Address;
  readonly hi: Address;
}

function rangeOf(family: Family, text: string): Decoded<AddressRange> {
  const dash = text.indexOf('-');
  const first = dash < 0 ? text : text.slice(0, dash);
  const last = dash < 0 ? text : text.slice(dash + 1);
  const lo = addressOf(family, first);
  const hi = addressOf(family, last);
  if (lo !== undefined && hi !== undefined) return { value: { lo, hi } };
  const wrong = lo === undefined ? first : last;
  return malformed(`expected an IPv${family} address, found \`${wrong}\``);
}

/** `1.2.3.4-1.2.3.9` of -m iprange; one address stands for itself */
export const addressRange: Shape<AddressRange> = {
  expected: 'an address or a range FIRST-LAST',
  decode: (text, { family }) => rangeOf(family, text),
  print: ({ lo, hi }) => `${formatAddress(lo)}-${formatAddress(hi)}`,
};

export const address: Shape<Address> = {
  expected: 'an address',
  decode: (text, { family }) => {
    const value = addressOf(family, text);
    return value === undefined ? wrongAddress(family, text) : { value };
  },
  print: formatAddress,
};

/** `--to-destination` and `--to-source`: addresses, ports, or both. `base` is the port that a shifted range starts from. */
export interface NatRange {
  readonly addresses?: AddressRange;
  readonly ports?: PortRange;
  readonly base?: number;
}

/** `1.2.3.4-1.2.3.9:80-90/70`, `[fd00::1]:80`, `:80` */
export const natRange: Shape<NatRange> = {
  expected: 'ADDRESS[-ADDRESS][:PORT[-PORT]]',
  decode: (text, context) => {
    const { host, port } = splitPort(text, context.family);
    if (host === undefined) return malformed(`expected ADDRESS[-ADDRESS][:PORT[-PORT]], found \`${text}\``);
    const addresses = host === '' ? undefined : rangeOf(context.family, host);
    if (addresses !== undefined && 'refused' in addresses) return addresses;
    const found: NatRange = addresses === undefined ? {} : { addresses: addresses.value };
    if (port === undefined) return { value: found };
    const slash = port.indexOf('/');
    const ports = natPorts.decode(slash < 0 ? port : port.slice(0, slash), context);
    if (ports === undefined || 'refused' in ports) return ports;
    if (slash < 0) return { value: { ...found, ports: ports.value } };
    const base = natPorts.decode(port.slice(slash + 1), context);
    if (base === undefined || 'refused' in base) return base;
    return { value: { ...found, ports: ports.value, base: base.value.lo } };
  },
  print: ({ addresses, ports, base }, context) => {
    const host =
      addresses === undefined ? '' : addresses.lo === addresses.hi ? formatAddress(addresses.lo) : addressRange.print(addresses, context);
    if (ports === undefined) return host;
    const port = natPorts.print(ports, context) + (base === undefined ? '' : `/${base}`);
    return `${host !== '' && context.family === 6 ? `[${host}]` : host}:${port}`;
  },
};

function splitPort(text: string, family: Family): { readonly host?: string; readonly port?: string } {
  if (family === 4) {
    const colon = text.indexOf(':');
    return colon < 0 ? { host: text } : { host: text.slice(0, colon), port: text.slice(colon + 1) };
  }
  const bracketed = /^\[([^\]]*)\](?::(.+))?$/.exec(text);
  if (bracketed !== null) return { host: bracketed[1] as string, ...(bracketed[2] === undefined ? {} : { port: bracketed[2] }) };
  if (/^:[^:]+$/.test(text)) return { host: '', port: text.slice(1) };
  return { host: text };
}

/** `00:11:22:33:44:55` as a 48-bit number */
export const mac: Shape<number> = {
  expected: 'a MAC address such as 00:11:22:33:44:55',
  decode: (text) => {
    if (!/^[0-9A-Fa-f]{1,2}(:[0-9A-Fa-f]{1,2}){5}$/.test(text)) return undefined;
    return { value: text.split(':').reduce((value, octet) => value * 256 + Number.parseInt(octet, 16), 0) };
  },
  print: (value) =>
    value
      .toString(16)
      .padStart(12, '0')
      .replace(/..(?!$)/g, '$&:'),
};
