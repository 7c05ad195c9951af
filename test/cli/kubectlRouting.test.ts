/** What is told inside a pod, as a host description: nothing of a rule or a route gets lost in silence. */
import { describe, expect, it, test } from 'vitest';
import { liveHost } from '../../src/cli/kubectl/liveHost.ts';
import type { HostDescription } from '../../src/host/hostDescription.ts';
import { readHost } from '../../src/host/readHost.ts';
import { readFixture } from '../support/fixtures.ts';

const USUAL = [
  { priority: 0, src: 'all', table: 'local' },
  { priority: 32766, src: 'all', table: 'main' },
  { priority: 32767, src: 'all', table: 'default' },
];
const ADDRESS = [
  { ifname: 'lo', addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8, scope: 'host' }] },
  { ifname: 'eth0', addr_info: [{ family: 'inet', local: '10.1.0.5', prefixlen: 24, scope: 'global' }] },
];
const CONNECTED = { dst: '10.1.0.0/24', dev: 'eth0', protocol: 'kernel', scope: 'link', prefsrc: '10.1.0.5', flags: [] };
const DEFAULT = { dst: 'default', gateway: '10.1.0.1', dev: 'eth0', flags: [] };

interface Told {
  readonly rules?: readonly object[];
  readonly routes?: readonly object[];
  readonly address?: readonly object[];
  readonly more?: Readonly<Record<string, string>>;
  readonly ruleset?: string;
}

function read({ rules = USUAL, routes = [DEFAULT, CONNECTED], address = ADDRESS, more = {}, ruleset = '' }: Told) {
  const json = {
    'ip -json address': JSON.stringify(address),
    'ip -4 -json rule': JSON.stringify(rules),
    'ip -4 -json route show table all': JSON.stringify(routes),
  };
  return readAnswers({ ...json, ...more }, ruleset);
}

function readAnswers(answers: Readonly<Record<string, string>>, ruleset = '') {
  const { text = '{}', notes, sockets } = liveHost({ file: 'x', text: ruleset }, { answers: new Map(Object.entries(answers)) });
  const host: HostDescription = JSON.parse(text);
  expect(readHost(host).problems).toEqual([]);
  return { host, notes, sockets };
}

describe('ip rules', () => {
  it('what is usual is not repeated', () => {
    const { host, notes } = read({});
    expect(host.interfaces).toEqual([{ name: 'eth0', addresses: ['10.1.0.5/24'] }]);
    expect([host.ip_rules, host.default_rules, host.route_tables]).toEqual([[], undefined, {}]);
    expect(host.routes).toContain('default via 10.1.0.1 dev eth0');
    expect(notes).toEqual([]);
  });

  it.each([
    [{ uid_start: 1000, uid_end: 2000 }, 'uidrange 1000-2000'],
    [{ ipproto: 'tcp' }, 'ipproto tcp'],
    [{ dport: 53 }, 'dport 53'],
    [{ sport_start: 1, sport_end: 9 }, 'sport 1-9'],
    [{ tos: '0x10' }, 'tos 0x10'],
    [{ suppress_ifgroup: '7' }, 'suppress_ifgroup 7'],
    [{ suppress_prefixlen: 0 }, 'suppress_prefixlength 0'],
    [{ oif: 'eth0' }, 'oif eth0'],
    [{ not: null, fwmark: '0xca6c' }, 'not from all fwmark 0xca6c'],
  ])('%j is modelled, and there is nothing to say of it', (more, part) => {
    const { host, notes } = read({ rules: [...USUAL, { priority: 100, src: 'all', ...more, table: '200' }] });
    expect(host.ip_rules).toEqual([expect.stringContaining(part)]);
    expect(notes).toEqual([]);
  });

  it.each([
    [{ newer: { than: 'this' } }, 'newer='],
    [{ constructor: 1 }, 'constructor=1'],
  ])('%j stays in the rule, and is said not to be modelled', (more, part) => {
    const { host, notes } = read({ rules: [...USUAL, { priority: 100, src: 'all', ...more, table: '200' }] });
    expect(host.ip_rules).toEqual([expect.stringContaining(part)]);
    expect(notes).toEqual([expect.stringMatching(/of ip rule 100 is not modelled/)]);
  });

  it.each([
    ['rule 0 is gone', USUAL.slice(1)],
    ['rule 0 is for some', [{ priority: 0, src: '10.0.0.0', srclen: 8, table: 'local' }, ...USUAL.slice(1)]],
    ['it has moved', [{ priority: 200, src: 'all', table: 'local' }, ...USUAL.slice(1)]],
  ])('%s: the list is all there is', (_, rules) => {
    const { host } = read({ rules });
    expect(host.default_rules).toBe(false);
    // of IPv6 nothing was told: it has what every namespace starts with
    expect(host.ip_rules).toHaveLength(rules.length + 2);
  });
});

describe('routes', () => {
  it.each([
    ['a local route that was added by hand', { type: 'local', dst: '192.0.2.0/24', dev: 'lo', table: 'local', protocol: 'boot' }, 'local'],
    ['a table called as what every object has', { dst: '9.9.9.0/24', dev: 'eth0', table: 'constructor' }, 'constructor'],
  ])('%s is kept', (_, route, table) => {
    const { host } = read({ routes: [DEFAULT, CONNECTED, route] });
    expect(Object.entries(host.route_tables ?? {}).map(([name, list]) => [name, list.length])).toEqual([[table, 1]]);
  });

  it.each([
    [{ tos: '0x10' }, 'tos 0x10'],
    [{ via: { family: 'inet6', host: 'fe80::1' }, gateway: undefined }, 'via inet6 fe80::1'],
    [{ nexthops: [{ gateway: '10.1.0.2', dev: 'eth0' }], gateway: undefined, dev: undefined }, 'nexthop via 10.1.0.2 dev eth0'],
    [{ flags: ['dead', 'linkdown'] }, 'dead linkdown'],
    [{ metrics: [{ mtu: 1400 }] }, 'mtu 1400'],
  ])('%j is modelled', (more, part) => {
    const { host, notes } = read({ routes: [DEFAULT, CONNECTED, { dst: '9.9.9.0/24', gateway: '10.1.0.2', dev: 'eth0', ...more }] });
    expect(host.routes).toContainEqual(expect.stringContaining(part));
    expect(notes).toEqual([]);
  });

  it('what is not modelled stays in the route, and is said', () => {
    const { host, notes } = read({ routes: [DEFAULT, CONNECTED, { dst: '9.9.9.0/24', gateway: '10.1.0.2', dev: 'eth0', encap: 'mpls' }] });
    expect(host.routes).toContainEqual(expect.stringContaining('encap'));
    expect(notes).toEqual([expect.stringContaining('encap')]);
  });

  it('an address without its route says so', () => {
    expect(read({ routes: [DEFAULT] }).host.interfaces).toEqual([{ name: 'eth0', addresses: ['10.1.0.5/24 noprefixroute'] }]);
  });

  it('scopes and flags of addresses are kept', () => {
    const info = { family: 'inet', local: '169.254.7.1', prefixlen: 32, scope: 'link' };
    const old = { family: 'inet6', local: 'fd00::5', prefixlen: 128, scope: 'global', deprecated: true };
    expect(read({ address: [{ ifname: 'eth0', addr_info: [info, old] }] }).host.interfaces).toEqual([
      { name: 'eth0', addresses: ['169.254.7.1/32 scope link', 'fd00::5/128 deprecated'] },
    ]);
  });
});

const BUSYBOX = {
  'ip address': `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
3: eth0@if9: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1450 qdisc noqueue state UP qlen 1000
    link/ether 66:39:c6:4f:ba:3b brd ff:ff:ff:ff:ff:ff
    inet 10.1.0.5/24 brd 10.1.0.255 scope global eth0
       valid_lft forever preferred_lft forever
    inet6 fd00::2/64 scope global flags 02 
       valid_lft forever preferred_lft forever
    inet6 fd00::1/64 scope global flags 02 
       valid_lft forever preferred_lft forever
`,
  'ip -4 rule': '0:\tfrom all lookup local \n32766:\tfrom all lookup main \n32767:\tfrom all lookup default \n',
  'ip -4 route show table all':
    'default via 10.1.0.1 dev eth0 \n10.1.0.0/24 dev eth0 scope link  src 10.1.0.5 \nlocal 10.1.0.5 dev eth0 table local scope host  src 10.1.0.5 \n',
};

describe('the ip of busybox, which has no JSON', () => {
  test('it is read, the oldest address of IPv6 first', () => {
    const { host, notes } = readAnswers(BUSYBOX);
    expect(host.interfaces).toEqual([{ name: 'eth0', addresses: ['10.1.0.5/24', 'fd00::1/64', 'fd00::2/64'], mtu: 1450 }]);
    expect(host.routes).toContain('default via 10.1.0.1 dev eth0');
    expect(host.ip_rules).toEqual([]);
    expect(notes).toEqual([]);
  });

  test.each([
    ['100:\tfrom all lookup 100 \n', 'from all lookup 100 [selectors_that_busybox_does_not_print] pref 100'],
    ['100:\tfrom all fwmark 0x539 lookup 133 \n', 'from all fwmark 0x539 lookup 133 pref 100'],
    ['100:\tfrom all tos 16 lookup 100 \n', 'from all tos 0x10 lookup 100 pref 100'],
  ])('what it may hide is said of %j', (line, rule) => {
    const { host, notes } = readAnswers({ ...BUSYBOX, 'ip -4 rule': BUSYBOX['ip -4 rule'].replace('32766', `${line}32766`) });
    expect(host.ip_rules).toEqual([rule]);
    expect(notes[0]).toContain('the `ip` of busybox prints neither `not`');
  });

  test('a route without next hops has several, and is open', () => {
    const { host, notes } = readAnswers({
      ...BUSYBOX,
      'ip -4 route show table all': `${BUSYBOX['ip -4 route show table all']}9.0.0.0/8 \n`,
    });
    expect(host.routes).toContain('9.0.0.0/8 [next_hops_that_are_not_printed]');
    expect(notes).toHaveLength(1);
  });
});

describe('sockets, sets and sysctls', () => {
  const more = {
    'ss -lntup':
      'Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\ntcp   LISTEN 0      128    0.0.0.0:8080       0.0.0.0:*\n',
    'ipset save': 'create bad hash:ip family inet\nadd bad 10.0.0.7\n',
    'sysctl -a': 'net.ipv4.conf.all.rp_filter = 1\nkernel.ostype = Linux\n',
  };

  test('are the host’s, where they are told', () => {
    const { host, sockets } = read({ more });
    expect(sockets).toBe(true);
    expect(host.listeners).toEqual([{ proto: 'tcp', port: 8080, address: '0.0.0.0' }]);
    expect(host.sets).toEqual({ bad: { type: 'hash:ip', members: ['10.0.0.7'] } });
    expect(host.sysctls).toEqual({ 'net.ipv4.conf.all.rp_filter': '1' });
  });

  test('where they are not, the mesh and an application on every other port are assumed', () => {
    const { host, sockets } = read({ ruleset: readFixture('istio-sidecar').text });
    expect(sockets).toBeUndefined();
    expect(host.listeners).toContainEqual({ proto: 'tcp', process: 'app' });
    expect(host.listeners).toContainEqual(expect.objectContaining({ port: 15006, process: 'proxy' }));
  });

  test('nothing is assumed of a host of which nothing is told', () => {
    expect(readAnswers({}).notes).toEqual(['no `ip` that answers: assuming the addresses and routes of a default pod']);
  });
});
