/** Hosts after the calls of a script. */
import { expect, test } from 'vitest';
import { changedHost } from '../../src/host/changedHost.ts';
import { readHost } from '../../src/host/readHost.ts';
import { hostChanges } from '../../src/syntax/host/ipCalls.ts';

const { host } = readHost({ interfaces: [{ name: 'eth0', addresses: ['10.0.0.2/24'] }] });

function routeAfter(call: string): unknown {
  if (host === undefined) throw new Error('the host cannot be read');
  return changedHost(host, hostChanges(call.split(' ')) ?? []).routes.at(-1);
}

/** As Linux 6.18 listed them after these calls: `dev`, `metric`. */
test.each([
  ['ip route add 10.1.0.0/16 oif eth0 preference 5', { dev: 'eth0', metric: 5 }],
  ['ip route add 10.1.0.0/16 dev eth0 priority 7', { dev: 'eth0', metric: 7 }],
  ['ip route add 10.1.0.0/16 oif eth0 metric 7', { dev: 'eth0', metric: 7 }],
])('%s', (call, route) => {
  expect(routeAfter(call)).toMatchObject({ ...route, to: { length: 16 } });
  expect(routeAfter(call)).not.toHaveProperty('unknown');
});

/** As Linux 6.18 answered: is the route gone? */
test.each([
  ['ip route add blackhole 203.0.113.0/24', 'ip route del 203.0.113.0/24', true],
  ['ip route add unreachable 203.0.113.0/24', 'ip route del blackhole 203.0.113.0/24', false],
  ['ip route add blackhole 203.0.113.0/24', 'ip route del unicast 203.0.113.0/24', false],
  ['ip route add unreachable 203.0.113.0/24', 'ip route del unreachable 203.0.113.0/24', true],
  ['ip route add local 10.9.0.0/16 dev lo', 'ip route del 10.9.0.0/16 table local', true],
  ['ip route add local 10.9.0.0/16 dev lo', 'ip route del unicast 10.9.0.0/16 table local', false],
  ['ip -6 route add blackhole 2001:db8::/32', 'ip -6 route del 2001:db8::/32', true],
  ['ip -6 route add blackhole 2001:db8::/32', 'ip -6 route del unreachable 2001:db8::/32', true],
])('%s, %s', (add, del, isGone) => {
  if (host === undefined) throw new Error('the host cannot be read');
  const changes = [add, del].map((call) => hostChanges(call.split(' ')) ?? []);
  const [added, deleted] = [changes.slice(0, 1), changes].map((made) => changedHost(host, made.flat()).routes.length);
  expect([added, deleted]).toEqual([host.routes.length + 1, host.routes.length + (isGone ? 0 : 1)]);
});
