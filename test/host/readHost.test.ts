import { describe, expect, it } from 'vitest';
import { addrType } from '../../src/host/addrType.ts';
import { readHost } from '../../src/host/readHost.ts';
import { lookupRoute } from '../../src/host/route.ts';
import { parseAddress } from '../../src/packet/address.ts';
import { ADDR_TYPES } from '../../src/packet/fields.ts';

const CONTRACT_EXAMPLE = {
  interfaces: [{ name: 'eth0', addresses: ['10.244.0.5/24', 'fd00:10:244::5/64'] }],
  routes: ['default via 10.244.0.1 dev eth0'],
  ip_rules: ['fwmark 1337 lookup 133'],
  route_tables: { '133': ['local 0.0.0.0/0 dev lo'] },
  sysctls: { 'net.ipv4.ip_forward': '1' },
  listeners: [{ proto: 'tcp', port: 15001, process: 'proxy' }],
  processes: { app: { uid: 1000, gid: 1000 }, proxy: { uid: 1337, gid: 1337 } },
};

describe('a host description', () => {
  const { host, problems } = readHost(CONTRACT_EXAMPLE);
  if (host === undefined) throw new Error(problems.join('\n'));

  it('always has lo', () => expect(host.interfaces.map(({ name }) => name)).toEqual(['lo', 'eth0']));
  it('gives an ip rule without `pref` the priority 32765', () =>
    expect(host.rules.filter(({ family }) => family === 4).map(({ priority }) => priority)).toEqual([0, 32765, 32766, 32767]));
  it('gives each further ip rule a lower priority, so that it is asked earlier', () => {
    const two = readHost({ ...CONTRACT_EXAMPLE, ip_rules: ['fwmark 1 lookup 1', 'fwmark 2 lookup 2'] }).host;
    expect(two?.rules.filter(({ mark }) => mark !== undefined).map(({ mark, priority }) => [mark?.value, priority])).toEqual([
      [2, 32764],
      [1, 32765],
    ]);
  });
  it('routes a marked packet to a foreign address to this host', () =>
    expect(lookupRoute(host, { family: 4, dst: 0x08080808, mark: 1337 })?.type).toBe('local'));
  it.each([
    ['default via 10.244.0.1', ['eth0']],
    ['default nexthop via 10.244.0.1 nexthop via 10.244.0.2 weight 2', ['eth0', 'eth0']],
    ['default via 192.168.9.1', [undefined]],
  ])('`%s` leaves by the interface that leads to its gateway', (text, devices) => {
    const route = readHost({ ...CONTRACT_EXAMPLE, routes: [text] }).host?.routes.find(
      ({ to, table }) => to.length === 0 && table === 'main',
    );
    expect((route?.nexthops ?? [route]).map((hop) => hop?.dev)).toEqual(devices);
    // which one that is, is not known
    expect(route?.unknown).toBe(devices[0] === undefined ? 'via 192.168.9.1' : undefined);
  });
  it('routes an unmarked packet to the gateway', () =>
    expect(lookupRoute(host, { family: 4, dst: 0x08080808, mark: 0 })?.dev).toBe('eth0'));
  it.each([
    ['10.244.0.5', 'LOCAL'],
    ['127.0.0.9', 'LOCAL'],
    ['10.244.0.255', 'BROADCAST'],
    ['10.244.0.0', 'UNICAST'],
    ['224.0.0.1', 'MULTICAST'],
    ['203.0.113.9', 'UNICAST'],
    ['0.0.0.0', 'BROADCAST'],
    ['0.1.2.3', 'UNICAST'],
    ['fd00:10:244::5', 'LOCAL'],
    ['ff02::1', 'MULTICAST'],
  ])('%s has address type %s', (text, type) => expect(ADDR_TYPES[addrType(host, parseAddress(text) ?? 0)]).toBe(type));
});

describe('a wrong host description', () => {
  it('reports every problem at once', () => {
    const { host, problems } = readHost({
      interfaces: [{ name: 'eth0', addresses: ['10.244.0.300/24'] }, { name: 'far too long a name' }],
      routes: ['default via 10.0.0.1 dev eth7', 'nonsense dev eth0'],
      ip_rules: ['fwmark x lookup 133'],
      listeners: [{ proto: 'tcp', port: 70000 }],
      colour: 'red',
    });
    expect(host).toBeUndefined();
    expect(problems).toHaveLength(7);
    expect(problems.join('\n')).toContain('`eth7`');
  });
  it.each([
    [{ proto: 'udp', port: 53, process: 'dnsmasq', forwards: '10.96.0.10' }, 'with a port'],
    [{ proto: 'udp', port: 53, process: 'dnsmasq', forwards: 'fd00::a:53' }, 'with a port'],
    [{ proto: 'udp', process: 'dnsmasq', forwards: '10.96.0.10:53' }, 'needs a `port`'],
    [{ proto: 'udp', port: 53, process: 'bind', forwards: '[fd00::a]:53' }, 'is not in `processes`'],
  ])('has a forwarder of which it is not known whom it asks, or as whom: %j', (listener, says) => {
    const { problems } = readHost({ listeners: [listener], processes: { dnsmasq: { uid: 99, gid: 99 } } });
    expect(problems.join('\n')).toContain(says);
  });
  it('names a pod that is not an address', () => expect(readHost({ pods: ['web'] }).problems.join()).toContain('`web`'));
  it('is not an object', () => expect(readHost([]).problems).toEqual(['the host description is not an object']));
});
