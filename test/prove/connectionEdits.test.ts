/** Edits that were played with real sockets (test/kernel/connections.test.ts): what stalls there is found by connections-complete, with the
 *  packet that does not arrive and the rule that stops it. */
import { describe, expect, it } from 'vitest';
import { verifyRulesets } from '../../src/prove/judge/verifyRules.ts';
import { type ConnectionRoom, hostIn, nameOf, type RoomEdit, rulesIn } from '../kernel/cases/connectionRoom.ts';
import { DNS_ROOM, KUMA_USER_ROOM } from '../kernel/cases/connectionsDns.ts';
import { SIDECAR_ROOM } from '../kernel/cases/connectionsSidecar.ts';
import { TPROXY_ROOM, TPROXY6_ROOM } from '../kernel/cases/connectionsTproxy.ts';
import { readFixture } from '../support/fixtures.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetsOf } from '../support/rulesets.ts';

const ROOMS = [SIDECAR_ROOM, TPROXY_ROOM, TPROXY6_ROOM, DNS_ROOM, KUMA_USER_ROOM];

const CLIENT_PORTS = 1024;

/** As the reasons name them. */
const NAMES: Readonly<Record<string, string>> = {
  'syn-ack': 'the SYN-ACK',
  ack: 'the ACK',
  answer: 'the answer',
  data: 'the data of the client',
  'data-back': 'the data of the server',
};

function reasonsIn(room: ConnectionRoom, edit: RoomEdit): readonly string[] {
  const host = hostOf(hostIn(room, edit));
  const rulesets = rulesetsOf(rulesIn(room, edit), { sets: host.sets, family: room.family });
  const { findings } = verifyRulesets(rulesets, { host, only: ['connections-complete'] });
  return findings.flatMap(({ verdict, reason = '' }) => (verdict === 'violated' ? [reason] : []));
}

/** `the SYN-ACK is dropped by filter OUTPUT#3`, of those that a rule drops; else the packet alone. */
function said(end: string): string {
  const [part = '', how = '', by = ''] = end.split(' ');
  const [table, chain, number] = by.split(':');
  const name = NAMES[part] ?? part;
  if (number === undefined || how !== 'dropped') return name;
  return `${name} is dropped by ${number === 'policy' ? `the policy of ${table} ${chain}` : `${table} ${chain}#${number}`}`;
}

describe.each(ROOMS.map((room) => [room.name, room] as const))('%s', (_, room) => {
  it.each(room.edits.map((edit) => [nameOf(edit), edit] as const))('%s', { timeout: 60_000 }, (__, edit) => {
    const host = hostOf(hostIn(room, edit));
    // the claim asks about clients as they are, whose ports are not those of servers
    const asked = edit.ends.filter((_end, at) => (packetOf(room.openings[at] ?? '', host).sport ?? CLIENT_PORTS) >= CLIENT_PORTS);
    const stalls = asked.filter((end) => NAMES[end.split(' ')[0] ?? ''] !== undefined);
    const reasons = reasonsIn(room, edit);
    for (const end of new Set(stalls.map(said))) expect(reasons.join('\n')).toContain(end);
  });
});

it('a policy is named with its chain', () => {
  const policy = '*filter\n:OUTPUT DROP\n-A OUTPUT -m conntrack --ctstate NEW -j ACCEPT\nCOMMIT\n';
  const rulesets = rulesetsOf(`${readFixture('istio-sidecar').text}${policy}`);
  const { findings } = verifyRulesets(rulesets, { host: hostOf({}), only: ['connections-complete'] });
  const reasons = findings.flatMap(({ reason }) => reason ?? []);
  expect(reasons).toContain('the SYN-ACK is dropped by the policy of filter OUTPUT');
  expect(reasons).toContain('the answer is dropped by the policy of filter OUTPUT');
});
