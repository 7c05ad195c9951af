/** Which addresses a process can take as its source: asked of bind(2), and of the host description. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { canBind } from '../../src/host/bind.ts';
import { parseAddress } from '../../src/packet/address.ts';
import { hostOf } from '../support/host.ts';
import { kernelHere } from './kernelHere.ts';

interface Bound {
  readonly what: string;
  readonly commands?: readonly string[];
  readonly host?: Readonly<Record<string, unknown>>;
  readonly address: string;
  readonly binds: boolean;
}

const SOURCES: readonly Bound[] = [
  { what: 'any address of 127.0.0.0/8', address: '127.0.0.6', binds: true },
  { what: 'an IPv6 address that no interface has', address: '::6', binds: false },
  {
    what: 'the one that Istio adds to lo',
    commands: ['ip -6 addr add ::6/128 dev lo'],
    host: { interfaces: [{ name: 'lo', addresses: ['::6/128'] }] },
    address: '::6',
    binds: true,
  },
  {
    what: 'an IPv6 address with a local route alone',
    commands: ['ip -6 route add local ::6/128 dev lo'],
    host: { routes: ['local ::6/128 dev lo'] },
    address: '::6',
    binds: false,
  },
  {
    what: 'an IPv4 address with a local route alone',
    commands: ['ip route add local 192.0.2.6/32 dev lo'],
    host: { route_tables: { local: ['local 192.0.2.6/32 dev lo'] } },
    address: '192.0.2.6',
    binds: true,
  },
  { what: 'an IPv4 address of nobody here', address: '192.0.2.6', binds: false },
  {
    what: 'an address of nobody here, where the sysctl allows it',
    commands: ['sysctl -qw net.ipv6.ip_nonlocal_bind=1'],
    host: { sysctls: { 'net.ipv6.ip_nonlocal_bind': '1' } },
    address: '::6',
    binds: true,
  },
];

test.each(SOURCES)('simulator: $what', ({ host = {}, address, binds }) => {
  expect(canBind(hostOf(host), parseAddress(address) ?? 0)).toBe(binds);
});

describe.runIf(kernelHere())('kernel', () => {
  test.each(SOURCES)('$what', ({ commands = [], address, binds }) => {
    const family = address.includes(':') ? 'AF_INET6' : 'AF_INET';
    const python = `import socket; socket.socket(socket.${family}, socket.SOCK_STREAM).bind(("${address}", 0))`;
    const script = ['set -e', 'ip link set lo up', ...commands, `python3 -c '${python}' 2>/dev/null && echo yes || echo no`].join('\n');
    const { stdout, stderr } = spawnSync('unshare', ['-n', 'bash', '-c', script], { encoding: 'utf8', timeout: 20_000 });
    expect(stderr).toBe('');
    expect(stdout.trim()).toBe(binds ? 'yes' : 'no');
  });
});
