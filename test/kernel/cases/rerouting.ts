/** What is routed again behind OUTPUT: marked, or with another destination. */
import { filter, type KernelCase, mangle, nat } from './kernelCase.ts';

export const REROUTING_CASES: readonly KernelCase[] = [
  {
    name: 'after a new mark in mangle OUTPUT only POSTROUTING sees the new interface; the source stays',
    host: { ip_rules: ['fwmark 7 lookup 100'], route_tables: { 100: ['default via 192.168.50.1 dev net1'] } },
    rules:
      mangle(
        '-A OUTPUT -j MARK --set-mark 7',
        '-A OUTPUT -o eth0',
        '-A OUTPUT -o net1',
        '-A POSTROUTING -o eth0',
        '-A POSTROUTING -o net1',
      ) + filter('-A OUTPUT -o eth0', '-A OUTPUT -o net1'),
    ends: { 'out tcp -> 10.0.0.9:80': 'sent -o net1 10.244.0.5:40000 > 10.0.0.9:80 mark 7' },
    meets: {
      'out tcp -> 10.0.0.9:80': [
        'OUTPUT mangle:OUTPUT:2 CONTINUE',
        'OUTPUT filter:OUTPUT:1 CONTINUE',
        'POSTROUTING mangle:POSTROUTING:2 CONTINUE',
      ],
    },
    misses: {
      'out tcp -> 10.0.0.9:80': [
        'OUTPUT mangle:OUTPUT:3 CONTINUE',
        'OUTPUT filter:OUTPUT:2 CONTINUE',
        'POSTROUTING mangle:POSTROUTING:1 CONTINUE',
      ],
    },
  },
  {
    name: 'what is marked is routed by its protocol and ports as well',
    host: { ip_rules: ['fwmark 7 ipproto udp dport 53 lookup 100'], route_tables: { 100: ['default via 192.168.50.1 dev net1'] } },
    rules: mangle('-A OUTPUT -j MARK --set-mark 7'),
    ends: {
      'out udp -> 10.0.0.9:53': 'sent -o net1 10.244.0.5:40000 > 10.0.0.9:53 mark 7',
      'out udp -> 10.0.0.9:54': 'sent -o eth0 10.244.0.5:40000 > 10.0.0.9:54 mark 7',
      'out tcp -> 10.0.0.9:53': 'sent -o eth0 10.244.0.5:40000 > 10.0.0.9:53 mark 7',
    },
  },
  {
    name: 'so it is over IPv6',
    host: {
      ip_rules: ['-6 fwmark 7 ipproto udp sport 40000 lookup 100'],
      route_tables: { 100: ['-6 default via fd00:192:168:50::1 dev net1'] },
    },
    rules: mangle('-A OUTPUT -j MARK --set-mark 7'),
    ends: {
      'out udp -> [2001:db8::9]:53': 'sent -o net1 [fd00:10:244::5]:40000 > [2001:db8::9]:53 mark 7',
      'out udp [fd00:10:244::5]:40001 -> [2001:db8::9]:53': 'sent -o eth0 [fd00:10:244::5]:40001 > [2001:db8::9]:53 mark 7',
    },
  },
  {
    name: 'with a new destination by its new port',
    host: { ip_rules: ['to 192.168.51.0/24 dport 8080 unreachable'], route_tables: {} },
    rules: nat(
      '-A OUTPUT -d 10.0.0.9 -p tcp -j DNAT --to-destination 192.168.51.9:8080',
      '-A OUTPUT -d 10.0.0.8 -p tcp -j DNAT --to-destination 192.168.51.9',
    ),
    ends: { 'out tcp -> 10.0.0.9:80': 'lost' },
  },
  {
    name: 'protocol and ports are not looked at for rules about `iif lo` alone',
    host: { ip_rules: ['fwmark 7 iif lo ipproto udp lookup 100'], route_tables: { 100: ['default via 192.168.50.1 dev net1'] } },
    rules: mangle('-A OUTPUT -j MARK --set-mark 7'),
    ends: { 'out udp -> 10.0.0.9:53': 'sent -o eth0 10.244.0.5:40000 > 10.0.0.9:53 mark 7' },
  },
  {
    name: 'after DNAT in OUTPUT filter sees the old interface with the new destination, and the source stays',
    rules:
      nat('-A OUTPUT -d 10.0.0.9 -j DNAT --to-destination 192.168.50.9', '-A OUTPUT -d 10.0.0.8 -j DNAT --to-destination 192.168.50.5') +
      filter('-A OUTPUT -d 192.168.50.0/24 -o eth0', '-A OUTPUT -o net1') +
      mangle('-A POSTROUTING -o net1', '-A POSTROUTING -o lo'),
    ends: {
      'out tcp -> 10.0.0.9:80': 'sent -o net1 10.244.0.5:40000 > 192.168.50.9:80',
      'out tcp -> 10.0.0.8:80': 'delivered -i lo 10.244.0.5:40000 > 192.168.50.5:80',
    },
    meets: {
      'out tcp -> 10.0.0.9:80': ['OUTPUT filter:OUTPUT:1 CONTINUE', 'POSTROUTING mangle:POSTROUTING:1 CONTINUE'],
      'out tcp -> 10.0.0.8:80': ['OUTPUT filter:OUTPUT:1 CONTINUE', 'POSTROUTING mangle:POSTROUTING:2 CONTINUE'],
    },
  },
  {
    name: 'a loopback source cannot leave: lost at DNAT in IPv4, sent in IPv6',
    rules: nat('-A OUTPUT -d 127.0.0.1 -j DNAT --to-destination 10.0.0.9'),
    ends: { 'out tcp 127.0.0.1 -> 127.0.0.1:80': 'lost' },
  },
  {
    name: 'IPv6 lets ::1 leave after DNAT',
    rules: nat('-A OUTPUT -d ::1 -j DNAT --to-destination 2001:db8::9'),
    ends: { 'out tcp ::1 -> [::1]:80': 'sent -o eth0 [::1]:40000 > [2001:db8::9]:80' },
  },
];
