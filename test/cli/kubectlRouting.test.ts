/** What `ip -json` tells, as a host description: nothing of a rule or a route gets lost in silence. */
import { describe, expect, it } from 'vitest';
import { readRouting } from '../../src/cli/kubectl/routing.ts';
import { readHost } from '../../src/host/readHost.ts';

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
}

function read({ rules = USUAL, routes = [DEFAULT, CONNECTED], address = ADDRESS }: Told) {
  const found = readRouting(
    new Map([
      ['ip -json address', JSON.stringify(address)],
      ['ip -4 -json rule', JSON.stringify(rules)],
      ['ip -4 -json route show table all', JSON.stringify(routes)],
    ]),
  );
  // whatever was told, the description of it is one
  expect(readHost(found.routing).problems).toEqual([]);
  return found;
}

describe('ip rules', () => {
  it('what is usual is not repeated', () => {
    const { routing, leftOut } = read({});
    expect(routing).toEqual({
      interfaces: [
        { name: 'lo', addresses: ['127.0.0.1/8'] },
        { name: 'eth0', addresses: ['10.1.0.5/24'] },
      ],
      ip_rules: [],
      routes: ['-4 default via 10.1.0.1 dev eth0'],
      route_tables: {},
    });
    expect(leftOut).toEqual([]);
  });

  it.each([
    [{ uid_start: 1000, uid_end: 2000 }, 'uidrange 1000-2000'],
    [{ ipproto: 'tcp' }, 'ipproto tcp'],
    [{ dport: 53 }, 'dport 53'],
    [{ sport_start: 1, sport_end: 9 }, 'sport 1-9'],
    [{ tos: '0x10' }, 'tos 0x10'],
    [{ suppress_ifgroup: '7' }, 'suppress_ifgroup 7'],
    [{ newer: { than: 'this' } }, '[newer='],
    [{ constructor: 1 }, '[constructor=1]'],
  ])('%j stays in the rule, and is said not to be modelled', (more, part) => {
    const { routing, leftOut } = read({ rules: [...USUAL, { priority: 100, src: 'all', ...more, table: '200' }] });
    expect(routing.ip_rules).toHaveLength(1);
    expect(routing.ip_rules?.[0]).toContain(part);
    expect(leftOut).toHaveLength(1);
    expect(leftOut[0]).toContain(part);
  });

  it('suppress_prefixlength is modelled', () => {
    const { routing, leftOut } = read({ rules: [...USUAL, { priority: 100, src: 'all', table: 'main', suppress_prefixlen: 0 }] });
    expect(routing.ip_rules).toEqual(['-4 from all pref 100 lookup main suppress_prefixlength 0']);
    expect(leftOut).toEqual([]);
  });

  it.each([
    ['rule 0 is gone', USUAL.slice(1)],
    ['rule 0 is for some', [{ priority: 0, src: '10.0.0.0', srclen: 8, table: 'local' }, ...USUAL.slice(1)]],
    ['it has moved', [{ priority: 200, src: 'all', table: 'local' }, ...USUAL.slice(1)]],
  ])('%s: the list is all there is', (_, rules) => {
    const { routing } = read({ rules });
    expect(routing.default_rules).toBe(false);
    // of IPv6 nothing was told: it has what every namespace starts with
    expect(routing.ip_rules).toHaveLength(rules.length + 3);
  });
});

describe('routes', () => {
  it.each([
    ['a local route that was added by hand', { type: 'local', dst: '192.0.2.0/24', dev: 'lo', table: 'local', protocol: 'boot' }, 'local'],
    ['a table called as what every object has', { dst: '9.9.9.0/24', dev: 'eth0', table: 'constructor' }, 'constructor'],
    ['another one', { dst: '9.9.9.0/24', dev: 'eth0', table: '__proto__' }, '__proto__'],
  ])('%s is kept', (_, route, table) => {
    const { routing } = read({ routes: [DEFAULT, CONNECTED, route] });
    expect(Object.entries(routing.route_tables ?? {}).map(([name, list]) => [name, list.length])).toEqual([[table, 1]]);
  });

  it('the route to a peer is kept, what follows from addresses is not', () => {
    const peer = { dst: '10.9.0.1', dev: 'eth0', protocol: 'kernel', scope: 'link', prefsrc: '10.9.0.2', flags: ['linkdown'] };
    expect(read({ routes: [DEFAULT, CONNECTED, peer] }).routing.routes).toEqual([
      '-4 default via 10.1.0.1 dev eth0',
      '-4 10.9.0.1 dev eth0 src 10.9.0.2',
    ]);
  });

  it.each([
    [{ tos: '0x10' }, 'tos 0x10'],
    [{ via: { family: 'inet6', host: 'fe80::1' }, gateway: undefined }, '[via='],
    [{ nexthops: [{ gateway: '10.1.0.2', dev: 'eth0' }], gateway: undefined, dev: undefined }, '[nexthop=10.1.0.2,eth0]'],
    [{ encap: 'mpls' }, '[encap='],
    [{ flags: ['dead', 'linkdown'] }, 'dead'],
  ])('%j stays in the route, and is said not to be modelled', (more, part) => {
    const { routing, leftOut } = read({ routes: [DEFAULT, CONNECTED, { dst: '9.9.9.0/24', gateway: '10.1.0.2', dev: 'eth0', ...more }] });
    expect(routing.routes?.[1]).toContain(part);
    expect(leftOut).toEqual([expect.stringContaining(part)]);
  });

  it('an address without its route is one without a subnet', () => {
    const { routing, leftOut } = read({ routes: [DEFAULT] });
    expect(routing.interfaces?.[1]?.addresses).toEqual(['10.1.0.5/32']);
    expect(leftOut).toEqual([expect.stringContaining('has no route to the subnet')]);
  });

  it('flags that decide about sources are said', () => {
    const odd = [{ ifname: 'eth0', addr_info: [{ family: 'inet', local: '169.254.7.1', prefixlen: 32, scope: 'link' }] }];
    expect(read({ address: odd }).leftOut[0]).toContain('scope link');
  });
});
