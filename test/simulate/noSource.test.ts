/** A connection that cannot start: the reason is the route's, not that it found no source. The kernel's connect() fails with EACCES, EHOSTUNREACH, EINVAL. */
import { expect, it } from 'vitest';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { completePacket } from '../../src/host/completePacket.ts';
import { parsePacket } from '../../src/syntax/packets/parsePacket.ts';
import { hostOf } from '../support/host.ts';
import { rulesetsOf } from '../support/rulesets.ts';

const HOST = hostOf({
  interfaces: [{ name: 'eth0', addresses: ['10.244.0.5/24'] }],
  routes: ['prohibit 203.0.113.0/24', 'unreachable 198.51.100.0/24', 'blackhole 192.0.2.0/24'],
});

it.each([
  ['203.0.113.9', 'unreachable-route'],
  ['198.51.100.9', 'unreachable-route'],
  ['192.0.2.9', 'unreachable-route'],
  ['8.8.8.8', 'no-route'],
])('to %s: %s', (to, reason) => {
  const { packet } = completePacket(parsePacket({ file: 'packet', text: `out tcp -> ${to}:443` }).packet ?? {}, HOST);
  const [ruleset] = rulesetsOf('*filter\nCOMMIT\n');
  if (packet === undefined || ruleset === undefined) throw new Error('the packet or the rules cannot be read');
  const journey = walkJourney(ruleset, packet, { host: HOST, detailed: false });
  expect(journey.paths[0]?.legs[0]?.walk.fate).toEqual({ kind: 'lost', reason });
});
