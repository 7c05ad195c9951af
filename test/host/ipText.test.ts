/** What the kernel is asked to make of a host is read as it was. */
import { expect, it } from 'vitest';
import { parseRoute } from '../../src/host/ipRoute.ts';
import { parseRule } from '../../src/host/ipRule.ts';
import { ipRouteText, ipRuleText } from '../../src/host/ipText.ts';

it.each([
  'pref 100 from 10.1.0.0/24 to 10.2.0.9/32 tos 0x10 fwmark 7/15 lookup 100',
  'pref 100 tos 0x28 lookup 100',
  'pref 100 dscp 10 iif eth0 lookup 100',
  'pref 100 not oif net1 uidrange 0-999 ipproto udp sport 53 dport 80-443 lookup 100',
  '-6 pref 100 lookup main suppress_prefixlength 16 suppress_ifgroup 7',
  'pref 100 goto 200',
  'pref 100 unreachable',
])('ip rule add %s', (text) => {
  const read = parseRule(text, []);
  if (!('value' in read)) throw new Error(read.problem);
  expect(parseRule(ipRuleText(read.value), [])).toEqual(read);
});

it.each(['10.2.0.0/16 tos 0x10 via 10.1.0.1 dev eth0', '10.2.0.0/16 tos 0x28 dev eth0 src 10.1.0.5 metric 50', 'blackhole 10.3.0.0/16'])(
  'ip route add %s',
  (text) => {
    const read = parseRoute(text, 'main');
    if (!('value' in read)) throw new Error(read.problem);
    expect(parseRoute(ipRouteText(read.value, false), 'main')).toEqual(read);
  },
);
