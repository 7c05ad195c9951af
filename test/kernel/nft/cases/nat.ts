/** When nat chains are asked, and what their statements do. */
import { FORWARDING } from '../../cases/kernelCase.ts';
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
  SENT,
  SENT6,
  THROUGH,
  table,
  toPort,
} from './nftCase.ts';

/** Something in both families uses conntrack, so that nat chains run. */
const CONNTRACK = base('uses', 'filter input 300', 'ct state invalid counter');

export const NFT_NAT_CASES: readonly NftCase[] = [
  {
    name: 'of `typeof ... : ip daddr . tcp dport` a map is asked for packets of TCP alone, though its key has a protocol',
    nft: inet(
      'map m { typeof ip saddr . meta l4proto : ip daddr . tcp dport; elements = { 10.0.0.9 . tcp : 10.244.0.5 . 8080, 10.0.0.9 . udp : 10.244.0.5 . 8081 }; }',
      base('n', 'nat prerouting -100', 'dnat ip to ip saddr . meta l4proto map @m'),
    ),
    ends: { [IN]: toPort(8080), [IN_UDP]: toPort(80) },
  },
  {
    name: 'with `prefix` the address keeps the bits in which both ends of the range differ, be the range a prefix or not',
    nft: inet(base('n', 'nat postrouting 100', 'snat ip prefix to 10.0.0.17-10.0.0.22', 'snat ip6 prefix to fd00::10-fd00::1f')),
    ends: { [OUT]: 'sent -o eth0 10.0.0.21:40000 > 203.0.113.9:80', [OUT6]: 'sent -o eth0 [fd00::15]:40000 > [2001:db8::9]:80' },
  },
  {
    name: 'the status of a connection is never one bit of NAT or of an answer alone',
    nft: inet(
      base('n', 'nat postrouting 100', 'snat ip to 10.244.0.7'),
      base(
        'l',
        'filter postrouting 101',
        'ct status != snat meta mark set mark | 1',
        'ct status { snat, dnat, seen-reply, assured } meta mark set mark | 2',
        'ct status != { snat, dnat } meta mark set mark | 4',
        'ct status snat meta mark set mark | 8',
      ),
    ),
    ends: { [OUT]: 'sent -o eth0 10.244.0.7:40000 > 203.0.113.9:80 mark 13' },
  },
  {
    name: 'rules behind the chains of nat see the port that was picked',
    remembers: true,
    nft: inet(
      base('n', 'nat postrouting 100', 'meta l4proto tcp masquerade to :1024-1025 random'),
      base('l', 'filter postrouting 101', 'tcp sport 40000 drop', 'tcp sport { 1024, 1025 } meta mark set 1'),
    ),
    meets: { [OUT]: ['POSTROUTING inet t:n:1 ACCEPT', 'POSTROUTING inet t:l:2 CONTINUE'] },
    misses: { [OUT]: ['POSTROUTING inet t:l:1 DROP'] },
  },
  {
    name: 'of one priority what was made last runs first, however many chains rules have in braces',
    nft:
      table(
        'inet t',
        CONNTRACK,
        base('o', 'filter output 0', 'udp dport 1 jump {\nudp sport 1\n}', 'udp dport 2 jump {\nudp sport 2\n}'),
        base('n', 'nat prerouting -110', 'drop'),
      ) + table('inet u', base('n', 'nat prerouting -110', 'return')),
    meets: { [IN]: ['PREROUTING inet u:n:1 RETURN', 'PREROUTING inet t:n:1 DROP'] },
  },
  {
    name: 'nat chains run at -100 whatever their own priority: 50 is before a filter chain at 0',
    nft: inet(
      base('n', 'nat prerouting 50', 'meta l4proto tcp redirect to :1111'),
      base('f', 'filter prerouting 0', 'tcp dport 1111 meta mark set 1'),
      base('g', 'filter prerouting -101', 'tcp dport 80 meta mark set 0x10'),
    ),
    ends: { [IN]: `${toPort(1111)} mark 1` },
  },
  {
    name: 'nat chains run at -100 whatever their own priority: -199 is after a filter chain at -150',
    nft: inet(
      base('n', 'nat prerouting -199', 'meta l4proto tcp redirect to :1111'),
      base('f', 'filter prerouting -150', 'tcp dport 80 meta mark set 1'),
    ),
    ends: { [IN]: `${toPort(1111)} mark 1` },
  },
  {
    name: 'at postrouting they run at 100, and there too their priority counts among themselves only',
    nft: inet(
      base('n', 'nat postrouting -50', 'meta l4proto tcp snat ip to 10.244.0.7'),
      base('o', 'nat postrouting -60', 'meta l4proto tcp snat ip to 10.244.0.6:7'),
      base('f', 'filter postrouting 99', 'ip saddr 10.244.0.5 meta mark set 1'),
      base('g', 'filter postrouting 101', 'ip saddr 10.244.0.6 meta mark set mark | 2'),
    ),
    ends: { [OUT]: 'sent -o eth0 10.244.0.6:7 > 203.0.113.9:80 mark 3' },
  },
  {
    name: 'a filter chain at -100 that is made after the first nat chain runs before it',
    nft: inet(
      base('n', 'nat prerouting -90', 'meta l4proto tcp redirect to :1111'),
      base('f', 'filter prerouting -100', 'tcp dport 80 meta mark set 1'),
    ),
    ends: { [IN]: `${toPort(1111)} mark 1` },
  },
  {
    name: 'a filter chain at -100 that is made before the first nat chain runs after it',
    nft: inet(
      base('f', 'filter prerouting -100', 'tcp dport 80 meta mark set 1'),
      base('n', 'nat prerouting -90', 'meta l4proto tcp redirect to :1111'),
    ),
    ends: { [IN]: toPort(1111) },
  },
  {
    name: 'nat chains are not asked while nothing uses conntrack',
    nft: inet(base('n', 'nat prerouting -100', 'meta mark set 1')),
    ends: { [IN]: DELIVERED },
  },
  {
    name: 'once something uses it, they are, also without a statement of nat',
    nft: inet(base('n', 'nat prerouting -100', 'meta mark set 1'), CONNTRACK),
    ends: { [IN]: `${DELIVERED} mark 1` },
  },
  {
    name: 'a rule of family ip6 does not start conntrack for IPv4',
    nft: inet(base('n', 'nat prerouting -100', 'meta mark set 1')) + table('ip6 x', base('i', 'filter input 0', 'ct state new accept')),
    ends: { [IN]: DELIVERED, [IN6]: `${DELIVERED6} mark 1` },
  },
  {
    name: 'in a table of family inet, snat and dnat start conntrack for their own family alone',
    nft: inet(base('n', 'nat prerouting -100', 'meta mark set 1', 'tcp dport 1 dnat ip6 to [fd00::1]:1')),
    ends: { [IN]: DELIVERED, [IN6]: `${DELIVERED6} mark 1` },
  },
  {
    name: 'and redirect, masquerade and what asks for a connection start it for both',
    nft: inet(base('n', 'nat prerouting -100', 'meta mark set 1', 'ip daddr 192.0.2.1 tcp dport 1 redirect')),
    ends: { [IN]: `${DELIVERED} mark 1`, [IN6]: `${DELIVERED6} mark 1` },
  },
  {
    name: 'a nat chain may drop',
    nft: inet(base('n', 'nat prerouting -100', 'tcp dport 80 drop'), CONNTRACK),
    ends: { [IN]: 'dropped' },
  },
  {
    name: 'a nat chain may reject',
    nft: inet(base('n', 'nat output -100', 'tcp dport 80 reject'), CONNTRACK),
    ends: { [OUT]: 'rejected' },
  },
  {
    name: 'a nat chain may have the policy drop',
    nft: inet(base('n', 'nat prerouting -100', 'policy drop;', 'tcp dport 443 accept'), CONNTRACK),
    ends: { [IN]: 'dropped' },
  },
  {
    name: 'the drop of a nat chain counts for nothing while nothing uses conntrack',
    nft: inet(base('n', 'nat prerouting -100', 'policy drop;')),
    ends: { [IN]: DELIVERED },
  },
  {
    name: 'redirect of a local packet goes to 127.0.0.1 and ::1, without a port to the same port',
    nft: inet(base('n', 'nat output -100', 'meta l4proto tcp redirect')),
    ends: {
      [OUT]: 'delivered -i lo 10.244.0.5:40000 > 127.0.0.1:80',
      [OUT6]: 'delivered -i lo [fd00:10:244::5]:40000 > [::1]:80',
    },
  },
  {
    name: 'redirect of an arriving packet goes to an address of its interface',
    host: FORWARDING,
    nft: inet(base('n', 'nat prerouting -100', 'meta l4proto tcp redirect to :15006')),
    ends: { [THROUGH]: toPort(15006) },
  },
  {
    name: 'dnat for one family does nothing to the other: the rule matches, and the next one runs',
    nft: inet(base('n', 'nat output -100', 'meta l4proto tcp dnat ip to 192.168.50.9:81', 'meta mark set 1'), CONNTRACK),
    ends: { [OUT]: 'sent -o net1 10.244.0.5:40000 > 192.168.50.9:81', [OUT6]: `${SENT6} mark 1` },
    meets: { [OUT6]: ['OUTPUT inet t:n:1 CONTINUE'] },
  },
  {
    name: 'snat works at input',
    nft: inet(base('n', 'nat input 100', 'meta l4proto tcp snat ip to 10.9.9.9')),
    ends: { [IN]: 'delivered -i eth0 10.9.9.9:40000 > 10.244.0.5:80' },
  },
  {
    name: 'masquerade takes the address of the interface by which the packet leaves',
    host: FORWARDING,
    nft: inet(base('n', 'nat postrouting 100', 'oifname "net1" masquerade')),
    ends: { [THROUGH]: 'forwarded -o net1 192.168.50.5:40000 > 192.168.50.9:80' },
  },
  {
    name: 'a map gives the target of nat; without the key the rule stops, and the next one runs',
    nft: inet(
      base(
        'n',
        'nat output -100',
        'dnat ip to ip daddr . tcp dport map { 203.0.113.9 . 443 : 10.9.9.1 . 1, 203.0.113.9 . 80 : 10.9.9.2 . 81 }',
        'meta l4proto udp dnat ip to udp dport map { 53 : 10.9.9.3 }',
        'meta mark set 1',
      ),
    ),
    ends: {
      [OUT]: 'sent -o eth0 10.244.0.5:40000 > 10.9.9.2:81',
      'out udp 10.244.0.5 -> 203.0.113.9:80': `${SENT} mark 1`,
      'out udp 10.244.0.5 -> 203.0.113.9:53': 'sent -o eth0 10.244.0.5:40000 > 10.9.9.3:53',
    },
  },
  {
    name: 'a local packet whose mark a chain of type route has changed is routed anew, at any priority',
    host: { ip_rules: ['fwmark 1 lookup 100'], route_tables: { 100: ['default via 192.168.50.1 dev net1'] } },
    nft: inet(base('r', 'route output 300', 'meta mark set 1')),
    ends: { [OUT]: 'sent -o net1 10.244.0.5:40000 > 203.0.113.9:80 mark 1' },
  },
  {
    name: 'a mark that a chain of type filter or nat has set does not route anew',
    host: { ip_rules: ['fwmark 1 lookup 100'], route_tables: { 100: ['default via 192.168.50.1 dev net1'] } },
    nft: inet(
      base('f', 'filter output -150', 'tcp dport 80 meta mark set 1'),
      base('n', 'nat output -100', 'udp dport 80 meta mark set 1'),
      CONNTRACK,
    ),
    ends: { [OUT]: `${SENT} mark 1`, 'out udp 10.244.0.5 -> 203.0.113.9:80': `${SENT} mark 1` },
  },
  {
    name: 'the interface by which a forwarded packet came is known at postrouting',
    host: FORWARDING,
    nft: inet(base('p', 'filter postrouting 0', 'iifname "eth0" meta mark set 1')),
    ends: { [THROUGH]: `${FORWARDED} mark 1` },
  },
];
