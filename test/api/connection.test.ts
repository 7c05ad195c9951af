/** What the library says of a packet's connection, and that a sidecar's connections complete whatever opens them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packets } from '../../src/api/arbitraries/index.ts';
import { InputError, parse, trace } from '../../src/api/library/index.ts';
import { readFixture } from '../support/fixtures.ts';

const NAMES = ['istio-sidecar', 'istio-dns', 'istio-tproxy', 'istio-dual-stack', 'istio-ambient', 'linkerd', 'consul', 'kuma'];

describe('connections', () => {
  it.each(NAMES)('%s: what opens one and is captured or let past completes', (name) => {
    const rules = parse(readFixture(name).text);
    const arrives = ['captured-out', 'captured-in', 'dns', 'direct', 'to-app', 'to-proxy', 'forwarded'];
    let opened = 0;
    fc.assert(
      fc.property(packets(rules, { proto: ['tcp', 'udp'] }), (packet) => {
        fc.pre(packet.proto !== 'udp' || packet.sport !== 53);
        // an answer to an address of the pod itself does not leave it
        fc.pre(packet.dir === 'out' || packet.src !== '::6');
        const { outcome, connection } = trace(rules, packet, { same: false });
        if (connection === undefined || !('completes' in connection)) return;
        opened++;
        if (arrives.includes(outcome)) expect(connection.completes).toBe(true);
        expect(outcome).not.toBe('stalled');
      }),
      { seed: 14, numRuns: 150 },
    );
    expect(opened).toBeGreaterThan(30);
  });

  it('of a client at port 53 do not: the answer of the pod is taken for a question of DNS', () => {
    const { outcome, connection } = trace(readFixture('istio-dns').text, 'in udp 10.244.0.9:53 -> 10.244.0.5:80');
    expect(outcome).toBe('stalled');
    const reason = 'the answer comes to this host at 127.0.0.1:15053, not 10.244.0.9:53: conntrack zone 2 does not know its connection';
    expect(connection).toMatchObject({ completes: false, reason });
  });

  it('of the answer are those of its first leg', () => {
    const answer = trace(readFixture('istio-sidecar').text, 'out tcp -> 203.0.113.9:443', { connection: true });
    expect(answer.connection).toBe(answer.legs[0]?.connection);
    expect(answer.legs[1]?.connection?.packets.map(({ name, fate }) => [name, fate.kind])).toContainEqual(['too-big', 'delivered']);
  });

  it('of a packet with a state are the one that it belongs to', () => {
    const { connection } = trace(
      readFixture('istio-sidecar').text,
      'in tcp 10.0.0.9:80 -> 10.244.0.5:40000 ctstate=ESTABLISHED ctdir=reply',
    );
    expect(connection).toMatchObject({ direction: 'reply', original: { src: '10.244.0.5', dst: '10.0.0.9', dport: 80 } });
  });

  it('are requested with true or false', () => {
    expect(() => trace(readFixture('istio-sidecar').text, 'out tcp -> 203.0.113.9:443', { connection: 'whole' as never })).toThrow(
      InputError,
    );
  });
});
