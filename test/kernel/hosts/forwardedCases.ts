/** Named facts about packets that are passed on: see hostCases.ts. */
import type { HostCase } from './hostCases.ts';
import type { Send } from './routedHost.ts';

const arrive = (src: string, dst: string, iif: string): Send => ({
  how: 'arrive',
  proto: 'udp',
  proto_number: 17,
  src,
  sport: 40000,
  dst,
  dport: 80,
  iif,
  uid: 0,
});

const WAN = { name: 'wan0', addresses: ['10.3.0.1/24', 'fd00:3::1/64'] };
const LAN = { name: 'lan0', addresses: ['10.4.0.1/24', 'fd00:4::1/64'] };
const DEFAULT6 = '-6 default via fd00:3::ff dev wan0 metric 1024';
const SOURCES = Array.from({ length: 8 }, (_, index) => `2001:db8:4::${index + 1}`);

export const FORWARDED_CASES: readonly HostCase[] = [
  {
    name: 'force_forwarding of the interface by which it comes lets an IPv6 packet pass where forwarding is off',
    host: { interfaces: [WAN, LAN], routes: [DEFAULT6], sysctls: { 'net.ipv6.conf.lan0.force_forwarding': '1' } },
    sends: [
      [arrive('2001:db8:4::9', '2001:db8:9::7', 'lan0'), 'forwarded by wan0'],
      [arrive('2001:db8:4::9', '2001:db8:9::7', 'wan0'), 'lost'],
    ],
  },
  {
    name: 'IPv6 routes of one prefix and metric with gateways are one route of several ways',
    host: {
      interfaces: [WAN, LAN],
      routes: [DEFAULT6, '-6 default via fd00:4::ff dev lan0 metric 1024'],
      sysctls: { 'net.ipv6.conf.all.forwarding': '1' },
    },
    sends: SOURCES.map((src) => [arrive(src, '2001:db8:9::7', 'wan0'), 'forwarded by wan0', 'forwarded by lan0']),
  },
  {
    name: 'with another metric the lower one counts',
    host: {
      interfaces: [WAN, LAN],
      routes: [DEFAULT6, '-6 default via fd00:4::ff dev lan0 metric 512'],
      sysctls: { 'net.ipv6.conf.all.forwarding': '1' },
    },
    sends: SOURCES.slice(0, 3).map((src) => [arrive(src, '2001:db8:9::7', 'wan0'), 'forwarded by lan0']),
  },
  {
    name: 'an address on lo that the table main has before the table local is not reached from outside',
    host: {
      interfaces: [WAN, LAN, { name: 'lo', addresses: ['::6/128', 'fd00:8::1/64'] }],
      routes: [DEFAULT6],
      default_rules: false,
      ip_rules: ['-6 pref 101 lookup main suppress_prefixlength 16', '-6 pref 125 lookup local', '-6 pref 32766 lookup main'],
      sysctls: { 'net.ipv6.conf.all.forwarding': '1' },
    },
    sends: ['::6', 'fd00:8::1', 'fd00:8::2'].flatMap((dst) => [
      [arrive('2001:db8:4::9', dst, 'wan0'), 'lost'],
      [{ ...arrive('2001:db8:4::9', dst, 'wan0'), how: 'get' }, 'lost'],
    ]),
  },
];
