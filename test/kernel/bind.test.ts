/** Which addresses a process can take as its source: asked of bind(2), and of the host description. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { canBind, isOwnSource } from '../../src/host/bind.ts';
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

interface Sent extends Omit<Bound, 'binds'> {
  readonly to: string;
  /** of a process with a transparent socket; only of those where it is said */
  readonly transparent?: true;
  readonly sends: boolean;
}

const ANY4 = { commands: ['sysctl -qw net.ipv4.ip_nonlocal_bind=1'], host: { sysctls: { 'net.ipv4.ip_nonlocal_bind': '1' } } };
const ANY6 = { commands: ['sysctl -qw net.ipv6.ip_nonlocal_bind=1'], host: { sysctls: { 'net.ipv6.ip_nonlocal_bind': '1' } } };
const [TO4, TO6] = ['198.51.100.9', '2001:db8::9'];

const SENT: readonly Sent[] = [
  { what: 'an address of the host', address: '10.0.0.2', to: TO4, sends: true },
  { what: 'an IPv6 address of the host', address: 'fd00::2', to: TO6, sends: true },
  { what: 'an address of another host', address: '192.0.2.6', to: TO4, sends: false },
  { what: 'an IPv6 address of another host', address: '2001:db8:1::6', to: TO6, sends: false },
  { what: 'an address of another host, transparent', address: '192.0.2.6', to: TO4, transparent: true, sends: true },
  { what: 'an IPv6 address of another host, transparent', address: '2001:db8:1::6', to: TO6, transparent: true, sends: true },
  {
    what: 'an address of a local route',
    commands: ['ip route add local 10.1.0.0/16 dev lo'],
    host: { route_tables: { local: ['local 10.1.0.0/16 dev lo'] } },
    address: '10.1.2.3',
    to: TO4,
    sends: true,
  },
  { what: 'an address of another host, which bind(2) may take', ...ANY4, address: '192.0.2.6', to: TO4, sends: false },
  { what: 'an IPv6 address of another host, which bind(2) may take', ...ANY6, address: '2001:db8:1::6', to: TO6, sends: true },
];

const HERE = {
  interfaces: [{ name: 'lo' }, { name: 'v0', addresses: ['10.0.0.2/24', 'fd00::2/64'] }],
  routes: ['default via 10.0.0.1 dev v0', 'default via fd00::1 dev v0'],
};
const PROXY = {
  listeners: [{ proto: 'tcp', port: 15006, process: 'proxy', transparent: true }],
  processes: { proxy: { uid: 0, gid: 1337 } },
};

test.each(SENT)('simulator: sending from $what', ({ host = {}, address, transparent, sends }) => {
  const there = hostOf({ ...HERE, ...host, ...(transparent && PROXY) });
  const src = parseAddress(address) ?? 0;
  expect(isOwnSource(there, { src, socket: true, uid: 0, gid: 1337 })).toBe(sends);
  expect(isOwnSource(there, { src, socket: true, uid: 1000, gid: 1000 })).toBe(sends && transparent === undefined);
});

describe.runIf(kernelHere())('kernel', () => {
  test.each(SENT)('sending from $what', ({ commands = [], address, to, transparent, sends }) => {
    const family = address.includes(':') ? 'AF_INET6' : 'AF_INET';
    // IP_TRANSPARENT, IPV6_TRANSPARENT
    const option = family === 'AF_INET6' ? 's.setsockopt(41, 75, 1)' : 's.setsockopt(0, 19, 1)';
    const python = [
      `import socket; s = socket.socket(socket.${family}, socket.SOCK_DGRAM)`,
      ...(transparent ? [option] : []),
      `s.bind(("${address}", 0)); s.connect(("${to}", 9))`,
    ].join('; ');
    const script = [
      'set -e',
      'ip link set lo up; ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up',
      'ip addr add 10.0.0.2/24 dev v0; ip addr add fd00::2/64 dev v0 nodad',
      'ip route add default via 10.0.0.1; ip route add default via fd00::1',
      ...commands,
      `python3 -c '${python}' 2>/dev/null && echo yes || echo no`,
    ].join('\n');
    const { stdout, stderr } = spawnSync('unshare', ['-n', 'bash', '-c', script], { encoding: 'utf8', timeout: 20_000 });
    expect(stderr).toBe('');
    expect(stdout.trim()).toBe(sends ? 'yes' : 'no');
  });
});
