/** Rules of policy routing that name interfaces, for all packets at once. The kernel's answers: test/kernel/cases/routing.ts. */
import { expect, it } from 'vitest';
import { FORWARDING, filter } from '../kernel/cases/kernelCase.ts';
import { symbolicEnds } from './ends.ts';

it.each([
  ['oif net1', 'eth0', 'eth0'],
  ['not oif net1', 'net1', 'net1'],
  ['iif lo', 'net1', 'eth0'],
  ['not iif lo', 'eth0', 'net1'],
  ['iif eth0', 'eth0', 'net1'],
  ['not iif eth0', 'net1', 'eth0'],
  ['not fwmark 0', 'eth0', 'eth0'],
  ['not from 10.244.0.0/24', 'eth0', 'net1'],
])('the ip rule `%s`: what is sent leaves by %s, what is forwarded by %s', (rule, sent, forwarded) => {
  const host = { ...FORWARDING, ip_rules: [`${rule} lookup 100`], route_tables: { 100: ['default via 192.168.50.1 dev net1'] } };
  const ends = (packet: string) => symbolicEnds({ rules: filter(), host, packet }).map((end) => end.split(' ').slice(0, 2).join(' '));
  expect(ends('out tcp 10.244.0.5 -> 10.0.0.9:80')).toEqual([`sent ${sent}`]);
  expect(ends('in tcp 8.8.8.8 -> 10.0.0.9:80 iif=eth0')).toEqual([`forwarded ${forwarded}`]);
});
