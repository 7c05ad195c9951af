/** What happens at the edges of conntrack, of defragmentation and of the numbers of interfaces. */
import {
  base,
  DELIVERED,
  DELIVERED6,
  FORWARDED,
  IN,
  IN_UDP,
  IN6,
  inet,
  type NftCase,
  OUT,
  OUT6,
  PROXY,
  SENT,
  SENT6,
  THROUGH,
  table,
  toProxy,
} from './nftCase.ts';

const FIN = 'in tcp 10.0.0.9 -> 10.244.0.5:80 iif=eth0 flags=F';
const FRAGMENT = 'in udp 10.0.0.9 -> 10.244.0.5 iif=eth0 frag=100';

export const EDGE_CASES: readonly NftCase[] = [
  {
    name: 'a shift moves the bits that a mask has left',
    undecided: '`meta mark set` to a shifted value',
    nft: inet(base('i', 'filter input 0', 'meta mark set (meta mark | 0x1) << 4', 'meta mark set (meta mark & 0xf0) << 4 | 0x1')),
    ends: { [IN]: `${DELIVERED} mark 257` },
  },
  {
    name: 'a zone that is set behind the lookup makes a packet without a connection new, and nothing else of it can be asked',
    nft: inet(
      base(
        'i',
        'filter input 0',
        'ct state invalid meta mark set mark | 1',
        'ct zone set 1',
        'ct state new meta mark set mark | 2',
        'ct zone 0-65535 meta mark set mark | 4',
        'ct direction original meta mark set mark | 8',
      ),
    ),
    ends: { [FIN]: `${DELIVERED} mark 3`, [IN]: `${DELIVERED} mark 14` },
  },
  {
    name: 'a zone that is set behind the lookup stays with the packet over lo, where it is looked up again',
    nft: inet(
      base('o', 'filter output 0', 'ct zone set 1'),
      base('p', 'filter prerouting -300', 'ct state new meta mark set mark | 1'),
      base('q', 'filter prerouting 0', 'ct state invalid meta mark set mark | 2'),
    ),
    ends: {
      'out tcp 10.244.0.5 -> 127.0.0.1:80 uid=1000 flags=F': 'delivered -i lo 10.244.0.5:40000 > 127.0.0.1:80 mark 3',
    },
  },
  {
    name: 'at -200 the lookup runs before chains that were made before a rule asked for it, and behind those that were made later',
    nft:
      table('inet first', base('o', 'filter output -200', 'ct mark set 6', 'ct mark 6 meta mark set mark | 1')) +
      table(
        'inet later',
        base('o', 'filter output -200', 'ct mark 0-0xffffffff meta mark set mark | 2', 'ct state invalid meta mark set mark | 4'),
      ) +
      table('inet last', base('o', 'filter output 0', 'ct mark 6 meta mark set mark | 8')),
    ends: { [OUT]: `${SENT} mark 13` },
  },
  {
    name: 'chains below -400 see later fragments, and what they do not track is not put together',
    nft: inet(
      base('f', 'filter prerouting -450', 'ip frag-off & 0x1fff == 100 ip saddr 10.0.0.9 meta mark set 1'),
      base('g', 'filter prerouting -399', 'meta mark set mark | 2', 'ct state new meta mark set mark | 4'),
    ),
    ends: { [FRAGMENT]: 'lost' },
    meets: { [FRAGMENT]: ['PREROUTING inet t:f:1 CONTINUE'] },
    misses: { [FRAGMENT]: ['PREROUTING inet t:g:1 CONTINUE'] },
  },
  {
    name: 'of IPv6 too: chains below -400 see later fragments, and without conntrack they pass all chains and leave',
    nft: table(
      'ip6 t',
      base('f', 'filter prerouting -450', 'ip6 saddr 2001:db8::9 meta mark set 1'),
      base('o', 'filter output 0', 'meta l4proto udp meta mark set mark | 2'),
    ),
    ends: {
      'out udp fd00:10:244::5 -> 2001:db8::9 frag=100': 'sent -o eth0 fd00:10:244::5 > 2001:db8::9 mark 2',
      'in udp 2001:db8::9 -> fd00:10:244::5 iif=eth0 frag=100': 'lost',
    },
    meets: { 'in udp 2001:db8::9 -> fd00:10:244::5 iif=eth0 frag=100': ['PREROUTING ip6 t:f:1 CONTINUE'] },
  },
  {
    name: 'what a later fragment carries is taken for the header that it does not have, and may be any',
    nft: inet(base('o', 'filter output 0', 'udp dport != 1 meta mark set mark | 1', 'ip frag-off & 0x1fff != 0 meta mark set mark | 2')),
    remembers: true,
    ends: { 'out udp 10.244.0.5 -> 203.0.113.9 frag=100': 'sent -o eth0 10.244.0.5 > 203.0.113.9 mark 3' },
  },
  {
    name: 'flags before the offset of a fragment decide only where its offset does not',
    nft: inet(
      base(
        'o',
        'filter output 0',
        'ip frag-off 0 meta mark set mark | 1',
        'ip frag-off != 0 meta mark set mark | 2',
        'ip frag-off & 0x9fff == { 100, 0x8064 } meta mark set mark | 4',
        'ip frag-off & 0x1fff == 100 ip frag-off != { 0, 0x4000, 0x8000 } meta mark set mark | 8',
      ),
    ),
    ends: { 'out udp 10.244.0.5 -> 203.0.113.9 frag=100': 'sent -o eth0 10.244.0.5 > 203.0.113.9 mark 14' },
  },
  {
    name: 'a fragment that is not tracked by then goes on as it is',
    nft: inet(
      base('f', 'filter prerouting -450', 'notrack'),
      base('g', 'filter prerouting -399', 'meta mark set mark | 2', 'ct state untracked meta mark set mark | 4'),
    ),
    ends: { [FRAGMENT]: 'lost' },
    meets: { [FRAGMENT]: ['PREROUTING inet t:g:1 CONTINUE', 'PREROUTING inet t:g:2 CONTINUE'] },
  },
  {
    name: 'an interface that is not there has the number 0',
    nft: inet(
      base('p', 'filter prerouting 0', 'oif 0 meta mark set mark | 1', 'oif != 0 meta mark set mark | 2'),
      base('i', 'filter input 0', 'iif 0 meta mark set mark | 4', 'iif != 0 meta mark set mark | 8'),
    ),
    ends: { [IN]: `${DELIVERED} mark 9` },
  },
  {
    name: 'in a table of one family ICMP of the other one is told by its protocol alone',
    remembers: true,
    nft:
      table('ip t', base('o', 'filter output 0', 'icmpv6 type 8 meta mark set mark | 1', 'icmpv6 type 9 meta mark set mark | 2')) +
      table('ip6 t', base('o', 'filter output 0', 'icmp type 128 meta mark set mark | 4', 'icmp code 1 meta mark set mark | 8')) +
      inet(base('o', 'filter output 1', 'icmpv6 type 8 meta mark set mark | 16', 'icmp type 128 meta mark set mark | 32')),
    ends: {
      'out icmpv6 10.244.0.5 -> 203.0.113.9 uid=0': 'sent -o eth0 10.244.0.5 > 203.0.113.9 mark 1',
      'out icmp 10.244.0.5 -> 203.0.113.9 uid=0': 'sent -o eth0 10.244.0.5 > 203.0.113.9',
      'out icmp fd00:10:244::5 -> 2001:db8::9 uid=0': 'sent -o eth0 fd00:10:244::5 > 2001:db8::9 mark 4',
    },
  },
  {
    name: 'lo has the number 1',
    nft: inet(base('i', 'filter input 0', 'iif 1 meta mark set mark | 1', 'iif != 1 meta mark set mark | 2')),
    ends: {
      [IN]: `${DELIVERED} mark 2`,
      'out tcp 10.244.0.5 -> 127.0.0.1:80 uid=1000': 'delivered -i lo 10.244.0.5:40000 > 127.0.0.1:80 mark 1',
    },
  },
  {
    name: 'a source that is a broadcast address has a way back',
    nft: table(
      'ip t',
      base(
        'p',
        'filter prerouting 0',
        'fib saddr oif exists meta mark set mark | 1',
        'fib saddr . iif oif exists meta mark set mark | 2',
        'fib saddr . iif oif missing meta mark set mark | 4',
      ),
    ),
    meets: {
      'in tcp 10.244.0.255 -> 10.244.0.5:80 iif=eth0': ['PREROUTING ip t:p:1 CONTINUE', 'PREROUTING ip t:p:2 CONTINUE'],
      'in tcp 192.168.50.255 -> 10.244.0.5:80 iif=eth0': ['PREROUTING ip t:p:1 CONTINUE', 'PREROUTING ip t:p:3 CONTINUE'],
    },
  },
  {
    name: 'fib of IPv6 tells reasons apart why no route leads to an address, and knows no type of addresses that hold one of IPv4',
    host: {
      routes: [
        'default via 10.244.0.1 dev eth0',
        '-6 default via fd00:10:244::1 dev eth0',
        '-6 blackhole 2001:db8:31::/48',
        '-6 prohibit 2001:db8:32::/48',
      ],
    },
    nft: inet(
      base(
        'p',
        'filter prerouting 0',
        'fib saddr type blackhole meta mark set mark | 1',
        'fib saddr type prohibit meta mark set mark | 2',
        'fib saddr . iif type blackhole meta mark set mark | 4',
        'fib saddr type unreachable meta mark set mark | 8',
        'fib saddr type unicast meta mark set mark | 16',
        'fib saddr type unspec meta mark set mark | 32',
        'fib saddr . iif type unicast meta mark set mark | 64',
      ),
    ),
    ends: {
      'in tcp 2001:db8:31::1 -> [fd00:10:244::5]:80 iif=eth0': 'delivered -i eth0 [2001:db8:31::1]:40000 > [fd00:10:244::5]:80 mark 5',
      'in tcp 2001:db8:32::1 -> [fd00:10:244::5]:80 iif=eth0': 'delivered -i eth0 [2001:db8:32::1]:40000 > [fd00:10:244::5]:80 mark 2',
      'in tcp ::ffff:10.0.0.9 -> [fd00:10:244::5]:80 iif=eth0': 'delivered -i eth0 [::ffff:10.0.0.9]:40000 > [fd00:10:244::5]:80 mark 32',
      'in tcp fe80::9 -> [fd00:10:244::5]:80 iif=net1': 'delivered -i net1 [fe80::9]:40000 > [fd00:10:244::5]:80 mark 8',
    },
  },
  {
    name: 'fib of IPv6 looks a type up as that of a packet from the other end, for which rules of routing may have another table',
    host: {
      routes: ['default via 10.244.0.1 dev eth0', '-6 default via fd00:10:244::1 dev eth0', '-6 blackhole 2001:db8:31::/48'],
      ip_rules: ['-6 from fd00:10:244::5 lookup 200', '-6 iif eth0 lookup 201'],
      route_tables: { 200: ['-6 default via fd00:192:168:50::1 dev net1'], 201: ['-6 prohibit 2001:db8:31::/48'] },
      sysctls: { 'net.ipv6.conf.all.forwarding': '1' },
    },
    nft: inet(
      base(
        'p',
        'filter prerouting 0',
        'fib saddr type unicast meta mark set mark | 1',
        'fib saddr . iif type unicast meta mark set mark | 2',
        'fib saddr type blackhole meta mark set mark | 4',
        'fib saddr . iif type blackhole meta mark set mark | 8',
      ),
      base('q', 'filter output 0', 'fib daddr type unicast meta mark set mark | 16', 'fib daddr type blackhole meta mark set mark | 32'),
    ),
    ends: {
      'in tcp 2001:db8:31::1 -> [fd00:10:244::5]:80 iif=eth0': 'delivered -i eth0 [2001:db8:31::1]:40000 > [fd00:10:244::5]:80 mark 3',
      'in tcp 2001:db8:31::1 -> [fd00:192:168:50::5]:80 iif=eth0':
        'delivered -i eth0 [2001:db8:31::1]:40000 > [fd00:192:168:50::5]:80 mark 12',
      'out tcp fd00:10:244::5 -> [2001:db8:31::1]:80 uid=1000': 'sent -o net1 [fd00:10:244::5]:40000 > [2001:db8:31::1]:80 mark 16',
    },
  },
  {
    name: 'the address :: has no type where a route leads to it, and is unreachable like others where none does',
    host: { routes: ['default via 10.244.0.1 dev eth0'] },
    nft: inet(
      base(
        'p',
        'filter prerouting 0',
        'fib saddr type unreachable meta mark set mark | 1',
        'fib saddr type unspec meta mark set mark | 2',
        'drop',
      ),
    ),
    meets: {
      'in udp :: -> [fd00:10:244::5]:80 iif=eth0': ['PREROUTING inet t:p:1 CONTINUE'],
    },
    misses: {
      'in udp :: -> [fd00:10:244::5]:80 iif=eth0': ['PREROUTING inet t:p:2 CONTINUE'],
    },
  },
  {
    name: 'of the protocols of a set nft takes the last, asks for it no more, and packets of the others have something else there',
    nft: inet(
      'set d { type ipv6_addr; size 10; flags dynamic; }',
      base(
        'p',
        'filter prerouting 0',
        'meta nfproto { ipv4, ipv6 } update @d { ip6 saddr } meta mark set mark | 1',
        'update @d { ip6 saddr } meta mark set mark | 2',
        'meta l4proto { tcp, 17-20 } tcp dport 0-65535 meta mark set mark | 4',
        'meta l4proto { tcp, 17-20 } tcp dport 80 meta mark set mark | 8',
      ),
    ),
    ends: { [IN]: `${DELIVERED} mark 13`, [IN6]: `${DELIVERED6} mark 15` },
  },
  {
    name: 'behind a set of both families a field of one is written into the header of the other, with its checksum',
    undecided: 'what `ip dscp set` writes into a packet of the other family',
    nft: inet(base('o', 'filter output 0', 'meta nfproto { ipv6, ipv4 } ip dscp set 0x3f')),
    ends: { [OUT6]: SENT6.replace('fd00:10:', 'fd00:ff13:') },
  },
  {
    name: 'a field is written where its family is the last of a set of both',
    nft: inet(
      base(
        'o',
        'filter output 0',
        'meta nfproto { ipv6, ipv4 } ip dscp set 0x3f meta mark set mark | 1',
        'meta nfproto { ipv4, ipv6 } ip6 dscp 0 meta mark set mark | 2',
        'ip dscp 0x3f meta mark set mark | 4',
      ),
    ),
    remembers: true,
    ends: { [OUT]: `${SENT} mark 5` },
  },
  {
    name: 'a fragment that belongs to no connection cannot be counted, and is dropped',
    nft: inet(
      base('p', 'filter prerouting -450', 'ip daddr 10.244.0.5 ct count over 20 meta mark set 1', 'ip daddr 10.244.0.5 accept'),
      base('o', 'filter output -450', 'notrack', 'ct count 20 accept'),
    ),
    ends: { [FRAGMENT]: 'dropped', 'out udp 10.244.0.5 -> 203.0.113.9 frag=100': 'dropped' },
  },
  {
    name: 'two fields beside each other that must differ are one number: one of them has to (nft 1.0.6)',
    remembers: true,
    nft: inet(
      base(
        'p',
        'filter prerouting 0',
        'tcp sport != 40000 tcp dport != 81 meta mark set mark | 1',
        'tcp sport != 40000 tcp dport != { 80 } meta mark set mark | 2',
        'tcp dport 81 meta mark set mark | 4 tcp sport 40000',
      ),
    ),
    ends: { [IN]: `${DELIVERED} mark 5`, [IN_UDP]: DELIVERED.replace('tcp', 'udp') },
  },
  {
    name: 'a packet that tproxy has given to a socket has its user, and those who ask for one find it',
    remembers: true,
    host: PROXY,
    nft: inet(
      base('p', 'filter prerouting -150', 'tcp dport 80 tproxy to :15006'),
      base('i', 'filter input 0', 'meta skuid 0-65535 meta mark set 1'),
    ),
    ends: {
      [IN]: `${toProxy(DELIVERED)} mark 1`,
      'in tcp 10.0.0.9 -> 10.244.0.5:81 iif=eth0': 'delivered -i eth0 10.0.0.9:40000 > 10.244.0.5:81',
    },
  },
  {
    name: 'a way back to :: is looked for as to any address, which x_tables does not',
    remembers: true,
    host: { routes: ['default via 10.244.0.1 dev eth0'] },
    nft: inet(base('p', 'filter prerouting 0', 'fib saddr . iif oif missing drop')),
    ends: { 'in udp :: -> [fd00:10:244::5]:80 iif=eth0': 'dropped' },
  },
  {
    name: 'what is refused before it has a route is answered, whomever it was for',
    nft: inet(base('p', 'filter prerouting 0', 'ip saddr 10.0.0.9 reject')),
    ends: {
      'in udp 10.0.0.9 -> 10.244.0.77:80 iif=eth0': 'rejected',
      'in udp 10.0.0.9 -> 10.244.0.5:80 iif=eth0': 'rejected',
    },
  },
  {
    name: 'a forwarded packet has a way back as if the answer came by the interface that it leaves by',
    host: { ip_rules: ['iif net1 lookup 200'], route_tables: { 200: ['default dev net1'] }, sysctls: { 'net.ipv4.ip_forward': '1' } },
    nft: inet(base('f', 'filter forward 0', 'fib saddr . iif oif missing meta mark set mark | 1', 'meta mark set mark | 2')),
    ends: { 'in tcp 10.0.0.9 -> 192.168.50.9:80 iif=eth0': 'forwarded -o net1 10.0.0.9:40000 > 192.168.50.9:80 mark 3' },
  },
  {
    name: 'without iif a way back is looked up as that of an answer made here, also of a forwarded packet',
    host: {
      routes: ['default via 10.244.0.1 dev eth0', '-6 default via fd00:10:244::1 dev eth0', '-6 blackhole 2001:db8:31::/48'],
      ip_rules: ['iif net1 lookup 200', '-6 iif net1 lookup 200'],
      route_tables: { 200: ['blackhole 10.0.0.0/8', '-6 default via fd00:10:244::9 dev eth0'] },
      sysctls: { 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1' },
    },
    nft: inet(
      base(
        'f',
        'filter forward 0',
        'fib saddr oif exists meta mark set mark | 1',
        'fib saddr oif missing meta mark set mark | 2',
        'fib saddr . iif oif exists meta mark set mark | 4',
      ),
    ),
    ends: {
      [THROUGH]: `${FORWARDED} mark 1`,
      'in tcp 2001:db8:31::1 -> [fd00:192:168:50::9]:80 iif=eth0':
        'forwarded -o net1 [2001:db8:31::1]:40000 > [fd00:192:168:50::9]:80 mark 6',
    },
  },
  {
    name: 'a destination keeps its port where the rule names none, random or not',
    nft: table('ip t', base('o', 'nat output -100', 'redirect random'), base('f', 'filter output 0', 'tcp dport 80 meta mark set 1')),
    ends: { [OUT]: 'delivered -i lo 10.244.0.5:40000 > 127.0.0.1:80 mark 1' },
  },
  {
    name: 'conntrack is there after the chains of the first table whose rules ask for it',
    nft:
      table('ip a', base('o', 'filter output -200', 'ct state invalid meta mark set mark | 1', 'ct state new meta mark set mark | 2')) +
      table('ip b', base('p', 'filter prerouting -450', 'counter')),
    ends: { [OUT]: `${SENT} mark 2` },
  },
];
