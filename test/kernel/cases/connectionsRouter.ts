/** A router: a home network behind eth1 whose connections leave by eth0, with and without NAT. */
import { readFileSync } from 'node:fs';
import type { HostJson } from '../question.ts';
import { type ConnectionRoom, filter, mangle, nat, type PlainEdit, raw, withEnds } from './connectionRoom.ts';

const HOST = JSON.parse(readFileSync(new URL('../../../fixtures/hosts/router.json', import.meta.url), 'utf8')) as HostJson;
const BY_MARK = {
  ip_rules: ['fwmark 7 lookup 200', '-6 fwmark 7 lookup 200'],
  route_tables: { 200: ['default dev eth1', '-6 default dev eth1'] },
};

const COMMON: readonly PlainEdit[] = [
  { edits: [] },
  { edits: [filter('-A FORWARD -i eth0 -m conntrack --ctstate ESTABLISHED -j DROP')] },
  { edits: [filter('-A FORWARD -m conntrack --ctstate NEW -j ACCEPT')], policies: ['FORWARD'] },
  { edits: [filter('-A FORWARD -m conntrack --ctdir REPLY -o eth1 -j REJECT')] },
  { edits: [mangle('-A FORWARD -p tcp --tcp-flags SYN,ACK SYN,ACK -j DROP')] },
  { edits: [filter('-A FORWARD -m conntrack --ctstatus ASSURED --ctdir ORIGINAL -j DROP')] },
  { edits: [mangle('-A POSTROUTING -o eth1 -p tcp --tcp-flags PSH PSH -j DROP')] },
  { edits: [raw('-A PREROUTING -i eth0 -p tcp -j CT --notrack')] },
  { edits: [raw('-A PREROUTING -i eth1 -j CT --zone 2')] },
  { edits: [raw('-A PREROUTING -i eth1 -j CT --zone-orig 2')] },
  {
    edits: [filter('-A FORWARD -m conntrack --ctstate NEW,INVALID -i eth0 -j DROP'), raw('-A PREROUTING -i eth1 -j CT --zone 2')],
  },
  { edits: [mangle('-A PREROUTING -i eth1 ! -p icmp -m conntrack --ctstate ESTABLISHED -j MARK --set-mark 7')], host: BY_MARK },
  { edits: [filter('-A FORWARD -i eth1 -m conntrack --ctorigdstport 443 --ctstate ESTABLISHED -j DROP')] },
];

export const ROUTER_ROOM: ConnectionRoom = {
  name: 'router with NAT',
  family: 4,
  rules: [
    '*nat',
    ':PREROUTING ACCEPT',
    ':INPUT ACCEPT',
    ':OUTPUT ACCEPT',
    ':POSTROUTING ACCEPT',
    '-A PREROUTING -i eth0 -p tcp -m tcp --dport 8443 -j DNAT --to-destination 192.168.1.20:443',
    '-A POSTROUTING -o eth0 -j MASQUERADE',
    'COMMIT',
    '',
  ].join('\n'),
  host: HOST,
  openings: [
    'in tcp 192.168.1.20 -> 8.8.8.8:443 iif=eth1',
    'in udp 192.168.1.20 -> 8.8.8.8:53 iif=eth1',
    'in tcp 203.0.113.9 -> 198.51.100.155:8443 iif=eth0',
    'in tcp 203.0.113.9 -> 198.51.100.155:22 iif=eth0',
    'out tcp -> 203.0.113.9:443',
  ],
  edits: withEnds(
    [
      ...COMMON,
      { edits: [mangle('-A PREROUTING -i eth0 -m conntrack --ctdir REPLY -j TTL --ttl-set 1')] },
      { edits: [filter('-A FORWARD -m conntrack --ctstate SNAT --ctdir REPLY -j DROP')] },
      { edits: [filter('-A FORWARD -m conntrack --ctrepldst 198.51.100.155/32 --ctdir REPLY -j DROP')] },
      { edits: [filter('-A FORWARD -d 192.168.1.0/24 -m conntrack ! --ctstate DNAT -j DROP')] },
      { edits: [nat('-A POSTROUTING -o eth1 -j SNAT --to-source 192.168.1.1')] },
    ],
    [
      ['completes', 'completes', 'completes', 'completes', 'completes'],
      ['syn-ack dropped filter:FORWARD:1', 'answer dropped filter:FORWARD:1', 'ack dropped filter:FORWARD:1', 'completes', 'completes'],
      [
        'syn-ack dropped filter:FORWARD:policy',
        'answer dropped filter:FORWARD:policy',
        'syn-ack dropped filter:FORWARD:policy',
        'completes',
        'completes',
      ],
      ['syn-ack rejected filter:FORWARD:1', 'answer rejected filter:FORWARD:1', 'completes', 'completes', 'completes'],
      ['syn-ack dropped mangle:FORWARD:1', 'completes', 'syn-ack dropped mangle:FORWARD:1', 'completes', 'completes'],
      ['ack dropped filter:FORWARD:1', 'completes', 'ack dropped filter:FORWARD:1', 'completes', 'completes'],
      ['data-back dropped mangle:POSTROUTING:1', 'completes', 'data dropped mangle:POSTROUTING:1', 'completes', 'completes'],
      ['syn-ack delivered', 'completes', 'refused', 'completes', 'completes'],
      ['syn-ack delivered', 'answer delivered', 'syn-ack forwarded', 'completes', 'completes'],
      ['completes', 'completes', 'completes', 'completes', 'completes'],
      ['syn-ack delivered', 'answer delivered', 'first dropped filter:FORWARD:1', 'completes', 'completes'],
      ['ack lost masquerade-moved', 'data lost masquerade-moved', 'completes', 'completes', 'completes'],
      ['ack dropped filter:FORWARD:1', 'completes', 'completes', 'completes', 'completes'],
      ['syn-ack lost ttl-exceeded', 'answer lost ttl-exceeded', 'completes', 'completes', 'completes'],
      ['syn-ack dropped filter:FORWARD:1', 'answer dropped filter:FORWARD:1', 'completes', 'completes', 'completes'],
      ['syn-ack dropped filter:FORWARD:1', 'answer dropped filter:FORWARD:1', 'completes', 'completes', 'completes'],
      ['syn-ack dropped filter:FORWARD:1', 'answer dropped filter:FORWARD:1', 'completes', 'completes', 'completes'],
      ['completes', 'completes', 'completes', 'completes', 'completes'],
    ],
  ),
};

export const ROUTER6_ROOM: ConnectionRoom = {
  name: 'router of IPv6',
  family: 6,
  rules: '*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n',
  host: HOST,
  openings: [
    'in tcp fd00:192:168:1::20 -> [2001:4860::8]:443 iif=eth1',
    'in udp fd00:192:168:1::20 -> [2001:4860::8]:53 iif=eth1',
    'in tcp 2001:4860::9 -> [2001:db8::155]:22 iif=eth0',
    'out tcp -> [2001:4860::9]:443',
  ],
  edits: withEnds(
    [...COMMON, { edits: [mangle('-A PREROUTING -i eth0 -m conntrack --ctdir REPLY -j HL --hl-set 1')] }],
    [
      ['completes', 'completes', 'completes', 'completes'],
      ['syn-ack dropped filter:FORWARD:1', 'answer dropped filter:FORWARD:1', 'completes', 'completes'],
      ['syn-ack dropped filter:FORWARD:policy', 'answer dropped filter:FORWARD:policy', 'completes', 'completes'],
      ['syn-ack rejected filter:FORWARD:1', 'answer rejected filter:FORWARD:1', 'completes', 'completes'],
      ['syn-ack dropped mangle:FORWARD:1', 'completes', 'completes', 'completes'],
      ['ack dropped filter:FORWARD:1', 'completes', 'completes', 'completes'],
      ['data-back dropped mangle:POSTROUTING:1', 'completes', 'completes', 'completes'],
      ['completes', 'completes', 'completes', 'completes'],
      ['completes', 'completes', 'completes', 'completes'],
      ['completes', 'completes', 'completes', 'completes'],
      ['syn-ack dropped filter:FORWARD:1', 'answer dropped filter:FORWARD:1', 'completes', 'completes'],
      ['completes', 'completes', 'completes', 'completes'],
      ['ack dropped filter:FORWARD:1', 'completes', 'completes', 'completes'],
      ['syn-ack lost ttl-exceeded', 'answer lost ttl-exceeded', 'completes', 'completes'],
    ],
  ),
};
