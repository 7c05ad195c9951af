/** Ports by number or by service name, alone, as range, as list.
 *  fact   iptables 1.8.9 reads ports in two ways: tcp, multiport and the NAT targets like other numbers;
 *         udp, conntrack and TPROXY in base 10, cut to 16 bits without a word, and ranges may be reversed */
import type { PortRange } from '../../netfilter/effect.ts';
import { SERVICES } from '../../packet/services.ts';
import type { ValueRule } from '../../syntax/grammar/grammar.ts';
import { numberOf, strtoul, U16 } from './number.ts';
import { type Decoded, malformed, notModelled, type Parts, part, type Shape } from './shape.ts';

type Reader = (text: string) => Decoded<number>;

/** Rules that take the ends of a range. */
interface Ends {
  readonly low: ValueRule;
  readonly high: ValueRule;
  readonly read: Reader;
}

/** `text` is what the grammar took as `port` */
const readPort: Reader = (text) => {
  const value = SERVICES.get(text) ?? (/^\d/.test(text) ? numberOf(text) : undefined);
  if (value === undefined) return unknownService(text);
  return value > U16 ? malformed(`expected a port from 0 to 65535, found \`${text}\``) : { value };
};

/** libxtables xtables_getportbyname(): getaddrinfo(3) keeps 32 bits with their sign, iptables 16 of those that are not negative */
const readDecimalPort: Reader = (text) => {
  const service = SERVICES.get(text);
  if (service !== undefined) return { value: service };
  const number = text === '' ? 0n : strtoul(text, 10);
  if (number === undefined) return unknownService(text);
  if (BigInt.asIntN(32, number) < 0n) return malformed(`expected a port from 0 to 65535, found \`${text}\``);
  const value = Number(BigInt.asUintN(16, number));
  return number > U16 ? { value, warning: `iptables reads \`${text}\` as port ${value}` } : { value };
};

function unknownService(name: string): Decoded<never> {
  return notModelled(`service name \`${name}\` is looked up when the rules are loaded`, 'write the port number');
}

function join(lo: Decoded<number>, hi: Decoded<number>): Decoded<PortRange> {
  if ('refused' in lo) return lo;
  if ('refused' in hi) return hi;
  const warning = lo.warning ?? hi.warning;
  return { value: { lo: lo.value, hi: hi.value }, ...(warning === undefined ? {} : { warning }) };
}

const ENDS: Ends = { low: 'lowPort', high: 'highPort', read: readPort };
const DECIMAL_ENDS: Ends = { low: 'decimalLow', high: 'decimalHigh', read: readDecimalPort };

/** An end left out is the first or last port. */
function readRange(parts: Parts, ends: Ends): Decoded<PortRange> {
  const low = part(parts, ends.low);
  const high = part(parts, ends.high);
  const lo = low === undefined ? { value: 0 } : ends.read(low);
  const hi = high !== undefined ? ends.read(high) : parts.text.endsWith(':') ? { value: U16 } : lo;
  return join(lo, hi);
}

function forward(decoded: Decoded<PortRange>, text: string): Decoded<PortRange> {
  return 'value' in decoded && decoded.value.lo > decoded.value.hi ? malformed(`port range \`${text}\` is reversed`) : decoded;
}

function printRange({ lo, hi }: PortRange, separator: string): string {
  return lo === hi ? String(lo) : `${lo}${separator}${hi}`;
}

/** `80`, `80:90`, `:90`, `80:` of -m tcp */
export const portRange: Shape<PortRange> = {
  rule: 'portRange',
  decode: (parts) => forward(readRange(parts, ENDS), parts.text),
  print: (value) => printRange(value, ':'),
};

/** the same of -m sctp, which knows no service that everybody has */
export const sctpPortRange: Shape<PortRange> = {
  ...portRange,
  decode: (parts, context) =>
    /[a-z]/i.test(parts.text.replaceAll(/0x[\da-f]+/gi, '')) ? unknownService(parts.text) : portRange.decode(parts, context),
};

/** the same of -m udp and -m conntrack */
export const decimalPortRange: Shape<PortRange> = {
  ...portRange,
  rule: 'decimalPortRange',
  decode: (parts) => readRange(parts, DECIMAL_ENDS),
};

export const decimalPort: Shape<number> = { rule: 'decimalPortOrNone', decode: ({ text }) => readDecimalPort(text), print: String };

/** A port or range of a NAT target. `base`: the port from which a shifted range of DNAT starts. */
export interface NatPorts extends PortRange {
  readonly base?: number;
}

export const natPorts: Shape<NatPorts> = {
  rule: 'natPorts',
  decode: readNatPorts,
  print: (value) => printRange(value, '-') + (value.base === undefined ? '' : `/${value.base}`),
};

export function readNatPorts(parts: Parts): Decoded<NatPorts> {
  const range = forward(readRange(parts, ENDS), parts.text);
  const written = part(parts, 'basePort');
  if ('refused' in range || written === undefined) return range;
  if (part(parts, 'highPort') === undefined) return malformed(`\`/${written}\` goes with a range of ports only`);
  const base = readPort(written);
  return 'refused' in base ? base : { value: { ...range.value, base: base.value } };
}

/** Slots in the kernel's table; a range takes two. kernel include/uapi/linux/netfilter/xt_multiport.h XT_MULTI_PORTS */
const MULTIPORT_SLOTS = 15;

/** `80,443,1000:2000` of -m multiport: ranges have two ends that differ */
export const portList: Shape<readonly PortRange[]> = {
  rule: 'portList',
  decode: ({ text, captures }) => {
    const items = captures.filter(({ rule }) => rule === 'portItem');
    const ranges: PortRange[] = [];
    let slots = 0;
    for (const item of items) {
      const range = readRange(
        { text: item.text, captures: captures.filter(({ start, end }) => start >= item.start && end <= item.end) },
        ENDS,
      );
      if ('refused' in range) return range;
      const isRange = item.text.includes(':');
      if (isRange && range.value.lo >= range.value.hi)
        return malformed(`\`${item.text}\` is not a valid port range: the first port must not be greater than the last`);
      slots += isRange ? 2 : 1;
      ranges.push(range.value);
    }
    if (slots <= MULTIPORT_SLOTS) return { value: ranges };
    return malformed(
      `\`${text}\` needs ${slots} port slots, multiport has ${MULTIPORT_SLOTS}`,
      'a range takes two slots; split it into two rules',
    );
  },
  print: (value) => value.map((range) => printRange(range, ':')).join(','),
};
