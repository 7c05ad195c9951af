/** Where packets go, where they are lost, and what the hooks show of it. */
import type { KernelCase } from './kernelCase.ts';
import { FORWARDING, filter, LINK_LOCAL, mangle, nat } from './kernelCase.ts';

/** REDIRECT somewhere, so that conntrack is on and the other chains are as they were. */
const TRACKING = '-A PREROUTING -d 203.0.113.1 -p tcp -j REDIRECT';
const TRACKING6 = '-A PREROUTING -d 2001:db8::ffff -p tcp -j REDIRECT';

export const ROUTING_CASES: readonly KernelCase[] = [
  {
    name: 'what a route leads IPv6 to lo meets OUTPUT, where NAT may save it, and is discarded before POSTROUTING',
    host: { routes: ['-6 default via fd00:10:244::1 dev eth0', '-6 2001:db8:7::/48 dev lo'] },
    rules:
      nat(
        '-A OUTPUT -d 2001:db8:7::1 -p tcp -j REDIRECT --to-ports 8080',
        '-A OUTPUT -d 2001:db8:7::2 -j DNAT --to-destination 2001:db8::9',
        '-A OUTPUT -d 2001:db8::8 -j DNAT --to-destination 2001:db8:7::3',
      ) + filter('-A OUTPUT -o lo'),
    ends: {
      'out tcp fd00:10:244::5 -> [2001:db8:7::1]:80': 'delivered -i lo [fd00:10:244::5]:40000 > [::1]:8080',
      'out tcp fd00:10:244::5 -> [2001:db8:7::2]:80': 'sent -o eth0 [fd00:10:244::5]:40000 > [2001:db8::9]:80',
      'out tcp fd00:10:244::5 -> [2001:db8:7::3]:80': 'lost',
      'out tcp fd00:10:244::5 -> [2001:db8::8]:80': 'lost',
    },
    meets: { 'out tcp fd00:10:244::5 -> [2001:db8:7::3]:80': ['OUTPUT filter:OUTPUT:1 CONTINUE'] },
  },
  {
    name: 'with route_localnet a loopback source may leave and arrive',
    host: { sysctls: { 'net.ipv4.conf.all.route_localnet': '1' } },
    rules: filter(),
    ends: {
      'out tcp 127.0.0.6 -> 10.0.0.9:80': 'sent -o eth0 127.0.0.6:40000 > 10.0.0.9:80',
      'in tcp 127.0.0.6 -> 10.244.0.5:80 iif=eth0': 'delivered -i eth0 127.0.0.6:40000 > 10.244.0.5:80',
      'in tcp 127.0.0.1 -> 10.244.0.5:80 iif=eth0': 'lost',
      'in tcp 10.244.0.9 -> 127.0.0.1:80 iif=eth0': 'delivered -i eth0 10.244.0.9:40000 > 127.0.0.1:80',
    },
  },
  {
    name: 'what `all` allows an interface does not forbid: route_localnet and accept_local of either are enough',
    host: {
      sysctls: {
        'net.ipv4.conf.all.route_localnet': '1',
        'net.ipv4.conf.eth0.route_localnet': '0',
        'net.ipv4.conf.all.accept_local': '1',
        'net.ipv4.conf.eth0.accept_local': '0',
      },
    },
    rules: filter(),
    ends: {
      'in tcp 10.244.0.9 -> 127.0.0.1:80 iif=eth0': 'delivered -i eth0 10.244.0.9:40000 > 127.0.0.1:80',
      'in tcp 192.168.50.5 -> 10.244.0.5:80 iif=eth0': 'delivered -i eth0 192.168.50.5:40000 > 10.244.0.5:80',
    },
  },
  ...['all', 'eth0'].map((name) => ({
    name: `send_redirects of ${name} alone is not enough to spare a packet that turns back the look at its source`,
    host: { sysctls: { 'net.ipv4.ip_forward': '1', [`net.ipv4.conf.${name}.send_redirects`]: '0' } },
    rules: filter(),
    ends: { 'in tcp 10.244.0.255 -> 8.8.8.8:80 iif=eth0': 'lost' },
  })),
  {
    name: 'without send_redirects of both a packet may turn back with the source of its network',
    host: {
      sysctls: { 'net.ipv4.ip_forward': '1', 'net.ipv4.conf.all.send_redirects': '0', 'net.ipv4.conf.eth0.send_redirects': '0' },
    },
    rules: filter(),
    ends: { 'in tcp 10.244.0.255 -> 8.8.8.8:80 iif=eth0': 'forwarded -o eth0 10.244.0.255:40000 > 8.8.8.8:80' },
  },
  {
    name: 'REDIRECT of a socket bound to an interface sends to 127.0.0.1 out of that interface',
    rules: nat('-A OUTPUT -p tcp -j REDIRECT --to-ports 15001'),
    ends: { 'out tcp -> 10.0.0.9:80 oif=eth0': 'sent -o eth0 10.244.0.5:40000 > 127.0.0.1:15001' },
  },
  {
    name: 'a bound IPv4 socket takes what it has no route for to be on its link',
    host: { routes: ['default via 10.244.0.1 dev eth0', 'blackhole 172.31.0.0/24'] },
    rules: filter(),
    ends: {
      'out tcp -> 8.8.8.8:80 oif=net1': 'sent -o net1 192.168.50.5:40000 > 8.8.8.8:80',
      'out tcp -> 172.31.0.1:80 oif=net1': 'sent -o net1 192.168.50.5:40000 > 172.31.0.1:80',
      'out tcp -> 172.31.0.1:80': 'lost',
      'out tcp 127.0.0.6 -> 8.8.8.8:80 oif=net1': 'lost',
    },
  },
  {
    name: 'a bound IPv6 socket needs a route through its interface',
    rules: filter(),
    ends: {
      'out tcp fd00:192:168:50::5 -> [2001:db8::9]:80 oif=net1': 'lost',
      'out tcp fd00:192:168:50::5 -> [fd00:192:168:50::9]:80 oif=net1': 'sent -o net1 [fd00:192:168:50::5]:40000 > [fd00:192:168:50::9]:80',
    },
  },
  {
    name: 'the ttl is decremented before FORWARD, and 1 does not get there',
    host: FORWARDING,
    rules: mangle(
      '-A PREROUTING -m ttl --ttl-eq 64',
      '-A FORWARD -m ttl --ttl-eq 63',
      '-A POSTROUTING -m ttl --ttl-eq 63',
      '-A INPUT -m ttl --ttl-eq 1',
    ),
    ends: {
      'in tcp 8.8.8.8 -> 192.168.50.9:80 iif=eth0': 'forwarded -o net1 8.8.8.8:40000 > 192.168.50.9:80',
      'in tcp 8.8.8.8 -> 192.168.50.9:80 iif=eth0 ttl=1': 'lost',
      'in tcp 8.8.8.8 -> 10.244.0.5:80 iif=eth0 ttl=1': 'delivered -i eth0 8.8.8.8:40000 > 10.244.0.5:80',
      'in tcp 8.8.8.8 -> 10.244.0.5:80 iif=eth0 ttl=0': 'delivered -i eth0 8.8.8.8:40000 > 10.244.0.5:80',
    },
    meets: {
      'in tcp 8.8.8.8 -> 192.168.50.9:80 iif=eth0': [
        'PREROUTING mangle:PREROUTING:1 CONTINUE',
        'FORWARD mangle:FORWARD:1 CONTINUE',
        'POSTROUTING mangle:POSTROUTING:1 CONTINUE',
      ],
      'in tcp 8.8.8.8 -> 10.244.0.5:80 iif=eth0 ttl=1': ['INPUT mangle:INPUT:1 CONTINUE'],
    },
  },
  {
    name: 'IPv4 discards odd sources and destinations after PREROUTING',
    rules: nat(TRACKING),
    ends: Object.fromEntries([
      ...['0.0.0.0', '255.255.255.255', '224.0.0.1', '127.0.0.1', '127.0.0.6', '10.244.0.5', '192.168.50.5'].map((src) => [
        `in tcp ${src} -> 10.244.0.5:80 iif=eth0`,
        'lost',
      ]),
      ...['0.1.2.3', '240.0.0.1', '10.244.0.0', '10.244.0.255'].map((src) => [
        `in tcp ${src} -> 10.244.0.5:80 iif=eth0`,
        `delivered -i eth0 ${src}:40000 > 10.244.0.5:80`,
      ]),
      ...['0.0.0.0', '127.0.0.1', '239.1.1.1', '8.8.8.8', '10.244.0.0'].map((dst) => [`in tcp 10.244.0.9 -> ${dst}:80 iif=eth0`, 'lost']),
      ...['255.255.255.255', '10.244.0.255', '192.168.50.255', '224.0.0.1'].map((dst) => [
        `in udp 10.244.0.9 -> ${dst}:80 iif=eth0`,
        `delivered -i eth0 10.244.0.9:40000 > ${dst}:80`,
      ]),
    ]),
    meets: {
      'in tcp 127.0.0.1 -> 10.244.0.5:80 iif=eth0': ['PREROUTING nat:PREROUTING:policy ACCEPT'],
      'in tcp 10.244.0.9 -> 0.0.0.0:80 iif=eth0': ['PREROUTING nat:PREROUTING:policy ACCEPT'],
    },
  },
  {
    name: 'IPv6 discards ::1, multicast sources and narrow groups before any hook, and has no other martians',
    rules: nat(TRACKING6),
    ends: Object.fromEntries([
      ...['::1', 'ff02::1'].map((src) => [`in tcp ${src} -> [fd00:10:244::5]:80 iif=eth0`, 'lost']),
      ...['::', '::6', 'fd00:10:244::5', 'fe80::9'].map((src) => [
        `in tcp ${src} -> [fd00:10:244::5]:80 iif=eth0`,
        `delivered -i eth0 [${src}]:40000 > [fd00:10:244::5]:80`,
      ]),
      ...['::1', 'ff01::1', 'ff05::1', '2001:db8::9', '::'].map((dst) => [`in tcp 2001:db8::1 -> [${dst}]:80 iif=eth0`, 'lost']),
      ...['::6', 'ff02::1', 'fd00:192:168:50::5'].map((dst) => [
        `in tcp 2001:db8::1 -> [${dst}]:80 iif=eth0`,
        `delivered -i eth0 [2001:db8::1]:40000 > [${dst}]:80`,
      ]),
    ]),
    meets: { 'in tcp 2001:db8::1 -> [ff05::1]:80 iif=eth0': ['PREROUTING nat:PREROUTING:policy ACCEPT'] },
    misses: { 'in tcp 2001:db8::1 -> [::1]:80 iif=eth0': ['PREROUTING nat:PREROUTING:policy ACCEPT'] },
  },
  {
    name: 'a forwarding IPv6 host answers for the first address of its subnets',
    host: FORWARDING,
    rules: filter('-A FORWARD -s 2001:db8::1'),
    ends: {
      'in tcp 2001:db8::1 -> [fd00:10:244::]:80 iif=eth0': 'delivered -i eth0 [2001:db8::1]:40000 > [fd00:10:244::]:80',
      'in tcp 2001:db8::1 -> [2001:db8::9]:80 iif=net1': 'forwarded -o eth0 [2001:db8::1]:40000 > [2001:db8::9]:80',
    },
  },
  {
    name: 'IPv6 forwards from :: and link-local sources only back out of the interface they came by',
    host: { ...FORWARDING, ...LINK_LOCAL },
    rules: filter('-A FORWARD -d 2001:db8::9'),
    ends: {
      'in tcp fe80::9 -> [2001:db8::9]:80 iif=eth0': 'forwarded -o eth0 [fe80::9]:40000 > [2001:db8::9]:80',
      'in tcp fe80::9 -> [2001:db8::9]:80 iif=net1': 'lost',
      'in tcp 2001:db8::1 -> [fe80::77]:80 iif=net1': 'lost',
    },
  },
  {
    name: 'DNAT to ::1 of an arriving packet loses it, as to 127.0.0.1',
    rules: nat('-A PREROUTING -p tcp -j DNAT --to-destination ::1'),
    ends: { 'in tcp 2001:db8::1 -> [fd00:10:244::5]:80 iif=eth0': 'lost' },
  },
  {
    name: 'the source is looked up in full when a packet goes back out of the interface it came by',
    host: FORWARDING,
    rules: filter('-A FORWARD -d 8.8.8.8'),
    ends: {
      'in tcp 10.244.0.255 -> 8.8.8.8:80 iif=eth0': 'lost',
      'in tcp 10.244.0.255 -> 8.8.8.8:80 iif=net1': 'forwarded -o eth0 10.244.0.255:40000 > 8.8.8.8:80',
    },
  },
  {
    name: 'a source whose route discards is accepted without rp_filter and refused with it',
    host: { routes: ['default via 10.244.0.1 dev eth0', 'blackhole 172.31.0.0/24'] },
    rules: filter(),
    ends: { 'in tcp 172.31.0.1 -> 10.244.0.5:80 iif=eth0': 'delivered -i eth0 172.31.0.1:40000 > 10.244.0.5:80' },
  },
  {
    name: 'rp_filter looks for the way back as from lo, or from the interface the packet leaves by',
    host: {
      sysctls: { 'net.ipv4.conf.all.rp_filter': '1', 'net.ipv4.ip_forward': '1' },
      ip_rules: ['iif net1 lookup 200'],
      route_tables: { 200: ['default via 192.168.50.1 dev net1'] },
    },
    rules: filter('-A FORWARD -s 8.8.8.8'),
    ends: {
      'in tcp 8.8.8.8 -> 192.168.50.5:80 iif=net1': 'lost',
      'in tcp 8.8.8.8 -> 192.168.50.9:80 iif=eth0': 'lost',
      'in tcp 8.8.8.8 -> 10.244.0.5:80 iif=eth0': 'delivered -i eth0 8.8.8.8:40000 > 10.244.0.5:80',
    },
  },
  {
    name: 'a `from` rule sees the source that a socket is bound to',
    host: {
      ip_rules: ['-6 from fd00:10:244::5 lookup 200'],
      route_tables: { 200: ['-6 default via fd00:192:168:50::1 dev net1'] },
      routes: [],
    },
    rules: filter('-A OUTPUT -d 2001:db8::9'),
    ends: { 'out tcp fd00:10:244::5 -> [2001:db8::9]:80': 'sent -o net1 [fd00:10:244::5]:40000 > [2001:db8::9]:80' },
  },
  {
    name: 'IPv6 without a route takes an address first, and a `from` rule may then know the way',
    host: {
      interfaces: [
        { name: 'eth0', addresses: ['10.244.0.5/24', 'fd00:10:244::5/64'] },
        { name: 'net1', addresses: ['192.168.50.5/24'] },
      ],
      ip_rules: ['-6 from fd00:10:244::5 lookup 200'],
      route_tables: { 200: ['-6 default via fe80::1 dev net1'] },
      routes: [],
    },
    rules: filter('-A OUTPUT -d 2001:db8::9'),
    ends: {
      'out tcp -> [2001:db8::9]:80': 'sent -o net1 [fd00:10:244::5]:40000 > [2001:db8::9]:80',
    },
  },
  {
    name: 'rp_filter sees the mark of the packet where src_valid_mark lets it',
    host: {
      sysctls: { 'net.ipv4.conf.all.rp_filter': '1', 'net.ipv4.conf.net1.src_valid_mark': '1' },
      ip_rules: ['fwmark 7 lookup 200'],
      route_tables: { 200: ['default via 192.168.50.1 dev net1'] },
    },
    rules: mangle('-A PREROUTING -p tcp --dport 80 -j MARK --set-mark 7'),
    ends: {
      'in tcp 8.8.8.8 -> 192.168.50.5:80 iif=net1': 'delivered -i net1 8.8.8.8:40000 > 192.168.50.5:80 mark 7',
      'in tcp 8.8.8.8 -> 192.168.50.5:81 iif=net1': 'lost',
    },
  },
  {
    name: 'rpfilter of IPv6 looks from the interface, which policy rules see; --loose looks from nowhere',
    host: {
      ip_rules: ['-6 not oif eth0 lookup 200'],
      route_tables: { 200: ['-6 default via fd00:192:168:50::1 dev net1'] },
    },
    rules: mangle(
      '-A PREROUTING -m rpfilter -j MARK --or-mark 1',
      '-A PREROUTING -m rpfilter --validmark -j MARK --or-mark 2',
      '-A PREROUTING -m rpfilter --loose -j MARK --or-mark 4',
    ),
    ends: {
      'in tcp 2001:db8::9 -> [fd00:10:244::5]:80 iif=eth0': 'delivered -i eth0 [2001:db8::9]:40000 > [fd00:10:244::5]:80 mark 7',
      'in tcp 2001:db8::9 -> [fd00:10:244::5]:80 iif=net1': 'delivered -i net1 [2001:db8::9]:40000 > [fd00:10:244::5]:80 mark 7',
    },
  },
  {
    name: 'rpfilter of IPv6, where a rule leads elsewhere whatever the interface',
    host: {
      ip_rules: ['-6 oif eth0 lookup 200', '-6 iif lo oif net1 unreachable'],
      route_tables: { 200: ['-6 default via fd00:192:168:50::1 dev net1'] },
    },
    rules: mangle('-A PREROUTING -m rpfilter -j MARK --or-mark 1', '-A PREROUTING -m rpfilter --loose -j MARK --or-mark 4'),
    ends: {
      'in tcp 2001:db8::9 -> [fd00:10:244::5]:80 iif=eth0': 'delivered -i eth0 [2001:db8::9]:40000 > [fd00:10:244::5]:80 mark 4',
      'in tcp 2001:db8::9 -> [fd00:10:244::5]:80 iif=net1': 'delivered -i net1 [2001:db8::9]:40000 > [fd00:10:244::5]:80 mark 4',
    },
  },
  {
    name: 'a mark that leads to a local default route delivers what is for others',
    host: { ip_rules: ['fwmark 1337 lookup 133'], route_tables: { 133: ['local 0.0.0.0/0 dev lo'] } },
    rules: mangle('-A PREROUTING -p tcp -j MARK --set-mark 1337'),
    ends: {
      'in tcp 10.244.0.9 -> 8.8.8.8:80 iif=eth0': 'delivered -i eth0 10.244.0.9:40000 > 8.8.8.8:80 mark 1337',
      'in tcp 10.244.0.5 -> 10.244.0.5:80 iif=eth0': 'lost',
    },
  },
  {
    name: 'a local packet to 0.0.0.0 or any of 127.0.0.0/8 stays here, one to 240.0.0.1 leaves by the default route',
    rules: filter(),
    ends: {
      'out tcp 127.0.0.1 -> 127.255.255.255:80': 'delivered -i lo 127.0.0.1:40000 > 127.255.255.255:80',
      'out tcp 127.0.0.1 -> 0.0.0.0:80': 'delivered -i lo 127.0.0.1:40000 > 0.0.0.0:80',
      'out tcp -> 240.0.0.1:80': 'sent -o eth0 10.244.0.5:40000 > 240.0.0.1:80',
    },
  },
  {
    name: 'a later fragment delivered here waits for the others before INPUT',
    rules: mangle('-A PREROUTING -f'),
    ends: { 'in udp 10.244.0.9 -> 10.244.0.5 iif=eth0 frag=185': 'lost', 'out udp 127.0.0.1 -> 127.0.0.1 frag=185': 'lost' },
    meets: { 'in udp 10.244.0.9 -> 10.244.0.5 iif=eth0 frag=185': ['PREROUTING mangle:PREROUTING:1 CONTINUE'] },
  },
  {
    name: '`-m socket` makes fragments wait before any hook',
    rules: mangle('-A PREROUTING -m socket', '-A PREROUTING -f'),
    ends: { 'in udp 10.244.0.9 -> 10.244.0.5 iif=eth0 frag=185': 'lost' },
    misses: {
      'in udp 10.244.0.9 -> 10.244.0.5 iif=eth0 frag=185': [
        'PREROUTING mangle:PREROUTING:2 CONTINUE',
        'PREROUTING mangle:PREROUTING:policy ACCEPT',
      ],
    },
  },
  {
    name: 'an IPv6 address without a route has the type UNREACHABLE',
    host: { routes: ['-6 default via fd00:10:244::1 dev eth0', '-6 blackhole 2001:db8:31::/48'] },
    rules: mangle('-A PREROUTING -m addrtype --src-type UNREACHABLE -j MARK --set-mark 7'),
    ends: {
      'in tcp 2001:db8:31::1 -> [fd00:10:244::5]:80 iif=eth0': 'delivered -i eth0 [2001:db8:31::1]:40000 > [fd00:10:244::5]:80 mark 7',
      'in tcp 2001:db8::1 -> [fd00:10:244::5]:80 iif=eth0': 'delivered -i eth0 [2001:db8::1]:40000 > [fd00:10:244::5]:80',
    },
  },
  {
    name: 'of 0.0.0.0/8 only the first address is a broadcast address',
    rules: mangle('-A PREROUTING -m addrtype --src-type BROADCAST -j MARK --set-mark 7'),
    ends: { 'in tcp 0.0.0.1 -> 10.244.0.5:80 iif=eth0': 'delivered -i eth0 0.0.0.1:40000 > 10.244.0.5:80' },
  },
  {
    name: 'a packet to :: goes to this host; marked, it is routed again, and as any other',
    host: { routes: ['-6 default via fd00:10:244::1 dev eth0'] },
    rules: mangle('-A OUTPUT -p tcp --dport 81 -j MARK --set-mark 7'),
    ends: {
      'out tcp [fd00:10:244::5] -> [::]:80': 'delivered -i lo [fd00:10:244::5]:40000 > [::]:80',
      'out tcp [fd00:10:244::5] -> [::]:81': 'sent -o eth0 [fd00:10:244::5]:40000 > [::]:81 mark 7',
    },
  },
  ...[
    ['pref 100 lookup main suppress_prefixlength 0', 'pref 101 lookup 100'],
    ['pref 100 lookup main suppress_prefixlength 16', 'pref 101 lookup 100'],
    ['pref 100 not fwmark 7 lookup main suppress_prefixlength 8', 'pref 101 lookup 100'],
  ].map(
    (ip_rules, index): KernelCase => ({
      name: `\`${ip_rules[0]}\` passes over routes with prefixes no longer than that`,
      host: {
        routes: ['default via 10.244.0.1 dev eth0', '10.0.0.0/8 via 10.244.0.1 dev eth0', '172.16.0.0/16 via 10.244.0.1 dev eth0'],
        ip_rules,
        route_tables: { 100: ['default via 192.168.50.1 dev net1'] },
      },
      rules: filter(),
      ends: {
        'out tcp 10.244.0.5 -> 9.9.9.9:80': 'sent -o net1 10.244.0.5:40000 > 9.9.9.9:80',
        'out tcp 10.244.0.5 -> 10.0.0.9:80': `sent -o ${index === 0 ? 'eth0' : 'net1'} 10.244.0.5:40000 > 10.0.0.9:80`,
        'out tcp 10.244.0.5 -> 172.16.0.9:80': `sent -o ${index === 1 ? 'net1' : 'eth0'} 10.244.0.5:40000 > 172.16.0.9:80`,
        'out tcp 10.244.0.5 -> 10.244.0.9:80': 'sent -o eth0 10.244.0.5:40000 > 10.244.0.9:80',
      },
    }),
  ),
  {
    name: 'lo takes no IPv6 packet from a multicast address',
    rules: mangle('-A POSTROUTING -p tcp', '-A PREROUTING -p tcp'),
    ends: { 'out tcp [ff00::1] -> [fd00:10:244::5]:80': 'lost' },
    meets: { 'out tcp [ff00::1] -> [fd00:10:244::5]:80': ['POSTROUTING mangle:POSTROUTING:1 CONTINUE'] },
    misses: { 'out tcp [ff00::1] -> [fd00:10:244::5]:80': ['PREROUTING mangle:PREROUTING:1 CONTINUE'] },
  },
  {
    name: 'a forwarding host answers for the first address of its IPv6 networks, but not of one of two addresses',
    host: {
      ...FORWARDING,
      interfaces: [
        { name: 'eth0', addresses: ['fd00:10:244::5/64'] },
        { name: 'net1', addresses: ['2001:db8:31::5/64', '2001:db8:32::5/126', '2001:db8:33::5/127'] },
      ],
      routes: ['-6 default via fd00:10:244::1 dev eth0'],
    },
    rules: filter(),
    ends: {
      'in tcp 2001:db8::9 -> [2001:db8:31::]:80 iif=eth0': 'delivered -i eth0 [2001:db8::9]:40000 > [2001:db8:31::]:80',
      'in tcp 2001:db8::9 -> [2001:db8:32::4]:80 iif=eth0': 'delivered -i eth0 [2001:db8::9]:40000 > [2001:db8:32::4]:80',
      'in tcp 2001:db8::9 -> [2001:db8:33::4]:80 iif=eth0': 'forwarded -o net1 [2001:db8::9]:40000 > [2001:db8:33::4]:80',
    },
  },
  ...(
    [
      ['oif net1', 'eth0', 'eth0'],
      ['not oif net1', 'net1', 'net1'],
      ['iif lo', 'net1', 'eth0'],
      ['not iif lo', 'eth0', 'net1'],
      ['iif eth0', 'eth0', 'net1'],
      ['not iif eth0', 'net1', 'eth0'],
    ] as const
  ).map(
    ([rule, sent, forwarded]): KernelCase => ({
      name: `for the ip rule \`${rule}\` what is sent comes from lo, and only a bound socket names an interface to leave by`,
      host: { ...FORWARDING, ip_rules: [`${rule} lookup 100`], route_tables: { 100: ['default via 192.168.50.1 dev net1'] } },
      rules: filter(),
      ends: {
        'out tcp 10.244.0.5 -> 10.0.0.9:80': `sent -o ${sent} 10.244.0.5:40000 > 10.0.0.9:80`,
        'in tcp 8.8.8.8 -> 10.0.0.9:80 iif=eth0': `forwarded -o ${forwarded} 8.8.8.8:40000 > 10.0.0.9:80`,
      },
    }),
  ),
  {
    name: 'an IPv4 address in IPv6 is a destination like any other, as a source it arrives and is never sent',
    host: { ...FORWARDING, ip_rules: ['-6 fwmark 7 lookup 133'], route_tables: { 133: ['-6 local ::/0 dev lo'] } },
    rules: mangle('-A PREROUTING -d ::ffff:10.0.0.8/128 -j MARK --set-mark 7'),
    ends: {
      'out icmpv6 fd00:10:244::5 -> ::ffff:10.0.0.9 icmp=128': 'sent -o eth0 fd00:10:244::5 > ::ffff:10.0.0.9',
      'out udp [fd00:10:244::5] -> [::ffff:10.244.0.5]:53': 'sent -o eth0 [fd00:10:244::5]:40000 > [::ffff:10.244.0.5]:53',
      'out udp [::ffff:10.0.0.8] -> [2001:db8::9]:53': 'lost',
      'out udp [::ffff:10.244.0.5] -> [fd00:10:244::5]:53': 'lost',
      'in udp ::ffff:10.0.0.9 -> [fd00:10:244::5]:53 iif=eth0': 'delivered -i eth0 [::ffff:10.0.0.9]:40000 > [fd00:10:244::5]:53',
      'in udp ::ffff:10.0.0.9 -> [fd00:192:168:50::9]:53 iif=eth0': 'forwarded -o net1 [::ffff:10.0.0.9]:40000 > [fd00:192:168:50::9]:53',
      'in udp 2001:db8::9 -> [::ffff:10.0.0.8]:53 iif=eth0': 'delivered -i eth0 [2001:db8::9]:40000 > [::ffff:10.0.0.8]:53 mark 7',
    },
  },
];
