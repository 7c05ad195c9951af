/** Facts about routing without rules that were measured once, and are measured again: the kernel's sockets and look-ups
 *  (test/kernel/hosts.test.ts) and the simulator (test/facts/hosts.test.ts) both answer. */
import { FORWARDED_CASES } from './forwardedCases.ts';
import type { RoutedHost, Send } from './routedHost.ts';

export interface HostCase {
  /** a fact in one sentence */
  readonly name: string;
  readonly host: RoutedHost;
  /** with the end of each, as ends.ts writes it; of several the kernel takes one, by a hash */
  readonly sends: readonly (readonly [send: Send, ...ends: string[]])[];
}

const tcp = (dst: string, more: Partial<Send> = {}): Send => ({
  how: 'connect',
  proto: 'tcp',
  proto_number: 6,
  dst,
  dport: 80,
  uid: 1000,
  ...more,
});
const udp = (dst: string, how: 'connect' | 'sendto', more: Partial<Send> = {}): Send =>
  tcp(dst, { how, proto: 'udp', proto_number: 17, ...more });
const get = (src: string, dst: string, iif: string): Send => tcp(dst, { how: 'get', src, sport: 40000, iif, uid: 0 });

const arrive = (src: string, dst: string, size: number, more: Partial<Send> = {}): Send =>
  udp(dst, 'sendto', { how: 'arrive', src, sport: 40000, iif: 'eth0', uid: 0, size, ...more });

const ETH0 = { name: 'eth0', addresses: ['10.1.0.5/24', 'fd00:1::5/64'] };
const NET1 = { name: 'net1', addresses: ['10.7.0.5/24', 'fd00:2::5/64'] };
const OUT = ['default via 10.1.0.1 dev eth0', '-6 default via fd00:1::1 dev eth0'];
const BY_NET1 = { 200: ['default via 10.7.0.1 dev net1', '-6 default via fd00:2::1 dev net1'] };
const TWO = { interfaces: [ETH0, NET1], routes: OUT, route_tables: BY_NET1 };

const TO_TUNNEL: RoutedHost = {
  interfaces: [
    { ...ETH0, mtu: 1500 },
    { name: 'tun0', addresses: ['10.9.0.2 peer 10.9.0.1/32', 'fd00:9::2/64'], mtu: 1400 },
  ],
  routes: ['default via 10.9.0.1 dev tun0', '-6 default dev tun0'],
  sysctls: { 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1' },
};

export const HOST_CASES: readonly HostCase[] = [
  {
    name: 'the rule for the table local may come later: an own address is then forwarded',
    host: {
      ...TWO,
      default_rules: false,
      ip_rules: ['pref 9 from all to 10.1.0.5 lookup 200', 'pref 100 from all lookup local', 'pref 32766 from all lookup main'],
      sysctls: { 'net.ipv4.ip_forward': '1' },
    },
    sends: [
      [get('10.1.0.9', '10.1.0.5', 'eth0'), 'forwarded by net1'],
      [get('10.1.0.9', '10.7.0.5', 'eth0'), 'delivered'],
    ],
  },
  {
    name: 'route_localnet of `all` is enough',
    host: { ...TWO, sysctls: { 'net.ipv4.conf.all.route_localnet': '1', 'net.ipv4.conf.eth0.route_localnet': '0' } },
    sends: [[get('8.8.8.8', '127.0.0.1', 'eth0'), 'delivered']],
  },
  {
    name: 'rp_filter of `default` is that of interfaces that are made later',
    host: { ...TWO, sysctls: { 'net.ipv4.conf.default.rp_filter': '1' } },
    sends: [
      [get('8.8.8.8', '10.1.0.5', 'net1'), 'lost'],
      [get('8.8.8.8', '10.1.0.5', 'eth0'), 'delivered'],
    ],
  },
  {
    name: 'accept_local takes every source where rp_filter is 0, whatever routes and rules there are',
    host: { ...TWO, ip_rules: ['pref 100 from 10.99.0.0/16 lookup 200'], sysctls: { 'net.ipv4.conf.all.accept_local': '1' } },
    sends: [
      [get('10.1.0.255', '10.7.0.5', 'eth0'), 'delivered'],
      [get('10.1.0.5', '10.7.0.5', 'net1'), 'delivered'],
    ],
  },
  {
    name: 'rp_filter and rules of routing refuse a broadcast address as a source',
    host: {
      ...TWO,
      ip_rules: ['pref 100 from 10.99.0.0/16 lookup 200'],
      sysctls: { 'net.ipv4.conf.net1.accept_local': '1', 'net.ipv4.conf.net1.rp_filter': '2' },
    },
    sends: [
      [get('10.1.0.255', '10.7.0.5', 'eth0'), 'lost'],
      [get('10.1.0.255', '10.7.0.5', 'net1'), 'lost'],
    ],
  },
  {
    name: 'a rule for a source applies to IPv6 sockets that are bound to it alone',
    host: { ...TWO, ip_rules: ['-6 pref 100 from fd00:1::5 lookup 200'] },
    sends: [
      [tcp('2001:db8::1'), 'sent by eth0 from fd00:1::5'],
      [udp('2001:db8::1', 'sendto'), 'sent by eth0 from fd00:1::5'],
      [udp('2001:db8::1', 'connect'), 'sent by eth0 from fd00:1::5'],
      [tcp('2001:db8::1', { src: 'fd00:1::5', sport: 40000 }), 'sent by net1 from fd00:1::5'],
    ],
  },
  {
    name: 'a rule for a source applies to IPv4 sockets that are connected, and not to those that send at once',
    host: { ...TWO, ip_rules: ['pref 100 from 10.1.0.5 lookup 200'] },
    sends: [
      [tcp('8.8.8.8'), 'sent by net1 from 10.1.0.5'],
      [udp('8.8.8.8', 'connect'), 'sent by net1 from 10.1.0.5'],
      [udp('8.8.8.8', 'sendto'), 'sent by eth0 from 10.1.0.5'],
    ],
  },
  {
    name: 'a route without gateway has the first address of its interface as source, not that of the subnet',
    host: {
      interfaces: [{ name: 'eth0', addresses: ['10.1.0.5/24', '10.2.0.5/16', '169.254.1.5/16'] }],
      routes: ['169.254.169.254/32 dev eth0', '10.2.3.0/24 dev eth0', 'default via 10.2.0.1 dev eth0'],
    },
    sends: [
      [tcp('169.254.169.254'), 'sent by eth0 from 10.1.0.5'],
      [udp('10.2.3.7', 'sendto'), 'sent by eth0 from 10.1.0.5'],
      [tcp('10.2.4.7'), 'sent by eth0 from 10.2.0.5'],
      [tcp('8.8.8.8'), 'sent by eth0 from 10.2.0.5'],
    ],
  },
  {
    name: 'what a local route makes an address of this host is its own source',
    host: {
      ...TWO,
      routes: [...OUT, 'local 192.0.2.0/24 dev lo'],
      route_tables: { 200: ['local 198.51.100.0/24 dev lo'] },
      ip_rules: ['pref 5 lookup 200'],
    },
    sends: [
      [tcp('192.0.2.7'), 'delivered from 192.0.2.7'],
      [tcp('198.51.100.7'), 'lost'],
      [udp('198.51.100.7', 'sendto'), 'delivered from 198.51.100.7'],
    ],
  },
  {
    name: 'without a rule of its own IPv4 has one table for local and main: the longer prefix counts',
    host: { ...TWO, routes: [...OUT, 'local 0.0.0.0/0 dev lo'] },
    sends: [
      [tcp('10.7.0.9'), 'sent by net1 from 10.7.0.5'],
      [tcp('8.8.8.8'), 'delivered from 8.8.8.8'],
    ],
  },
  {
    name: 'with a rule of its own it has two, and local is asked first',
    host: { ...TWO, routes: [...OUT, 'local 0.0.0.0/0 dev lo'], ip_rules: ['pref 100 fwmark 9 lookup 200'] },
    sends: [[tcp('10.7.0.9'), 'delivered from 10.7.0.9']],
  },
  {
    name: 'the route of an address with a peer leads to the peer',
    host: {
      interfaces: [ETH0, { name: 'tun0', addresses: ['10.9.0.2 peer 10.9.0.1/32'] }],
      routes: OUT,
      sysctls: { 'net.ipv4.ip_forward': '1' },
    },
    sends: [
      [tcp('10.9.0.1'), 'sent by tun0 from 10.9.0.2'],
      [tcp('10.9.0.2'), 'delivered from 10.9.0.2'],
      [get('10.1.0.9', '10.9.0.1', 'eth0'), 'forwarded by tun0'],
    ],
  },
  {
    name: 'an address of scope link is a source on the link alone',
    host: {
      interfaces: [{ name: 'eth0', addresses: ['10.1.0.5/24', '169.254.7.1/32 scope link'] }],
      routes: ['default via 10.1.0.1 dev eth0', '9.9.9.0/24 dev eth0'],
    },
    sends: [
      [tcp('8.8.8.8'), 'sent by eth0 from 10.1.0.5'],
      [tcp('9.9.9.9'), 'sent by eth0 from 169.254.7.1'],
    ],
  },
  {
    name: 'a deprecated address is a source only where there is no other',
    host: { interfaces: [{ name: 'eth0', addresses: ['fd00:1::5/64', 'fd00:1::99/64 preferred_lft 0'] }], routes: OUT.slice(1) },
    sends: [[tcp('2001:db8::1'), 'sent by eth0 from fd00:1::5']],
  },
  ...(['state', 'flags'] as const).map(
    (how): HostCase => ({
      name: how === 'state' ? 'an interface that is down has no route' : 'an address with noprefixroute has no route',
      host: {
        interfaces: [ETH0, how === 'state' ? { ...NET1, state: 'down' } : { ...NET1, addresses: ['10.7.0.5/24 noprefixroute'] }],
        routes: OUT,
      },
      sends: [
        [tcp('10.7.0.9'), 'sent by eth0 from 10.1.0.5'],
        [tcp('10.7.0.5'), 'delivered from 10.7.0.5'],
      ],
    }),
  ),
  {
    name: 'routes and rules with `tos` are for packets with these bits',
    host: {
      ...TWO,
      routes: [...OUT, '9.9.9.0/24 tos 0x10 via 10.7.0.1 dev net1'],
      ip_rules: ['pref 100 tos 0x08 lookup 200', '-6 pref 100 tos 0x08 lookup 200'],
    },
    sends: [
      [tcp('9.9.9.9'), 'sent by eth0 from 10.1.0.5'],
      [udp('9.9.9.9', 'sendto', { tos: 0x10 }), 'sent by net1 from 10.7.0.5'],
      [udp('9.9.9.9', 'sendto', { tos: 0x30 }), 'sent by net1 from 10.7.0.5'],
      [udp('8.8.8.8', 'sendto', { tos: 0x08 }), 'sent by net1 from 10.7.0.5'],
      [udp('2001:db8::1', 'connect', { tos: 0x08 }), 'sent by net1 from fd00:2::5'],
      [udp('2001:db8::1', 'connect', { tos: 0x28 }), 'sent by eth0 from fd00:1::5'],
    ],
  },
  {
    name: 'rules ask for the user, protocol and port of a packet',
    host: {
      ...TWO,
      ip_rules: [
        'pref 100 uidrange 2000-3000 lookup 200',
        'pref 101 ipproto tcp dport 443 lookup 200',
        '-6 pref 102 ipproto udp lookup 200',
      ],
    },
    sends: [
      [tcp('8.8.8.8'), 'sent by eth0 from 10.1.0.5'],
      [tcp('8.8.8.8', { uid: 2500 }), 'sent by net1 from 10.7.0.5'],
      [tcp('8.8.8.8', { dport: 443 }), 'sent by net1 from 10.7.0.5'],
      [udp('8.8.8.8', 'sendto', { dport: 443 }), 'sent by eth0 from 10.1.0.5'],
      [udp('2001:db8::1', 'sendto'), 'sent by net1 from fd00:2::5'],
    ],
  },
  {
    name: 'suppress_prefixlength passes over short prefixes, and over no error; goto and nop lead on',
    host: {
      ...TWO,
      routes: [...OUT, 'prohibit 9.9.0.0/16'],
      ip_rules: [
        'pref 50 to 7.7.7.0/24 goto 200',
        'pref 60 nop',
        'pref 100 lookup main suppress_prefixlength 16',
        'pref 110 lookup 200',
        'pref 200 lookup main',
      ],
    },
    sends: [
      [tcp('8.8.8.8'), 'sent by net1 from 10.7.0.5'],
      [tcp('10.1.0.9'), 'sent by eth0 from 10.1.0.5'],
      [tcp('9.9.9.9'), 'lost'],
      [tcp('7.7.7.7'), 'sent by eth0 from 10.1.0.5'],
    ],
  },
  {
    name: 'a host without addresses sends from 0.0.0.0',
    host: { interfaces: [{ name: 'eth0', addresses: [] }], routes: ['default dev eth0'] },
    sends: [[udp('8.8.8.8', 'sendto'), 'sent by eth0 from 0.0.0.0']],
  },
  {
    name: 'what leads IPv6 to lo and is not local is discarded',
    host: { ...TWO, routes: [...OUT, '-6 2001:db8:7::/48 dev lo'] },
    sends: [[udp('2001:db8:7::1', 'sendto'), 'lost']],
  },
  {
    name: 'a packet that is too long for a route to lo is refused before it is discarded',
    host: { ...TWO, routes: [...OUT, '-6 2001:db8:7::/48 dev lo mtu 1300'] },
    sends: [
      [udp('2001:db8:7::1', 'sendto', { size: 1480, df: true }), 'too big'],
      [udp('2001:db8:7::1', 'sendto', { size: 1200, df: true }), 'lost'],
    ],
  },
  {
    name: 'suppress_ifgroup asks the first of several next hops of IPv4, and the one that is taken of IPv6',
    host: {
      interfaces: [ETH0, { ...NET1, group: 7 }],
      routes: [
        '198.51.100.0/24 nexthop via 10.7.0.1 dev net1 nexthop via 10.1.0.1 dev eth0',
        '203.0.113.0/24 nexthop via 10.1.0.1 dev eth0 nexthop via 10.7.0.1 dev net1',
        '-6 2001:db8:7::/48 nexthop via fd00:2::1 dev net1 nexthop via fd00:2::2 dev net1',
        '-6 2001:db8:8::/48 nexthop via fd00:1::1 dev eth0 nexthop via fd00:1::2 dev eth0',
        '-6 2001:db8:9::/48 nexthop via fd00:1::1 dev eth0 nexthop via fd00:2::1 dev net1',
      ],
      route_tables: { 200: ['default via 10.1.0.1 dev eth0', '-6 default via fd00:1::1 dev eth0'] },
      ip_rules: ['pref 90 lookup main suppress_ifgroup 7', 'pref 91 lookup 200'].flatMap((rule) => [rule, `-6 ${rule}`]),
    },
    sends: [
      ...Array.from({ length: 8 }, (_, index): [Send, string] => [udp(`198.51.100.${index + 1}`, 'sendto'), 'sent by eth0 from 10.1.0.5']),
      ...Array.from({ length: 8 }, (_, index): [Send, string, string] => [
        udp(`203.0.113.${index + 1}`, 'sendto'),
        'sent by eth0 from 10.1.0.5',
        'sent by net1 from 10.7.0.5',
      ]),
      [udp('2001:db8:7::1', 'sendto'), 'sent by eth0 from fd00:1::5'],
      [udp('2001:db8:8::1', 'sendto'), 'sent by eth0 from fd00:1::5'],
    ],
  },
  {
    name: 'each of several ways has its source, with which IPv4 looks again',
    host: {
      interfaces: [ETH0, NET1],
      routes: OUT,
      route_tables: {
        200: ['192.0.2.0/24 nexthop via 10.1.0.1 dev eth0 nexthop via 10.7.0.1 dev net1'],
        201: ['192.0.2.0/24 via 10.1.0.9 dev eth0'],
        202: ['prohibit 192.0.2.0/24'],
      },
      ip_rules: ['pref 90 from 10.7.0.5 to 192.0.2.0/25 lookup 201', 'pref 91 from 10.7.0.5 lookup 202', 'pref 92 lookup 200'],
    },
    sends: [
      ...Array.from({ length: 8 }, (_, index): readonly [Send, string, string] => [
        udp(`192.0.2.${index + 1}`, 'connect'),
        'sent by eth0 from 10.1.0.5',
        'sent by eth0 from 10.7.0.5',
      ]),
      ...Array.from({ length: 8 }, (_, index): readonly [Send, string, string] => [
        udp(`192.0.2.${index + 129}`, 'connect'),
        'sent by eth0 from 10.1.0.5',
        'lost',
      ]),
    ],
  },
  {
    name: 'the way back of a broadcast is looked up as from 0.0.0.0, which rules with `from` see',
    host: {
      interfaces: [ETH0, NET1],
      routes: OUT,
      route_tables: { 100: ['default via 10.7.0.1 dev net1'] },
      ip_rules: ['not pref 102 from 10.0.0.0/8 lookup 100'],
      sysctls: { 'net.ipv4.conf.all.rp_filter': '1' },
    },
    sends: [
      ...['10.1.0.255', '10.7.0.255', '255.255.255.255'].flatMap((dst): (readonly [Send, string])[] => [
        [get('10.3.0.9', dst, 'net1'), 'delivered'],
        [get('10.3.0.9', dst, 'eth0'), 'lost'],
      ]),
      [get('10.3.0.9', '10.1.0.5', 'net1'), 'lost'],
      [get('10.3.0.9', '10.1.0.5', 'eth0'), 'delivered'],
    ],
  },
  {
    name: 'a rule passes over a route that discards as it does over others',
    host: {
      ...TWO,
      routes: [...OUT, '-6 2001:db8:7::/48 dev lo'],
      route_tables: { 200: ['-6 default via fd00:2::1 dev net1'] },
      ip_rules: ['-6 pref 90 lookup main suppress_prefixlength 64', '-6 pref 91 lookup 200'],
    },
    sends: [[udp('2001:db8:7::1', 'sendto'), 'sent by net1 from fd00:2::5']],
  },
  {
    name: 'an address of IPv6 on lo has a network there, in which all but the address is discarded',
    host: {
      interfaces: [ETH0, { name: 'lo', addresses: ['fd00:7::1/64', 'fd00:8::1/64 noprefixroute', 'fd00:7::5 peer fd00:9::5/128'] }],
      routes: OUT,
    },
    sends: [
      [udp('fd00:7::1', 'sendto'), 'delivered from fd00:7::1'],
      [udp('fd00:7::2', 'sendto'), 'lost'],
      [udp('fd00:9::5', 'sendto'), 'lost'],
      [udp('fd00:8::2', 'sendto'), 'sent by eth0 from fd00:1::5'],
      [udp('::1', 'sendto'), 'delivered from ::1'],
    ],
  },
  {
    name: 'an address on lo is not reached where the table main comes before the table local',
    host: {
      interfaces: [{ name: 'lo', addresses: ['::6/128'] }],
      routes: [],
      default_rules: false,
      ip_rules: ['-6 pref 114 lookup main', '-6 pref 125 lookup local'],
    },
    sends: [
      [udp('::6', 'sendto'), 'lost'],
      [udp('::1', 'sendto'), 'delivered from ::1'],
    ],
  },
  ...FORWARDED_CASES,
  {
    name: 'a router passes on no packet that is longer than the link behind it takes, but for those of IPv4 that may be fragmented',
    host: TO_TUNNEL,
    sends: [
      [arrive('10.1.0.9', '9.9.9.9', 1400), 'forwarded by tun0'],
      [arrive('10.1.0.9', '9.9.9.9', 1401), 'too big'],
      [arrive('10.1.0.9', '9.9.9.9', 1401, { df: false }), 'forwarded by tun0'],
      [arrive('fd00:1::9', '2001:db8::9', 1400), 'forwarded by tun0'],
      [arrive('fd00:1::9', '2001:db8::9', 1401), 'too big'],
      [arrive('10.1.0.9', '10.9.0.2', 1500), 'delivered'],
    ],
  },
  {
    name: 'a sender fragments what is longer than its link takes, unless it forbids that',
    host: TO_TUNNEL,
    sends: [
      [udp('9.9.9.9', 'sendto', { size: 1401 }), 'sent by tun0 from 10.9.0.2'],
      [udp('9.9.9.9', 'sendto', { size: 1401, df: true }), 'too big'],
      [udp('9.9.9.9', 'connect', { size: 1400, df: true }), 'sent by tun0 from 10.9.0.2'],
      [udp('2001:db8::9', 'sendto', { size: 1401 }), 'sent by tun0 from fd00:9::2'],
      [udp('2001:db8::9', 'connect', { size: 1401, df: true }), 'too big'],
      [udp('10.9.0.2', 'sendto', { size: 3000, df: true }), 'delivered from 10.9.0.2'],
    ],
  },
  {
    name: 'the MTU of a route counts as that of the link, locked or not',
    host: {
      ...TO_TUNNEL,
      routes: [
        'default via 10.9.0.1 dev tun0 mtu 1300',
        '8.8.8.0/24 via 10.9.0.1 dev tun0 mtu lock 1300',
        '-6 default dev tun0 mtu 1300',
        '-6 2001:db8:2::/64 dev tun0 mtu lock 1300',
      ],
    },
    sends: [
      [arrive('10.1.0.9', '9.9.9.9', 1301), 'too big'],
      [arrive('10.1.0.9', '8.8.8.8', 1301), 'too big'],
      [arrive('fd00:1::9', '2001:db8::9', 1301), 'too big'],
      [arrive('fd00:1::9', '2001:db8:2::9', 1301), 'too big'],
      [udp('2001:db8::9', 'sendto', { size: 1301, df: true }), 'too big'],
    ],
  },
  {
    name: 'of IPv6 routes with gateways that are one, each keeps its MTU',
    host: { ...TWO, routes: ['-6 default via fd00:1::1 dev eth0 mtu 1400', '-6 default via fd00:2::1 dev net1'] },
    // so many that both are taken
    sends: Array.from({ length: 16 }, (_, at) => [
      udp(`2001:db8::1${at}`, 'sendto', { size: 1450, df: true }),
      'sent by net1 from fd00:2::5',
      'too big',
    ]),
  },
  {
    name: 'the source that a TCP socket has before it has a port stays, whichever of several ways its port leads to',
    host: {
      ...TWO,
      interfaces: [{ ...ETH0, addresses: [...ETH0.addresses, '10.8.0.5/24'] }, NET1],
      default_rules: false,
      ip_rules: ['pref 100 sport 1-65534 lookup 300', 'pref 125 lookup local', 'pref 32766 lookup main'],
      route_tables: { 300: ['10.8.0.0/24 nexthop via 10.1.0.1 dev eth0 nexthop via 10.7.0.1 dev net1'] },
      // ports count too
      sysctls: { 'net.ipv4.fib_multipath_hash_policy': '1' },
    },
    // so many that both are taken; the source is the address of neither way
    sends: Array.from({ length: 16 }, (_, at) => [
      tcp('10.8.0.5', { dport: 80 + at }),
      'sent by eth0 from 10.8.0.5',
      'sent by net1 from 10.8.0.5',
    ]),
  },
  {
    name: 'a route that leads to lo may have an MTU as well',
    host: { interfaces: [], routes: ['default dev lo mtu 1300'], sysctls: { 'net.ipv4.conf.all.route_localnet': '1' } },
    sends: [[udp('10.9.2.9', 'sendto', { size: 1420, df: true }), 'too big']],
  },
  {
    name: 'rules for an outgoing interface do not see that a link-local destination is looked for on the link of its packet alone',
    host: {
      ...TWO,
      routes: OUT.slice(0, 1),
      route_tables: { 200: ['-6 default via fd00:1::1 dev eth0'] },
      ip_rules: ['-6 pref 111 oif eth0 lookup 200'],
      sysctls: { 'net.ipv6.conf.all.forwarding': '1' },
    },
    sends: [
      [arrive('fd00:3::5', 'fe80::9', 100), 'lost'],
      [udp('2001:db8::9', 'sendto', { oif: 'eth0' }), 'sent by eth0 from fd00:1::5'],
    ],
  },
];
