/** A pod whose connections Istio redirects: the application to a server, the proxy to it, a client to the pod, the application to itself over
 *  loopback, and a question of DNS. More edits of the kind of connections.ts. */
import { dumpOf, readFixture } from '../../support/fixtures.ts';
import type { HostJson } from '../question.ts';
import { type ConnectionRoom, filter, mangle, nat, raw } from './connectionRoom.ts';

const SIDECAR = readFixture('istio-sidecar');
const MARKED_AWAY = {
  ip_rules: ['fwmark 7 lookup 200'],
  route_tables: { 200: ['blackhole default'] },
};

export const SIDECAR_ROOM: ConnectionRoom = {
  name: 'istio sidecar',
  family: 4,
  rules: dumpOf(SIDECAR.text, 4),
  host: SIDECAR.host as HostJson,
  openings: [
    'out tcp -> 10.0.0.9:80 uid=1000',
    'out tcp -> 10.0.0.9:80 uid=1337 gid=1337',
    'in tcp 10.244.0.1 -> 10.244.0.5:8080',
    'out tcp -> 127.0.0.1:8080 uid=1000',
    'out udp -> 10.96.0.10:53 uid=1000',
  ],
  edits: [
    {
      edits: [mangle('-A INPUT -m conntrack --ctstate ESTABLISHED -j DROP')],
      ends: [
        'syn-ack dropped mangle:INPUT:1',
        'syn-ack dropped mangle:INPUT:1',
        'ack dropped mangle:INPUT:1',
        'syn-ack dropped mangle:INPUT:1',
        'answer dropped mangle:INPUT:1',
      ],
    },
    {
      edits: [mangle('-A PREROUTING -i eth0 -m conntrack --ctdir REPLY -j DROP')],
      ends: ['completes', 'syn-ack dropped mangle:PREROUTING:1', 'completes', 'completes', 'answer dropped mangle:PREROUTING:1'],
    },
    {
      edits: [mangle('-A OUTPUT -m conntrack --ctstatus SEEN_REPLY -j DROP')],
      ends: [
        'syn-ack dropped mangle:OUTPUT:1',
        'ack dropped mangle:OUTPUT:1',
        'syn-ack dropped mangle:OUTPUT:1',
        'syn-ack dropped mangle:OUTPUT:1',
        'data dropped mangle:OUTPUT:1',
      ],
    },
    {
      edits: [mangle('-A POSTROUTING -m conntrack --ctstate DNAT --ctdir REPLY -j DROP')],
      ends: ['syn-ack dropped mangle:POSTROUTING:1', 'completes', 'syn-ack dropped mangle:POSTROUTING:1', 'completes', 'completes'],
    },
    {
      edits: [mangle('-A INPUT -m conntrack --ctstatus ASSURED -j DROP')],
      ends: [
        'ack dropped mangle:INPUT:1',
        'data-back dropped mangle:INPUT:1',
        'ack dropped mangle:INPUT:1',
        'ack dropped mangle:INPUT:1',
        'completes',
      ],
    },
    {
      edits: [filter('-A OUTPUT -m conntrack ! --ctstatus CONFIRMED -j DROP')],
      ends: [
        'first dropped filter:OUTPUT:1',
        'first dropped filter:OUTPUT:1',
        'completes',
        'first dropped filter:OUTPUT:1',
        'first dropped filter:OUTPUT:1',
      ],
    },
    {
      edits: [filter('-A OUTPUT -m conntrack --ctreplsrcport 15001 --ctdir REPLY -j DROP')],
      ends: ['syn-ack dropped filter:OUTPUT:1', 'completes', 'completes', 'completes', 'completes'],
    },
    {
      edits: [filter('-A INPUT -m conntrack --ctorigdst 10.244.0.5/32 --ctorigdstport 8080 --ctstate ESTABLISHED -j DROP')],
      ends: ['completes', 'completes', 'ack dropped filter:INPUT:1', 'completes', 'completes'],
    },
    {
      edits: [filter('-A INPUT -p tcp -m conntrack --ctrepldst 10.244.0.5/32 --ctreplsrc 10.0.0.9/32 -j DROP')],
      ends: ['completes', 'syn-ack dropped filter:INPUT:1', 'completes', 'completes', 'completes'],
    },
    {
      edits: [filter('-A OUTPUT -m conntrack --ctproto 6 --ctorigsrc 10.244.0.1/32 -j DROP')],
      ends: ['completes', 'completes', 'syn-ack dropped filter:OUTPUT:1', 'completes', 'completes'],
    },
    {
      edits: [filter('-A INPUT -m conntrack --ctproto 17 --ctstate ESTABLISHED -j DROP')],
      ends: ['completes', 'completes', 'completes', 'completes', 'answer dropped filter:INPUT:1'],
    },
    {
      edits: [filter('-A OUTPUT -p tcp -m conntrack --ctstate INVALID,UNTRACKED -j DROP')],
      ends: ['completes', 'completes', 'completes', 'completes', 'completes'],
    },
    {
      edits: [raw('-A PREROUTING -i eth0 -p tcp --tcp-flags SYN,ACK SYN -j CT --notrack')],
      ends: ['completes', 'completes', 'ack delivered', 'completes', 'completes'],
    },
    {
      edits: [raw('-A PREROUTING -i eth0 -p tcp --tcp-flags SYN,ACK SYN,ACK -j CT --notrack')],
      ends: ['completes', 'completes', 'completes', 'completes', 'completes'],
    },
    {
      edits: [raw('-A OUTPUT -p tcp --tcp-flags SYN,ACK SYN,ACK -j CT --notrack')],
      ends: ['syn-ack delivered', 'completes', 'syn-ack sent', 'completes', 'completes'],
    },
    {
      edits: [raw('-A OUTPUT -p tcp ! --syn -j CT --notrack')],
      ends: ['syn-ack delivered', 'completes', 'syn-ack sent', 'completes', 'completes'],
    },
    {
      edits: [raw('-A PREROUTING -p tcp --tcp-flags FIN FIN -j CT --notrack')],
      ends: ['completes', 'completes', 'fin delivered', 'completes', 'completes'],
    },
    { edits: [raw('-A PREROUTING -i lo -p tcp -j CT --notrack')], ends: ['completes', 'completes', 'completes', 'completes', 'completes'] },
    {
      edits: [raw('-A OUTPUT -p tcp -m owner --uid-owner 1000 -j CT --zone 7')],
      ends: ['syn-ack delivered', 'completes', 'completes', 'completes', 'completes'],
    },
    {
      edits: [raw('-A OUTPUT -p tcp --sport 15006 -j CT --zone 5')],
      ends: ['completes', 'completes', 'syn-ack sent', 'completes', 'completes'],
    },
    {
      edits: [raw('-A PREROUTING -i eth0 -p tcp -j CT --zone-orig 4')],
      ends: ['completes', 'completes', 'completes', 'completes', 'completes'],
    },
    {
      edits: [raw('-A PREROUTING -i eth0 -p tcp --dport 8080 -j CT --zone-reply 4')],
      ends: ['completes', 'completes', 'syn-ack sent', 'completes', 'completes'],
    },
    {
      edits: [
        raw('-A PREROUTING -i eth0 -p udp --sport 53 -j CT --zone 1'),
        filter('-A INPUT -m conntrack --ctstate NEW -i eth0 -p udp -j DROP'),
      ],
      ends: ['completes', 'completes', 'completes', 'completes', 'answer dropped filter:INPUT:1'],
    },
    {
      edits: [filter('-A OUTPUT -p tcp --sport 15006 -m length --length 53:1500 ! --syn -j DROP')],
      ends: ['completes', 'completes', 'syn-ack dropped filter:OUTPUT:1', 'completes', 'completes'],
    },
    {
      edits: [filter('-A INPUT -p tcp -m length ! --length 60 -j DROP')],
      ends: [
        'ack dropped filter:INPUT:1',
        'data-back dropped filter:INPUT:1',
        'ack dropped filter:INPUT:1',
        'ack dropped filter:INPUT:1',
        'completes',
      ],
    },
    {
      edits: [filter('-A OUTPUT -p tcp --tcp-flags FIN FIN -j DROP')],
      ends: [
        'fin dropped filter:OUTPUT:1',
        'fin dropped filter:OUTPUT:1',
        'fin-back dropped filter:OUTPUT:1',
        'fin dropped filter:OUTPUT:1',
        'completes',
      ],
    },
    {
      edits: [filter('-A INPUT -p tcp --tcp-flags ALL ACK -j DROP')],
      ends: ['ack dropped filter:INPUT:1', 'completes', 'ack dropped filter:INPUT:1', 'ack dropped filter:INPUT:1', 'completes'],
    },
    {
      edits: [filter('-A INPUT -i eth0 -p tcp --tcp-flags PSH PSH -j REJECT --reject-with tcp-reset')],
      ends: ['completes', 'data-back rejected filter:INPUT:1', 'data rejected filter:INPUT:1', 'completes', 'completes'],
    },
    {
      edits: [filter('-A OUTPUT -m owner --uid-owner 1337 -m conntrack --ctstate ESTABLISHED -j DROP')],
      ends: ['syn-ack dropped filter:OUTPUT:1', 'ack dropped filter:OUTPUT:1', 'syn-ack dropped filter:OUTPUT:1', 'completes', 'completes'],
    },
    {
      edits: [filter('-A OUTPUT -p tcp -m owner --uid-owner 1000 ! --syn -j DROP')],
      ends: ['ack dropped filter:OUTPUT:1', 'completes', 'completes', 'syn-ack dropped filter:OUTPUT:1', 'completes'],
    },
    {
      edits: [filter('-A OUTPUT -p tcp -m owner ! --socket-exists -j DROP')],
      ends: ['completes', 'completes', 'completes', 'completes', 'completes'],
    },
    {
      edits: [mangle('-A PREROUTING -p tcp --syn -j CONNMARK --set-mark 7'), filter('-A OUTPUT -m connmark --mark 7 -j DROP')],
      ends: [
        'syn-ack dropped filter:OUTPUT:1',
        'completes',
        'syn-ack dropped filter:OUTPUT:1',
        'syn-ack dropped filter:OUTPUT:1',
        'completes',
      ],
    },
    {
      edits: [mangle('-A OUTPUT -p tcp --syn -j CONNMARK --set-mark 0x10'), mangle('-A INPUT -m connmark ! --mark 0x10/0xf0 -j DROP')],
      ends: ['completes', 'completes', 'first dropped mangle:INPUT:1', 'completes', 'answer dropped mangle:INPUT:1'],
    },
    {
      edits: [mangle('-A OUTPUT -m conntrack --ctdir REPLY -j MARK --set-mark 7')],
      host: MARKED_AWAY,
      ends: ['completes', 'completes', 'syn-ack lost reroute-failed', 'completes', 'completes'],
    },
    {
      edits: [
        mangle('-A PREROUTING -p tcp --syn -j CONNMARK --set-mark 7'),
        mangle('-A OUTPUT -m connmark --mark 7 -j CONNMARK --restore-mark'),
      ],
      host: MARKED_AWAY,
      ends: ['ack lost reroute-failed', 'completes', 'syn-ack lost reroute-failed', 'completes', 'completes'],
    },
    {
      edits: [mangle('-A OUTPUT -p tcp --sport 15006 -j TTL --ttl-set 1')],
      ends: ['completes', 'completes', 'completes', 'completes', 'completes'],
    },
    {
      edits: [filter('-A INPUT -m conntrack --ctstate NEW -j ACCEPT')],
      policies: ['INPUT'],
      ends: [
        'syn-ack dropped filter:INPUT:policy',
        'syn-ack dropped filter:INPUT:policy',
        'ack dropped filter:INPUT:policy',
        'syn-ack dropped filter:INPUT:policy',
        'answer dropped filter:INPUT:policy',
      ],
    },
    {
      edits: [filter('-A INPUT -i lo -j ACCEPT'), filter('-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT')],
      policies: ['INPUT'],
      ends: ['completes', 'completes', 'first dropped filter:INPUT:policy', 'completes', 'completes'],
    },
    {
      edits: [filter('-A OUTPUT -m conntrack --ctdir ORIGINAL -j ACCEPT')],
      policies: ['OUTPUT'],
      ends: [
        'syn-ack dropped filter:OUTPUT:policy',
        'completes',
        'syn-ack dropped filter:OUTPUT:policy',
        'syn-ack dropped filter:OUTPUT:policy',
        'completes',
      ],
    },
    { edits: [nat('-A POSTROUTING -o lo -p tcp -j MASQUERADE')], ends: ['completes', 'completes', 'completes', 'completes', 'completes'] },
    {
      edits: [nat('-A POSTROUTING -o eth0 -j SNAT --to-source 192.0.2.1')],
      ends: ['completes', 'completes', 'completes', 'completes', 'completes'],
    },
    {
      edits: [nat('-A INPUT -p tcp -j SNAT --to-source 203.0.113.7')],
      ends: ['completes', 'completes', 'completes', 'completes', 'completes'],
    },
    {
      edits: [filter('-A INPUT -p tcp -m socket --nowildcard -j DROP')],
      ends: [
        'first dropped filter:INPUT:1',
        'syn-ack dropped filter:INPUT:1',
        'first dropped filter:INPUT:1',
        'first dropped filter:INPUT:1',
        'completes',
      ],
    },
    {
      edits: [mangle('-A PREROUTING -p tcp -m socket -j DROP')],
      ends: [
        'syn-ack dropped mangle:PREROUTING:1',
        'syn-ack dropped mangle:PREROUTING:1',
        'completes',
        'syn-ack dropped mangle:PREROUTING:1',
        'completes',
      ],
    },
    {
      edits: [mangle('-A PREROUTING -i eth0 -p tcp ! --syn -j MARK --set-mark 7')],
      host: { ...MARKED_AWAY, sysctls: { 'net.ipv4.conf.all.rp_filter': '1', 'net.ipv4.conf.all.src_valid_mark': '1' } },
      ends: ['completes', 'syn-ack lost reverse-path', 'ack lost reverse-path', 'completes', 'completes'],
    },
    {
      edits: [mangle('-A PREROUTING -i eth0 -p tcp --tcp-flags PSH PSH -j MARK --set-mark 7')],
      host: { ...MARKED_AWAY, sysctls: { 'net.ipv4.conf.all.rp_filter': '1', 'net.ipv4.conf.all.src_valid_mark': '1' } },
      ends: ['completes', 'data-back lost reverse-path', 'completes', 'completes', 'completes'],
    },
    {
      edits: [mangle('-A PREROUTING -i eth0 -p tcp --tcp-flags FIN FIN -j MARK --set-mark 7')],
      host: { ...MARKED_AWAY, sysctls: { 'net.ipv4.conf.all.rp_filter': '1', 'net.ipv4.conf.all.src_valid_mark': '1' } },
      ends: ['completes', 'completes', 'completes', 'completes', 'completes'],
    },
  ],
};
