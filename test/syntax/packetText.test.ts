/** A packet that is printed and typed again is the same packet. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packets } from '../../src/api/arbitraries/index.ts';
import { completePacket } from '../../src/host/completePacket.ts';
import { packetText } from '../../src/packet/notation.ts';
import { readPacketJson } from '../../src/packet/readPacketJson.ts';
import { readFixture } from '../support/fixtures.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';

const host = hostOf(readFixture('istio-sidecar').host);

it.each([
  'out tcp -> 203.0.113.9:443 uid=1000 ttl=3 len=150 tos=16',
  'in udp 10.0.0.9:53 -> 10.244.0.5:40000 mac=02:00:00:00:00:01',
  'out tcp [fd00:10:244::5]:1 -> [2001:db8::1]:2 flags=FA len=60 mark=0x7',
  'in icmp 10.0.0.9 -> 10.244.0.5 icmp=3/4',
  'out udp -> 10.0.0.9 frag=185 len=60',
])('%s', (text) => {
  const packet = packetOf(text, host);
  expect(packetOf(packetText(packet), host)).toEqual(packet);
});

it('of every kind that the library draws', () => {
  let seen = 0;
  fc.assert(
    fc.property(packets(readFixture('istio-dual-stack').text), (drawn) => {
      const { given } = readPacketJson(drawn);
      const { packet } = given === undefined ? {} : completePacket(given, host);
      if (packet === undefined) return;
      seen += 1;
      expect(packetOf(packetText(packet), host)).toEqual(packet);
    }),
    { seed: 11, numRuns: 400 },
  );
  expect(seen).toBeGreaterThan(350);
});
