/** Whole connections: real sockets in namespaces, the simulator's conversations beside them. */
import { expect, test } from 'vitest';
import { TCP_FLAGS } from '../../src/packet/fields.ts';
import { PROTO } from '../../src/packet/protocol.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { hostIn, nameOf, rulesIn } from './cases/connectionRoom.ts';
import { CONNECTION_ROOMS } from './cases/connectionRooms.ts';
import { CONNECTION_EDITS, OPENINGS, rulesOf, SIDECAR_HOST } from './cases/connections.ts';
import { compareConnections, runConnections } from './connectionSuite.ts';
import { kernelHere } from './kernelHere.ts';
import type { HostJson } from './question.ts';
import { openSockets, questionOfCase } from './sockets.ts';

const FIRST_PORT = 41_000;

test.runIf(kernelHere())('edits break the connections that the simulator says', { timeout: 600_000, concurrent: true }, async () => {
  const sockets = openSockets('nft');
  const host = hostOf(SIDECAR_HOST);
  const openings = OPENINGS.map((text, at) => {
    const packet = packetOf(text, host);
    return { ...packet, sport: FIRST_PORT + at, ...(packet.proto === PROTO.tcp && { flags: TCP_FLAGS.S }) };
  });
  try {
    for (const one of CONNECTION_EDITS) {
      const name = one.edits.map(({ rule }) => rule).join('; ');
      const { compared, differences } = await compareConnections(
        sockets,
        { name, host: SIDECAR_HOST, rules: { v4: rulesOf(one) }, openings },
        4,
      );
      expect([name, compared, differences]).toEqual([name, OPENINGS.length, []]);
    }
  } finally {
    await sockets.close();
  }
});

// each in namespaces of its own: most of the time is waiting for packets that do not come
test.runIf(kernelHere()).each(CONNECTION_ROOMS)('$name', { timeout: 600_000, concurrent: true }, async (room) => {
  const sockets = openSockets('nft');
  try {
    for (const edit of room.edits) {
      const json = hostIn(room, edit);
      const host = hostOf(json);
      const openings = room.openings.map((text, at) => {
        const packet = packetOf(text, host);
        return (packet.sport ?? 0) < 1024 ? packet : { ...packet, sport: FIRST_PORT + at };
      });
      const rules = { [`v${room.family}`]: rulesIn(room, edit) };
      const { compared, differences } = await compareConnections(sockets, { name: nameOf(edit), host: json, rules, openings }, room.family);
      expect([nameOf(edit), compared, differences]).toEqual([nameOf(edit), room.openings.length, []]);
    }
  } finally {
    await sockets.close();
  }
});

const OWNED = `table inet t {
chain i {
type filter hook input priority 0;
meta skuid 1000 meta skgid 0-1000 drop
}
chain p {
type filter hook prerouting priority 0;
meta skuid 0-4294967294 drop
}
}
`;

test.runIf(kernelHere())('nft asks at input, not before, whose the socket is that answers belong to', { concurrent: true }, async () => {
  const sockets = openSockets('nft');
  const host = hostOf(SIDECAR_HOST);
  const to = { 4: '10.0.0.9', 6: '[2001:db8::9]' } as const;
  try {
    for (const family of [4, 6] as const) {
      const openings = ['tcp', 'udp'].flatMap((proto) =>
        [1000, 1001].map((uid, at) => ({
          ...packetOf(`out ${proto} -> ${to[family]}:9000 uid=${uid} gid=1000`, host),
          sport: FIRST_PORT + at,
        })),
      );
      const { compared, completed, skipped, differences } = await compareConnections(
        sockets,
        { name: 'owned', host: SIDECAR_HOST, rules: { nft: OWNED }, openings },
        family,
      );
      // who closes a socket, and does not only shut it down, is its user no longer: the end of the other one of TCP is open
      expect({ compared, completed, skipped, differences }).toEqual({ compared: 3, completed: 1, skipped: 1, differences: [] });
    }
  } finally {
    await sockets.close();
  }
});

const RETURNED = `table ip6 t {
chain p {
type filter hook prerouting priority 10
tcp flags & (fin | ack) == fin | ack meta mark set 7
ct direction original meta mark set 7
}
}
`;
const TWO_LINKS: HostJson = {
  interfaces: [
    { name: 'eth0', addresses: ['fd00:10:244::5/64'] },
    { name: 'net1', addresses: ['fd00:192:168:50::5/64'] },
  ],
  ip_rules: ['-6 fwmark 7 lookup 200'],
  route_tables: { 200: ['-6 default dev net1'] },
  sysctls: { 'net.ipv6.conf.all.forwarding': '1' },
};

test.runIf(kernelHere())('a reset is not the end of the other side', { concurrent: true }, async () => {
  const sockets = openSockets('nft');
  const host = hostOf(TWO_LINKS);
  const opening = { ...packetOf('in tcp fd00:10:244::9 -> [2001:db8::9]:443 iif=eth0', host), sport: FIRST_PORT, flags: TCP_FLAGS.S };
  const one = { name: 'returned', host: TWO_LINKS, rules: { nft: RETURNED }, openings: [opening] };
  try {
    // the server's FIN goes back by net1 and is reset there, which ends the server, so that the client is reset as well: read(2) says so
    // once, and then that there is no more
    const [real] = await sockets.ask(questionOfCase(one));
    expect(real).toMatchObject({ back: true, fin: true, fin_back: false });
    expect((await compareConnections(sockets, one, 6)).differences).toEqual([]);
  } finally {
    await sockets.close();
  }
});

test.runIf(kernelHere())('random connections', { timeout: 600_000, concurrent: true }, async () => {
  const shown: string[] = [];
  const result = await runConnections({ wanted: 400, seed: 7, backend: 'nft', print: (text) => shown.push(text) });
  expect([shown, result.failed]).toEqual([[], 0]);
  expect(result.compared).toBeGreaterThanOrEqual(400);
  // what is compared is not all alike
  expect(result.completed).toBeGreaterThan(60);
  expect(result.compared - result.completed).toBeGreaterThan(60);
});
