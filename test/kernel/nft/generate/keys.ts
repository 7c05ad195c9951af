/** What rules of nft ask a packet for, and values near those that random packets and hosts have. */
import { ADDRESSES, IDS, MARKS, PORTS } from '../../../../src/api/arbitraries/pools.ts';

export type Hook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';
export type Layer3 = 'ip' | 'ip6';
/** `th`: TCP or UDP, so that nothing of one of them can follow; `other`: left open by a match of the protocol */
export type Layer4 = 'tcp' | 'udp' | 'udplite' | 'icmp' | 'icmpv6' | 'esp' | 'ah' | 'th' | 'other';

export interface Key {
  /** `ip saddr` */
  readonly text: string;
  /** of a named set; absent: only by typeof */
  readonly type?: string;
  /** what the packet is where it has the field; a rule cannot ask for two */
  readonly l3?: Layer3;
  readonly l4?: Layer4;
  /** hooks where it loads; absent: all */
  readonly hooks?: readonly Hook[];
  readonly singles: readonly string[];
  /** prefixes and ranges that do not overlap; empty: none */
  readonly parts: readonly string[];
  /** can be compared with < and > */
  readonly ordered?: boolean;
  /** bits with these names */
  readonly flags?: boolean;
  /** numbers that rules mask */
  readonly masked?: boolean;
  /** cannot be in a concatenation, a named set or a map */
  readonly alone?: boolean;
  /** has a type only after a match of a protocol with ports */
  readonly afterPorts?: boolean;
  /** cannot be looked up for a value: the grammar of nft has no room for it */
  readonly notMapped?: boolean;
}

const PARTS4 = [
  '8.8.8.0/24',
  '10.0.0.0/29',
  '10.0.0.8/30',
  '10.8.0.0/16',
  '10.244.0.0-10.244.0.8',
  '10.244.0.9-10.244.0.76',
  '10.244.0.77',
  '127.0.0.0/8',
  '172.31.0.0/24',
  '192.168.50.0/24',
  '192.168.51.4/31',
  '224.0.0.0/3',
];
const PARTS6 = [
  '::1-::5',
  '::6',
  '::ffff:0:0/96',
  '2001:db8::8/126',
  '2001:db8:31::/48',
  'fd00:8::/32',
  'fd00:10:244::/121',
  'fd00:192:168:50::/64',
  'fd00:192:168:51::4/127',
  'fe80::/10',
  'ff00::/8',
];
const PART_PORTS = [
  '0-52',
  '53',
  '54-79',
  '80',
  '81-442',
  '443-1023',
  '1024-8079',
  '8080',
  '8081-15005',
  '15006-15020',
  '15021-39999',
  '40000',
  '40001-65535',
];
const MARK_PARTS = ['0', '1', '2-0x110', '0x111-0x539', '0x53a', '0x4000-0x7fffffff', '0x80000000-0xffffffff'];

const hex = (values: readonly number[]): readonly string[] =>
  values.map((value) => (value > 9 ? `0x${value.toString(16)}` : String(value)));
const ports = PORTS.map(String);
const ids = IDS.map(String);
const address = (text: string, layer: Layer3): Key => {
  const { own, foreign } = ADDRESSES[layer === 'ip' ? 4 : 6];
  const singles = [...own, ...foreign];
  return layer === 'ip'
    ? { text, type: 'ipv4_addr', l3: 'ip', singles, parts: PARTS4 }
    : { text, type: 'ipv6_addr', l3: 'ip6', singles, parts: PARTS6 };
};
const small = (text: string, rest: Omit<Key, 'text'>): Key => ({ text, ...rest });
const IN_HOOKS: readonly Hook[] = ['prerouting', 'input', 'forward'];
const OUT_HOOKS: readonly Hook[] = ['forward', 'output', 'postrouting'];
const INTERFACES = ['"eth0"', '"net1"', '"lo"'];
const TYPES = ['local', 'unicast', 'broadcast', 'multicast', 'blackhole', 'unreachable'];
const PROTOCOLS = ['tcp', 'udp', 'icmp', 'ipv6-icmp', 'esp', '136'];

const ports4 = (l4: 'tcp' | 'udp' | 'udplite'): readonly Key[] =>
  ['sport', 'dport'].map((field) =>
    small(`${l4} ${field}`, { type: 'inet_service', l4, singles: ports, parts: PART_PORTS, ordered: true }),
  );

/** Payload, by the protocol that it implies. */
const PAYLOAD: readonly Key[] = [
  address('ip saddr', 'ip'),
  address('ip daddr', 'ip'),
  address('ip6 saddr', 'ip6'),
  address('ip6 daddr', 'ip6'),
  ...ports4('tcp'),
  ...ports4('tcp'),
  ...ports4('udp'),
  ...ports4('udplite'),
  ...['sport', 'dport'].map((field) => small(`th ${field}`, { type: 'inet_service', singles: ports, parts: PART_PORTS, ordered: true })),
  small('tcp flags', { l4: 'tcp', singles: ['syn', 'ack', 'fin', 'rst', 'psh', 'urg', 'ecn', 'cwr'], parts: [], flags: true, alone: true }),
  small('ip protocol', { type: 'inet_proto', l3: 'ip', singles: PROTOCOLS, parts: ['0-5', '6-16', '17-135', '136-255'] }),
  small('ip6 nexthdr', { type: 'inet_proto', l3: 'ip6', singles: PROTOCOLS, parts: ['0-5', '6-16', '17-135', '136-255'] }),
  small('ip ttl', { l3: 'ip', singles: ['1', '2', '63', '64', '255'], parts: ['0-62', '63-64', '65-255'], ordered: true }),
  small('ip6 hoplimit', { l3: 'ip6', singles: ['1', '2', '63', '64', '255'], parts: ['0-62', '63-64', '65-255'], ordered: true }),
  small('ip dscp', { type: 'dscp', l3: 'ip', singles: ['cs0', 'ef', 'cs1', '0x04', '0x3f'], parts: [], alone: true }),
  small('ip6 dscp', { type: 'dscp', l3: 'ip6', singles: ['cs0', 'ef', 'cs1', '0x04', '0x3f'], parts: [], alone: true }),
  small('ip length', { l3: 'ip', singles: ['60', '61', '100', '1500'], parts: ['0-60', '61-1279', '1280-65535'], ordered: true }),
  small('ip6 length', { l3: 'ip6', singles: ['20', '24', '60', '1240'], parts: ['0-24', '25-1239', '1240-65535'], ordered: true }),
  small('ip frag-off', { l3: 'ip', singles: ['0', '0x4000'], parts: [], masked: true, alone: true }),
  small('udp length', { l4: 'udp', singles: ['20', '40', '80'], parts: ['0-30', '31-1000'], ordered: true }),
  small('icmp type', {
    type: 'icmp_type',
    l3: 'ip',
    l4: 'icmp',
    singles: ['echo-request', 'echo-reply', 'destination-unreachable', '13', 'time-exceeded'],
    parts: ['0-7', '8-12', '13-255'],
  }),
  small('icmp code', { l3: 'ip', l4: 'icmp', singles: ['0', '1', 'port-unreachable'], parts: ['0-2', '3-255'] }),
  small('icmpv6 type', {
    type: 'icmpv6_type',
    l3: 'ip6',
    l4: 'icmpv6',
    singles: ['echo-request', 'echo-reply', '1', 'nd-neighbor-solicit', '130'],
    parts: ['0-127', '128-130', '131-255'],
  }),
  small('icmpv6 code', { l3: 'ip6', l4: 'icmpv6', singles: ['0', '1', '4'], parts: ['0-2', '3-255'] }),
  small('esp spi', { l4: 'esp', singles: ['0', '255', '1000', '4294967295'], parts: ['0-255', '256-4294967295'], ordered: true }),
  small('ah spi', { l4: 'ah', singles: ['0', '255', '1000'], parts: ['0-255', '256-4294967295'], ordered: true }),
];

const META: readonly Key[] = [
  small('meta l4proto', { type: 'inet_proto', singles: PROTOCOLS, parts: ['0-5', '6-16', '17-135', '136-255'] }),
  small('meta l4proto', { type: 'inet_proto', singles: ['tcp', 'udp'], parts: [] }),
  small('meta nfproto', { type: 'nf_proto', singles: ['ipv4', 'ipv6'], parts: [], alone: true }),
  small('meta protocol', { type: 'ether_type', singles: ['ip', 'ip6'], parts: [], alone: true }),
  small('meta mark', { type: 'mark', singles: hex(MARKS), parts: MARK_PARTS, ordered: true, masked: true }),
  small('meta mark', { type: 'mark', singles: hex(MARKS.slice(0, 5)), parts: MARK_PARTS, ordered: true, masked: true }),
  small('iifname', { type: 'ifname', singles: INTERFACES, parts: ['"eth*"', '"net*"', '"lo"'] }),
  small('oifname', { type: 'ifname', singles: INTERFACES, parts: ['"eth*"', '"net*"', '"lo"'] }),
  small('iif', { type: 'iface_index', singles: INTERFACES, parts: [] }),
  small('oif', { type: 'iface_index', singles: INTERFACES, parts: [] }),
  small('iifgroup', { type: 'devgroup', singles: ['0', '1', '5'], parts: ['0-1', '2-9'] }),
  small('oifgroup', { type: 'devgroup', singles: ['0', '1', '5'], parts: ['0-1', '2-9'] }),
  small('meta skuid', { type: 'uid', singles: ids, parts: ['0-32', '33-999', '1000-1337', '1338-5000'], ordered: true }),
  small('meta skgid', { type: 'gid', singles: ids, parts: ['0-32', '33-999', '1000-1337', '1338-5000'], ordered: true }),
  small('meta length', { singles: ['60', '61', '100', '1500'], parts: ['0-60', '61-1279', '1280-65535'], ordered: true }),
  small('meta pkttype', { type: 'pkt_type', singles: ['host', 'broadcast', 'multicast', 'other'], parts: [], alone: true }),
];

const CONNECTION: readonly Key[] = [
  small('ct state', {
    type: 'ct_state',
    singles: ['new', 'established', 'related', 'invalid', 'untracked'],
    parts: [],
    flags: true,
    alone: true,
  }),
  small('ct state', { type: 'ct_state', singles: ['new', 'invalid', 'untracked'], parts: [], alone: true }),
  small('ct status', {
    type: 'ct_status',
    singles: ['dnat', 'snat', 'seen-reply', 'confirmed', 'assured'],
    parts: [],
    flags: true,
    alone: true,
  }),
  small('ct mark', { type: 'mark', singles: hex(MARKS.slice(0, 6)), parts: MARK_PARTS, ordered: true, masked: true }),
  small('ct direction', { type: 'ct_dir', singles: ['original', 'reply'], parts: [], alone: true }),
  small('ct zone', { singles: ['0', '1', '2'], parts: ['0-1', '2-9'], alone: true }),
  ...(['original', 'reply'] as const).flatMap((way) =>
    (['ip', 'ip6'] as const).flatMap((layer) =>
      ['saddr', 'daddr'].map((end) => ({ ...address(`ct ${way} ${layer} ${end}`, layer), alone: true })),
    ),
  ),
  ...(['original', 'reply'] as const).flatMap((way) =>
    ['proto-src', 'proto-dst'].map((end) =>
      small(`ct ${way} ${end}`, { singles: ports, parts: PART_PORTS, alone: true, ordered: true, afterPorts: true }),
    ),
  ),
  small('ct protocol', { singles: ['tcp', 'udp', 'icmp'], parts: [], alone: true }),
];

const FIB: readonly Key[] = [
  ...['saddr', 'daddr'].map((end) => small(`fib ${end} type`, { type: 'fib_addrtype', singles: TYPES, parts: [], notMapped: true })),
  ...['saddr', 'daddr'].map((end) =>
    small(`fib ${end} . iif type`, { type: 'fib_addrtype', hooks: IN_HOOKS, singles: TYPES, parts: [], alone: true }),
  ),
  ...['saddr', 'daddr'].map((end) =>
    small(`fib ${end} . oif type`, { type: 'fib_addrtype', hooks: OUT_HOOKS, singles: TYPES, parts: [], alone: true }),
  ),
];

/** The more frequent ones stand first. */
export const KEYS = { payload: PAYLOAD, meta: META, connection: CONNECTION, fib: FIB } as const;
export const IN_ONLY = IN_HOOKS;
