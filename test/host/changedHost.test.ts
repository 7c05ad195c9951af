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
