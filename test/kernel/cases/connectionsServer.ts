/** A server: ports where processes listen and ports where none does. */
import { readFileSync } from 'node:fs';
import type { Family } from '../../../src/packet/address.ts';
import type { HostJson } from '../question.ts';
import { type ConnectionRoom, filter, mangle, type PlainEdit, type RoomEdit, raw, withEnds } from './connectionRoom.ts';

const HOST = JSON.parse(readFileSync(new URL('../../../fixtures/hosts/server.json', import.meta.url), 'utf8')) as HostJson;
const SECOND: Partial<HostJson> = {
  interfaces: [
    { name: 'eth0', addresses: ['198.51.100.10/24', '2001:db8::10/64'] },
    { name: 'net1', addresses: ['192.168.50.5/24', 'fd00:192:168:50::5/64'] },
  ],
};

const server = (family: Family, openings: readonly string[], edits: readonly RoomEdit[]): ConnectionRoom => ({
  name: `server, IPv${family}`,
  family,
  rules: '*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n',
  host: HOST,
  openings,
  edits,
});

const EDITS: readonly PlainEdit[] = [
  { edits: [] },
  { edits: [filter('-A OUTPUT -p tcp --tcp-flags RST RST -j DROP')] },
  { edits: [filter('-A INPUT -p tcp --dport 81 -j DROP'), filter('-A INPUT -p udp -j DROP')] },
  { edits: [filter('-A INPUT -p tcp --dport 81 -j REJECT --reject-with tcp-reset'), filter('-A INPUT -p udp -j REJECT')] },
  { edits: [filter('-A OUTPUT -m owner --socket-exists -m conntrack --ctdir REPLY -j DROP')] },
  { edits: [filter('-A OUTPUT -m conntrack --ctstate RELATED -j DROP')] },
  { edits: [filter('-A OUTPUT -m owner ! --uid-owner 33 -m conntrack --ctstate ESTABLISHED -j DROP')] },
  { edits: [raw('-A PREROUTING -p udp -j CT --zone 3'), filter('-A OUTPUT -m conntrack --ctstate INVALID -j DROP')] },
  { edits: [mangle('-A INPUT -p tcp --syn -j MARK --set-mark 7'), mangle('-A OUTPUT -m mark --mark 7 -j DROP')] },
  { edits: [filter('-A INPUT -p tcp -m conntrack ! --ctstate NEW -m tcp --dport 80 -j DROP')] },
  {
    edits: [filter('-A INPUT -p tcp ! --syn -m conntrack --ctstate NEW -j DROP'), raw('-A PREROUTING -p tcp --syn -j CT --notrack')],
  },
];

/** What the kernel itself answers has the mark of the packet that it is about. */
const REFLECTS: Partial<HostJson> = { sysctls: { 'net.ipv4.fwmark_reflect': '1', 'net.ipv6.fwmark_reflect': '1' } };
/** Conntrack has the connection twice, or what ends it goes past it. */
const TWICE: readonly PlainEdit[] = [
  {
    edits: [raw('-A PREROUTING -p tcp --tcp-flags SYN,ACK ACK -j CT --zone 3'), filter('-A INPUT -m conntrack --ctstate INVALID -j DROP')],
  },
  { edits: [raw('-A PREROUTING -p tcp --tcp-flags FIN FIN -j CT --notrack'), filter('-A OUTPUT -m conntrack --ctstate INVALID -j DROP')] },
];
const MARKED_ANSWERS = [mangle('-A PREROUTING -j MARK --set-mark 7'), mangle('-A OUTPUT -m mark --mark 7 -j DROP')];
const REFLECTING: readonly PlainEdit[] = [
  { edits: MARKED_ANSWERS, host: REFLECTS },
  {
    edits: [...MARKED_ANSWERS, filter('-A INPUT -p tcp --dport 81 -j REJECT --reject-with tcp-reset'), filter('-A INPUT -p udp -j REJECT')],
    host: REFLECTS,
  },
];

export const SERVER_ROOM = server(
  4,
  [
    'in tcp 203.0.113.9 -> 198.51.100.10:22',
    'in tcp 203.0.113.9 -> 198.51.100.10:80',
    'in tcp 203.0.113.9 -> 198.51.100.10:81',
    'in udp 203.0.113.9 -> 198.51.100.10:53',
    'out tcp -> 127.0.0.1:81 uid=33 gid=33',
    'out udp -> 198.51.100.10:9 uid=33 gid=33',
  ],
  withEnds(
    [
      ...EDITS,
      {
        edits: [mangle('-A INPUT -p tcp --syn -j MARK --set-mark 7'), mangle('-A OUTPUT -m mark --mark 7 -j DROP')],
        host: { sysctls: { 'net.ipv4.tcp_fwmark_accept': '1', 'net.ipv4.fwmark_reflect': '1' } },
      },
      ...REFLECTING,
      ...TWICE,
    ],
    [
      ['completes', 'completes', 'refused', 'refused', 'refused', 'refused'],
      ['completes', 'completes', 'rst dropped filter:OUTPUT:1', 'refused', 'rst dropped filter:OUTPUT:1', 'refused'],
      [
        'completes',
        'completes',
        'first dropped filter:INPUT:1',
        'first dropped filter:INPUT:2',
        'first dropped filter:INPUT:1',
        'first dropped filter:INPUT:2',
      ],
      ['completes', 'completes', 'refused', 'refused', 'refused', 'refused'],
      [
        'syn-ack dropped filter:OUTPUT:1',
        'syn-ack dropped filter:OUTPUT:1',
        'rst dropped filter:OUTPUT:1',
        'error dropped filter:OUTPUT:1',
        'rst dropped filter:OUTPUT:1',
        'error dropped filter:OUTPUT:1',
      ],
      ['completes', 'completes', 'refused', 'error dropped filter:OUTPUT:1', 'refused', 'error dropped filter:OUTPUT:1'],
      ['syn-ack dropped filter:OUTPUT:1', 'completes', 'rst dropped filter:OUTPUT:1', 'refused', 'rst dropped filter:OUTPUT:1', 'refused'],
      ['completes', 'completes', 'refused', 'error dropped filter:OUTPUT:1', 'refused', 'refused'],
      ['completes', 'completes', 'refused', 'refused', 'refused', 'refused'],
      ['completes', 'ack dropped filter:INPUT:1', 'refused', 'refused', 'refused', 'refused'],
      ['ack dropped filter:INPUT:1', 'ack dropped filter:INPUT:1', 'refused', 'refused', 'refused', 'refused'],
      [
        'syn-ack dropped mangle:OUTPUT:1',
        'syn-ack dropped mangle:OUTPUT:1',
        'rst dropped mangle:OUTPUT:1',
        'refused',
        'rst dropped mangle:OUTPUT:1',
        'refused',
      ],
      [
        'completes',
        'completes',
        'rst dropped mangle:OUTPUT:1',
        'error dropped mangle:OUTPUT:1',
        'rst dropped mangle:OUTPUT:1',
        'error dropped mangle:OUTPUT:1',
      ],
      [
        'completes',
        'completes',
        'rst dropped mangle:OUTPUT:1',
        'error dropped mangle:OUTPUT:1',
        'rst dropped mangle:OUTPUT:1',
        'error dropped mangle:OUTPUT:1',
      ],
      ['completes', 'completes', 'refused', 'refused', 'refused', 'refused'],
      ['fin-back dropped filter:OUTPUT:1', 'fin-back dropped filter:OUTPUT:1', 'refused', 'refused', 'refused', 'refused'],
    ],
  ),
);

export const SERVER6_ROOM = server(
  6,
  [
    'in tcp 2001:db8:9::9 -> [2001:db8::10]:22',
    'in tcp 2001:db8:9::9 -> [2001:db8::10]:80',
    'in tcp 2001:db8:9::9 -> [2001:db8::10]:81',
    'in udp 2001:db8:9::9 -> [2001:db8::10]:53',
    'out tcp -> [::1]:81 uid=33 gid=33',
  ],
  withEnds(
    [...EDITS, ...REFLECTING, ...TWICE],
    [
      ['completes', 'completes', 'refused', 'refused', 'refused'],
      ['completes', 'completes', 'rst dropped filter:OUTPUT:1', 'refused', 'rst dropped filter:OUTPUT:1'],
      ['completes', 'completes', 'first dropped filter:INPUT:1', 'first dropped filter:INPUT:2', 'first dropped filter:INPUT:1'],
      ['completes', 'completes', 'refused', 'refused', 'refused'],
      ['syn-ack dropped filter:OUTPUT:1', 'syn-ack dropped filter:OUTPUT:1', 'refused', 'error dropped filter:OUTPUT:1', 'refused'],
      ['completes', 'completes', 'refused', 'error dropped filter:OUTPUT:1', 'refused'],
      ['syn-ack dropped filter:OUTPUT:1', 'completes', 'rst dropped filter:OUTPUT:1', 'refused', 'rst dropped filter:OUTPUT:1'],
      ['completes', 'completes', 'refused', 'error dropped filter:OUTPUT:1', 'refused'],
      ['completes', 'completes', 'refused', 'refused', 'refused'],
      ['completes', 'ack dropped filter:INPUT:1', 'refused', 'refused', 'refused'],
      ['ack dropped filter:INPUT:1', 'ack dropped filter:INPUT:1', 'refused', 'refused', 'refused'],
      ['completes', 'completes', 'rst dropped mangle:OUTPUT:1', 'error dropped mangle:OUTPUT:1', 'rst dropped mangle:OUTPUT:1'],
      ['completes', 'completes', 'rst dropped mangle:OUTPUT:1', 'error dropped mangle:OUTPUT:1', 'rst dropped mangle:OUTPUT:1'],
      ['completes', 'completes', 'refused', 'refused', 'refused'],
      ['fin-back dropped filter:OUTPUT:1', 'fin-back dropped filter:OUTPUT:1', 'refused', 'refused', 'refused'],
    ],
  ),
);

/** The second interface has its own network, and answers leave by the default route, unless a rule says otherwise. */
export const TWO_WAYS_ROOM: ConnectionRoom = {
  ...SERVER_ROOM,
  name: 'server with two interfaces',
  openings: [
    'in tcp 192.168.50.9 -> 192.168.50.5:22 iif=net1',
    'in tcp 10.9.9.9 -> 192.168.50.5:22 iif=net1',
    'in tcp 10.9.9.9 -> 198.51.100.10:22 iif=net1',
  ],
  edits: [
    { edits: [], host: SECOND, ends: ['completes', 'completes', 'completes'] },
    {
      edits: [],
      host: { ...SECOND, sysctls: { 'net.ipv4.conf.all.rp_filter': '1' } },
      ends: ['completes', 'first lost reverse-path', 'first lost reverse-path'],
    },
    { edits: [], host: { ...SECOND, sysctls: { 'net.ipv4.conf.all.rp_filter': '2' } }, ends: ['completes', 'completes', 'completes'] },
    {
      edits: [],
      host: { ...SECOND, ip_rules: ['from 192.168.50.5 lookup 200'], route_tables: { 200: ['default via 192.168.50.1 dev net1'] } },
      ends: ['completes', 'completes', 'completes'],
    },
    {
      edits: [
        mangle('-A PREROUTING -i net1 -m conntrack --ctstate NEW -j CONNMARK --set-mark 7'),
        mangle('-A OUTPUT -m connmark --mark 7 -j CONNMARK --restore-mark'),
      ],
      host: { ...SECOND, ip_rules: ['fwmark 7 lookup 200'], route_tables: { 200: ['default via 192.168.50.1 dev net1'] } },
      ends: ['completes', 'completes', 'completes'],
    },
  ],
};

const FIN_ELSEWHERE = raw('-A OUTPUT -p tcp --tcp-flags FIN FIN -j CT --zone-orig 3');
const DATA_ELSEWHERE = raw('-A OUTPUT -p tcp --tcp-flags PSH PSH --dport 81 -j CT --zone-orig 3');
const ROUTED = { 'net.ipv4.tcp_early_demux': '0' };
const NOT_LOOSE = { 'net.netfilter.nf_conntrack_tcp_loose': '0' };
const TO_LO = { 'net.ipv4.conf.lo.accept_local': '1', 'net.ipv4.conf.lo.route_localnet': '1' };

/** Its own processes are sent to another port of 127.0.0.1. What conntrack finds on lo alone has been through OUTPUT as it was. */
export const REDIRECTING_ROOM: ConnectionRoom = {
  ...SERVER_ROOM,
  name: 'server that redirects its own connections',
  rules: '*nat\n:OUTPUT ACCEPT\n-A OUTPUT -p tcp --dport 81 -j REDIRECT --to-ports 80\nCOMMIT\n',
  openings: ['out tcp -> 198.51.100.10:81 uid=33 gid=33', 'out tcp -> 127.0.0.1:81 uid=33 gid=33', 'out tcp -> 127.0.0.6:81 uid=33 gid=33'],
  edits: [
    { edits: [FIN_ELSEWHERE], ends: ['completes', 'completes', 'completes'] },
    {
      edits: [FIN_ELSEWHERE],
      host: { sysctls: ROUTED },
      ends: ['fin lost martian-destination', 'completes', 'fin lost martian-destination'],
    },
    { edits: [FIN_ELSEWHERE], host: { sysctls: { ...ROUTED, ...TO_LO } }, ends: ['completes', 'completes', 'completes'] },
    { edits: [DATA_ELSEWHERE], host: { sysctls: NOT_LOOSE }, ends: ['completes', 'completes', 'completes'] },
    {
      edits: [DATA_ELSEWHERE],
      host: { sysctls: { ...NOT_LOOSE, ...ROUTED } },
      ends: ['data lost martian-destination', 'completes', 'data lost martian-destination'],
    },
  ],
};
