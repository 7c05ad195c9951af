import { describe, expect, it } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import { sourceFor } from '../../src/host/output.ts';
import { readHost } from '../../src/host/readHost.ts';
import { selectAddress4, selectAddress6 } from '../../src/host/sourceAddress.ts';
import { familyOf, formatAddress, parseAddress } from '../../src/packet/address.ts';

function host(value: unknown): Host {
  const { host: made, problems } = readHost(value);
  if (made === undefined) throw new Error(problems.join('\n'));
  return made;
}

const pod = host({
  interfaces: [
    { name: 'eth0', addresses: ['10.244.0.5/24', '10.244.0.77/24', '10.99.0.1/16', 'fd00::5/64', 'fd00::77/64', 'fe80::5/64'] },
    { name: 'net1', addresses: ['192.168.50.5/24', 'fd00:50::5/64'] },
    { name: 'net2', addresses: [] },
  ],
  routes: ['default via 10.244.0.1 dev eth0', 'default via fd00::1 dev eth0', '198.51.100.0/24 dev net2', '-6 2001:db8::/32 dev net2'],
});

const address = (text: string) => {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};

describe('the source address of a packet that is sent', () => {
  it.each([
    ['203.0.113.9', '10.244.0.5', 'primary address in the subnet of the next hop'],
    ['192.168.50.9', '192.168.50.5', 'address of the interface of the connected route'],
    ['10.99.0.9', '10.99.0.1', 'second primary address for its own subnet'],
    ['127.0.0.1', '127.0.0.1', 'loopback talks to itself'],
    ['127.0.0.2', '127.0.0.1', 'the rest of 127/8 is reached from 127.0.0.1'],
    ['10.244.0.5', '10.244.0.5', 'an own address talks to itself'],
    ['0.0.0.0', '127.0.0.1', 'the unspecified address is this host'],
    ['198.51.100.9', '10.244.0.5', 'an interface without addresses borrows the first of another'],
    ['2001:db8:1::1', 'fd00::77', 'among equal IPv6 addresses the last added'],
    ['fd00:50::9', 'fd00:50::5', 'IPv6 prefers the address of the outgoing interface'],
    ['::1', '::1', 'IPv6 loopback talks to itself'],
  ])('to %s is %s: %s', (dst, src) => {
    const to = address(dst);
    const chosen = sourceFor(pod, { family: familyOf(to), dst: to, mark: 0 });
    expect(chosen === undefined ? undefined : formatAddress(chosen)).toBe(src);
  });
});

describe('the address that MASQUERADE takes', () => {
  it('on lo is that of another interface, because 127.0.0.1 has host scope', () => {
    expect(formatAddress(selectAddress4(pod, { dev: 'lo', near: address('127.0.0.1') as number }) ?? 0)).toBe('10.244.0.5');
  });
  it('on lo stays ::1 for IPv6', () => {
    expect(formatAddress(selectAddress6(pod, 'lo', 1n) ?? 0n)).toBe('::1');
  });
});
