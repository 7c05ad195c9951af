/** What matches hold for, above all where a packet lacks what they ask for. */
import {
  base,
  chain,
  DELIVERED,
  DELIVERED6,
  IN,
  IN_UDP,
  IN6,
  inet,
  type NftCase,
  OUT,
  OUT_UDP,
  OUT6,
  SENT,
  SENT6,
  table,
} from './nftCase.ts';

/** Each rule that holds sets its own bit of the mark. */
const bits = (...matches: readonly string[]): readonly string[] => matches.map((match, at) => `${match} meta mark set mark | ${1 << at}`);

export const MATCH_CASES: readonly NftCase[] = [
  {
    name: 'before the lookup of conntrack the state is invalid, and there is no connection to ask for its mark',
    nft: inet(
      base(
        'p',
        'filter prerouting -300',
        ...bits('ct state invalid', 'ct state != new', 'ct state untracked', 'ct mark 0', 'ct state new'),
      ),
      base('i', 'filter input 0', 'ct mark 0 meta mark set mark | 0x100', 'ct state new meta mark set mark | 0x200'),
    ),
    ends: { [IN]: `${DELIVERED} mark ${0x303}` },
  },
  {
    name: 'after notrack the state is untracked, and there is no connection',
    nft: inet(
      base('p', 'filter prerouting -300', 'notrack'),
      base('i', 'filter input 0', ...bits('ct state untracked', 'ct state invalid', 'ct state new', 'ct mark 0', 'ct mark != 1')),
    ),
    ends: { [IN]: `${DELIVERED} mark 1` },
  },
  {
    name: 'notrack after the lookup changes nothing',
    nft: inet(base('i', 'filter input 0', 'ct state new notrack', ...bits('ct state untracked', 'ct state new'))),
    ends: { [IN]: `${DELIVERED} mark 2` },
  },
  {
    name: 'a zone of conntrack that is set at -300 counts',
    nft: inet(base('p', 'filter prerouting -300', 'ct zone set 5'), base('i', 'filter input 0', ...bits('ct zone 5', 'ct zone 0'))),
    ends: { [IN]: `${DELIVERED} mark 1` },
  },
  {
    name: 'a zone that is set after the lookup does not',
    nft: inet(base('p', 'filter prerouting -100', 'ct zone set 5'), base('i', 'filter input 0', ...bits('ct zone 5', 'ct zone 0'))),
    ends: { [IN]: `${DELIVERED} mark 2` },
  },
  {
    name: 'skuid of a packet that no process sends: neither == nor != holds, but that of a local one is known up to postrouting',
    nft: inet(
      base('i', 'filter input 0', ...bits('meta skuid 1000', 'meta skuid != 1000')),
      base('o', 'filter output 0', ...bits('meta skuid 1000', 'meta skuid != 1000', 'meta skgid 1000', 'meta skgid != 5')),
      base('p', 'filter postrouting 0', 'meta skuid 1000 meta mark set mark | 0x10'),
    ),
    ends: { [IN]: DELIVERED, [OUT]: `${SENT} mark ${0x1d}` },
  },
  {
    name: 'fib daddr type says what an address is here; of a source, whether there is a way back by the interface',
    nft: inet(
      base(
        'i',
        'filter prerouting 0',
        ...bits(
          'fib daddr type local',
          'fib saddr type local',
          'fib saddr . iif oif 0',
          'fib daddr . iif type { local, broadcast }',
          'fib daddr type != unicast',
        ),
      ),
    ),
    ends: {
      [IN]: `${DELIVERED} mark ${0x19}`,
      [IN6]: `${DELIVERED6} mark ${0x19}`,
      'in tcp 192.168.50.9 -> 10.244.0.5:80 iif=eth0': `delivered -i eth0 192.168.50.9:40000 > 10.244.0.5:80 mark ${0x1d}`,
    },
  },
  {
    name: 'in family inet `ip daddr != X` never holds for IPv6; `meta l4proto` does for both',
    nft: inet(
      base(
        'o',
        'filter output 0',
        ...bits(
          'ip daddr != 10.0.0.1',
          'ip6 daddr != ::1',
          'meta l4proto tcp',
          'ip protocol tcp',
          'ip6 nexthdr tcp',
          'meta nfproto ipv4',
          'tcp dport 80',
          'udp dport != 1',
          'meta l4proto != udp',
        ),
      ),
    ),
    ends: { [OUT]: `${SENT} mark ${0x16d}`, [OUT6]: `${SENT6} mark ${0x156}`, [OUT_UDP]: `${SENT} mark ${0xa1}` },
  },
  {
    name: '`th` asks for ports whatever the protocol; `icmp type` is of IPv4 and `icmpv6 type` of IPv6',
    nft: inet(
      base('o', 'filter output 0', 'meta l4proto { tcp, udp } th dport 80 meta mark set 0x10'),
      base('p', 'filter output 1', ...bits('icmp type echo-request', 'icmpv6 type echo-request', 'icmp type != 3')),
    ),
    ends: {
      [OUT_UDP]: `${SENT} mark 16`,
      'out icmp 10.244.0.5 -> 203.0.113.9 icmp=8': 'sent -o eth0 10.244.0.5 > 203.0.113.9 mark 5',
      'out icmpv6 fd00:10:244::5 -> 2001:db8::9 icmp=128': 'sent -o eth0 fd00:10:244::5 > 2001:db8::9 mark 2',
    },
  },
  {
    name: 'a hook without an input or an output interface has one with an empty name, so that `!=` holds',
    nft: inet(
      base('o', 'filter output 0', ...bits('iifname != "eth0"', 'iifname "eth0"', 'oifname "eth*"', 'oifname { "lo", "eth*" }')),
      base('p', 'filter prerouting 0', ...bits('oifname != "eth0"', 'oifname "lo"', 'iifname "eth0"')),
    ),
    ends: { [OUT]: `${SENT} mark 13`, [IN]: `${DELIVERED} mark 5` },
  },
  {
    name: '`iif` and `oif` ask for the number of an interface: where there is none it is 0, so that `!=` holds',
    nft: inet(base('o', 'filter output 0', ...bits('iif != "lo"', 'iif "lo"', 'oif "eth0"', 'oif != "lo"'))),
    ends: { [OUT]: `${SENT} mark 13` },
  },
  {
    name: 'sets: single values, ranges, prefixes, concatenations of them, by name or in place, with `!=`',
    nft: inet(
      'set a { type ipv4_addr; flags interval; elements = { 203.0.113.0/24, 10.0.0.1-10.0.0.9 } }',
      'set b { type ipv4_addr . inet_proto . inet_service; flags interval; elements = { 203.0.113.0/24 . tcp . 79-81 } }',
      'set e { type inet_service; }',
      base(
        'o',
        'filter output 0',
        ...bits(
          'ip daddr @a',
          'ip daddr != @a',
          'ip daddr . meta l4proto . th dport @b',
          'tcp dport @e',
          'tcp dport != @e',
          'tcp dport { 1-79, 81-90 }',
          'tcp dport != { 1-79, 81-90 }',
          'ip saddr . tcp dport != { 10.0.0.0/8 . 80 }',
        ),
      ),
    ),
    ends: { [OUT]: `${SENT} mark ${0x55}`, [OUT6]: `${SENT6} mark ${0x50}` },
  },
  {
    name: 'flags: `tcp flags syn` holds for any packet with it, `== syn` for it alone; a mask with a value compares',
    nft: inet(
      base(
        'o',
        'filter output 0',
        ...bits(
          'tcp flags syn',
          'tcp flags == syn',
          'tcp flags & (syn | ack) == syn',
          'tcp flags != syn',
          'tcp flags { syn, syn | ack }',
          'tcp flags ! syn',
          'tcp flags syn,ack',
          'tcp flags & (syn | ack) != 0',
        ),
      ),
    ),
    ends: {
      [`${OUT} flags=S`]: `${SENT} mark ${0xd7}`,
      [`${OUT} flags=SA`]: `${SENT} mark ${0xd9}`,
      [`${OUT} flags=A`]: `${SENT} mark ${0xe8}`,
    },
  },
  {
    name: 'a rule that matches after it has written sees what it wrote, and keeps it where it stops',
    nft: inet(
      base(
        'o',
        'filter output 0',
        'meta mark set 5 meta mark 6 drop',
        'meta mark set mark | 0x10 meta mark 0x15 meta mark set mark ^ 0x1 accept',
      ),
    ),
    ends: { [OUT]: `${SENT} mark ${0x14}` },
    misses: { [OUT]: ['OUTPUT inet t:o:1 DROP'] },
  },
  {
    name: 'the mark of the packet and of the connection are copied, masked and joined',
    nft: inet(
      base(
        'o',
        'filter output 0',
        'ct mark set 0xab',
        'meta mark set 0x1200',
        'meta mark set ct mark',
        'meta mark set mark & 0xf0 | 0x7',
        'ct mark set mark',
        'meta mark set 0',
        'meta mark set ct mark ^ 0x1',
      ),
    ),
    ends: { [OUT]: `${SENT} mark ${0xa6}` },
  },
  {
    name: 'a map gives the value of a mark; without the key the rule stops',
    nft: inet(
      'map m { type ipv4_addr : mark; elements = { 203.0.113.9 : 0x7 } }',
      base(
        'o',
        'filter output 0',
        'meta mark set ip daddr map @m',
        'meta mark set tcp dport map { 443 : 1 } accept',
        'ct mark set tcp dport map { 1-79 : 1, 80 : 2 }',
        'ct mark 2 meta mark set mark | 0x10',
      ),
    ),
    ends: { [OUT]: `${SENT} mark ${0x17}` },
    misses: { [OUT]: ['OUTPUT inet t:o:2 ACCEPT'] },
  },
  {
    name: 'a rule that has to ask a packet for what it lacks stops there: dscp, length, ttl by family',
    nft: inet(
      base(
        'i',
        'filter input 0',
        ...bits(
          'ip ttl 64',
          'ip6 hoplimit 64',
          'ip dscp cs0',
          'ip dscp != cs1',
          'ip length > 1',
          'meta length > 1',
          'ip frag-off & 0x1fff == 0',
        ),
      ),
    ),
    ends: { [IN]: `${DELIVERED} mark ${0x7d}`, [IN6]: `${DELIVERED6} mark ${0x22}` },
  },
  {
    name: 'a table of family ip is for IPv4 alone, one of ip6 for IPv6',
    nft: table('ip x', base('i', 'filter input 0', 'meta mark set 4')) + table('ip6 x', base('i', 'filter input 0', 'meta mark set 6')),
    ends: { [IN]: `${DELIVERED} mark 4`, [IN6]: `${DELIVERED6} mark 6` },
  },
  {
    name: 'without a connection, `ct mark set` does nothing and the rule goes on, `meta mark set ct mark` stops it',
    nft: inet(
      base(
        'p',
        'filter prerouting -300',
        'ct mark set 5 meta mark set 1',
        'meta mark set ct mark meta mark set 2',
        'ct zone set 1 meta mark set mark | 8',
      ),
    ),
    ends: { [IN]: `${DELIVERED} mark 9` },
  },
  {
    name: 'the addresses of a connection are asked for by family: of the other the rule stops',
    nft: inet(
      base(
        'i',
        'filter input 0',
        ...bits(
          'ct original ip saddr 10.0.0.9',
          'ct original ip saddr != 10.0.0.1',
          'ct original ip6 saddr != ::1',
          'ct reply ip daddr 10.0.0.9',
          'ct protocol tcp',
          'ct direction original',
        ),
      ),
    ),
    ends: { [IN]: `${DELIVERED} mark ${0x3b}`, [IN6]: `${DELIVERED6} mark ${0x34}` },
  },
  {
    name: 'what a set of flags in a map or a set names is the whole value: `{ new }` is one bit, `syn` of `{ syn }` the byte',
    nft: inet(
      base(
        'o',
        'filter output 0',
        ...bits(
          'ct state { new, established }',
          'tcp flags { syn, ack }',
          'ct state { untracked }',
          'ct state new,established',
          'ct state vmap { new : continue }',
        ),
      ),
    ),
    ends: { [`${OUT} flags=S`]: `${SENT} mark ${0x1b}`, [`${OUT} flags=SE`]: `${SENT} mark ${0x19}` },
  },
  {
    name: 'the next packet of a flow that took an element into a set is in the set',
    remembers: true,
    nft: inet(
      'set seen { type ipv4_addr; flags dynamic; size 65535; }',
      chain('u', 'add @seen { ip saddr }', 'meta mark set 2'),
      base('i', 'filter input 0', 'ip saddr @seen meta mark set 1 accept', 'jump u'),
    ),
    ends: { [IN]: `${DELIVERED} mark 2`, [IN_UDP]: `${DELIVERED} mark 1` },
  },
];
