/** Ports by number or by service name, alone, as range, as list. */
import type { PortRange } from '../../netfilter/effect.ts';
import { parseInteger, U16 } from './number.ts';
import { type Decoded, malformed, notModelled, type Refusal, type Shape } from './shape.ts';

/** Service names that mean the same port on every machine. source: IANA service names, Debian /etc/services */
const SERVICES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    'ftp-data': 20,
    ftp: 21,
    ssh: 22,
    telnet: 23,
    smtp: 25,
    domain: 53,
    bootps: 67,
    bootpc: 68,
    tftp: 69,
    http: 80,
    kerberos: 88,
    pop3: 110,
    sunrpc: 111,
    ntp: 123,
    imap2: 143,
    snmp: 161,
    bgp: 179,
    ldap: 389,
    https: 443,
    submission: 587,
    ldaps: 636,
    imaps: 993,
    pop3s: 995,
    mysql: 3306,
    postgresql: 5432,
  }),
);

type Port = number | Refusal;

function parsePort(text: string): Port {
  const value = parseInteger(text, U16) ?? SERVICES.get(text);
  if (value !== undefined) return value;
  if (/^[A-Za-z][\w.+-]*$/.test(text)) {
    return notModelled(`service name \`${text}\` is looked up when the rules are loaded`, 'write the port number');
  }
  return malformed(`expected a port from 0 to 65535, found \`${text}\``);
}

function portsBetween(text: string, separator: ':' | '-', open: boolean): Decoded<PortRange> {
  const at = text.indexOf(separator);
  if (at < 0 || SERVICES.has(text)) {
    const port = parsePort(text);
    return typeof port === 'number' ? { value: { lo: port, hi: port } } : port;
  }
  const lo = open && at === 0 ? 0 : parsePort(text.slice(0, at));
  const hi = open && at === text.length - 1 ? U16 : parsePort(text.slice(at + 1));
  if (typeof lo !== 'number') return lo;
  if (typeof hi !== 'number') return hi;
  if (lo > hi) return malformed(`port range \`${text}\` is reversed`, `write it as \`${hi}${separator}${lo}\``);
  return { value: { lo, hi } };
}

function printRange({ lo, hi }: PortRange, separator: string): string {
  return lo === hi ? String(lo) : `${lo}${separator}${hi}`;
}

/** `80`, `80:90`, `:90`, `80:` of -m tcp and -m udp */
export const portRange: Shape<PortRange> = {
  expected: 'a port or a range LOW:HIGH',
  decode: (text) => portsBetween(text, ':', true),
  print: (value) => printRange(value, ':'),
};

/** `80`, `80-90` of the NAT targets */
export const natPorts: Shape<PortRange> = {
  expected: 'a port or a range LOW-HIGH',
  decode: (text) => (text.includes(':') ? malformed(`port range \`${text}\` is written with \`-\` here`) : portsBetween(text, '-', false)),
  print: (value) => printRange(value, '-'),
};

/** Slots in the kernel's table; a range takes two. kernel include/uapi/linux/netfilter/xt_multiport.h XT_MULTI_PORTS */
const MULTIPORT_SLOTS = 15;

/** `80,443,1000:2000` of -m multiport: up to 15 ports, ranges have two ends that differ */
export const portList: Shape<readonly PortRange[]> = {
  expected: 'up to 15 ports or ranges with commas between them',
  decode: (text) => {
    const ranges: PortRange[] = [];
    let slots = 0;
    for (const part of text.split(',')) {
      const range = portsBetween(part, ':', false);
      if ('refused' in range) return range;
      const isRange = part.includes(':');
      if (isRange && range.value.lo === range.value.hi) return malformed(`both ends of port range \`${part}\` are the same`);
      slots += isRange ? 2 : 1;
      ranges.push(range.value);
    }
    return slots > MULTIPORT_SLOTS
      ? malformed(`\`${text}\` needs ${slots} port slots, multiport has ${MULTIPORT_SLOTS} (a range takes two)`)
      : { value: ranges };
  },
  print: (value) => value.map((range) => printRange(range, ':')).join(','),
};
