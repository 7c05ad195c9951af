/** A pod whose incoming connections Istio takes with TPROXY, by sockets that are transparent, and marks. */
import type { Family } from '../../../src/packet/address.ts';
import { dumpOf, readFixture } from '../../support/fixtures.ts';
import type { HostJson } from '../question.ts';
import { type ConnectionRoom, filter, mangle, type PlainEdit, type RoomEdit, raw, withEnds } from './connectionRoom.ts';

const TPROXY = readFixture('istio-tproxy');

const room = (family: Family, openings: readonly string[], edits: readonly RoomEdit[]): ConnectionRoom => ({
  name: `istio tproxy, IPv${family}`,
  family,
  rules: dumpOf(TPROXY.text, family),
  host: TPROXY.host as HostJson,
  openings,
  edits,
});

const EDITS: readonly PlainEdit[] = [
  { edits: [] },
  { edits: [], host: { ip_rules: [] } },
  { edits: [raw('-A OUTPUT -p tcp --syn -j CT --notrack')] },
  { edits: [raw('-A PREROUTING -i eth0 -p tcp --syn -j CT --notrack')] },
  { edits: [raw('-A PREROUTING -i eth0 -p tcp ! --syn -j CT --zone 3')] },
  { edits: [mangle('-A PREROUTING -m conntrack --ctstate ESTABLISHED -j ACCEPT')] },
  { edits: [mangle('-A PREROUTING -i eth0 -p tcp -m socket --transparent -j DROP')] },
  { edits: [mangle('-A PREROUTING -i eth0 -p tcp ! --syn -j TPROXY --on-port 15006 --tproxy-mark 0x539')] },
  { edits: [mangle('-A OUTPUT -m connmark --mark 0x539 -j DROP')] },
  { edits: [mangle('-A PREROUTING -m connmark --mark 0x539 -j DROP')] },
  { edits: [mangle('-A INPUT -m mark ! --mark 0x539 -m conntrack --ctstate ESTABLISHED -j DROP')] },
  { edits: [filter('-A OUTPUT -m mark --mark 0x539 -j DROP')] },
  { edits: [filter('-A INPUT -p tcp -m conntrack --ctorigdstport 8080 ! --syn -j DROP')] },
];

export const TPROXY_ROOM = room(
  4,
  [
    'out tcp -> 10.0.0.9:80 uid=1000',
    'out tcp -> 10.0.0.9:80 uid=0 gid=1337',
    'in tcp 10.244.0.1 -> 10.244.0.5:8080',
    'out tcp -> 127.0.0.1:8080 uid=1000',
    'out tcp -> 10.244.0.5:8080 uid=0 gid=1337',
  ],
  withEnds(EDITS, [
    ['completes', 'completes', 'completes', 'completes', 'completes'],
    ['completes', 'completes', 'completes', 'completes', 'completes'],
    [
      'syn-ack lost no-transparent-socket',
      'syn-ack lost no-transparent-socket',
      'completes',
      'completes',
      'syn-ack lost no-transparent-socket',
    ],
    ['completes', 'completes', 'completes', 'completes', 'completes'],
    ['completes', 'syn-ack lost no-transparent-socket', 'completes', 'completes', 'completes'],
    ['completes', 'completes', 'completes', 'completes', 'completes'],
    ['completes', 'completes', 'ack dropped mangle:PREROUTING:1', 'completes', 'completes'],
    ['completes', 'syn-ack lost no-transparent-socket', 'completes', 'completes', 'completes'],
    ['completes', 'completes', 'completes', 'completes', 'completes'],
    ['completes', 'completes', 'completes', 'completes', 'completes'],
    ['ack dropped mangle:INPUT:1', 'completes', 'completes', 'syn-ack dropped mangle:INPUT:1', 'completes'],
    ['completes', 'completes', 'completes', 'completes', 'completes'],
    ['completes', 'completes', 'ack dropped filter:INPUT:1', 'syn-ack dropped filter:INPUT:1', 'syn-ack dropped filter:INPUT:1'],
  ]),
);

export const TPROXY6_ROOM = room(
  6,
  [
    'out tcp -> [2001:db8::9]:80 uid=1000',
    'out tcp -> [2001:db8::9]:80 uid=0 gid=1337',
    'in tcp fd00:10:244::1 -> [fd00:10:244::5]:8080',
    'out tcp -> [::1]:8080 uid=1000',
  ],
  withEnds(EDITS, [
    ['completes', 'completes', 'completes', 'completes'],
    ['completes', 'completes', 'completes', 'completes'],
    ['syn-ack lost no-transparent-socket', 'syn-ack lost no-transparent-socket', 'completes', 'completes'],
    ['completes', 'completes', 'completes', 'completes'],
    ['completes', 'syn-ack lost no-transparent-socket', 'completes', 'completes'],
    ['completes', 'completes', 'completes', 'completes'],
    ['completes', 'completes', 'ack dropped mangle:PREROUTING:1', 'completes'],
    ['completes', 'syn-ack lost no-transparent-socket', 'completes', 'completes'],
    ['completes', 'completes', 'completes', 'completes'],
    ['completes', 'completes', 'completes', 'completes'],
    ['ack dropped mangle:INPUT:1', 'completes', 'completes', 'syn-ack dropped mangle:INPUT:1'],
    ['completes', 'completes', 'completes', 'completes'],
    ['completes', 'completes', 'ack dropped filter:INPUT:1', 'syn-ack dropped filter:INPUT:1'],
  ]),
);
