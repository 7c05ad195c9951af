/** The way of a packet whose connection stalls, as a code flow: it goes on to the packet that stops the connection. */
import { expect, it } from 'vitest';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { codeFlow } from '../../src/report/sarif/flow.ts';
import { filter } from '../kernel/cases/kernelCase.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';

const HOST = hostOf({ interfaces: [{ name: 'eth0', addresses: ['10.244.0.5/24'] }], routes: ['default via 10.244.0.1 dev eth0'] });

function flowOf(...rules: readonly string[]): readonly string[] {
  const ruleset = rulesetOf(filter(...rules), { family: 4 });
  const journey = walkJourney(ruleset, packetOf('out tcp -> 203.0.113.9:80 uid=1000', HOST), { host: HOST, connection: 'data' });
  const input = { journey, file: 'pod.rules', defaults: [] };
  const { message, threadFlows } = codeFlow({ input, otherwise: { artifactLocation: { uri: 'pod.rules' } }, title: 'witness' });
  return [message.text, ...(threadFlows[0]?.locations.map(({ location }) => location.message?.text ?? '') ?? [])];
}

it('goes on to the packet that stops it', () => {
  const flow = flowOf('-A INPUT -p tcp --sport 80 -j DROP');
  expect(flow[0]).toMatch(/^witness: out tcp .*, stalled$/);
  const at = flow.findIndex((text) => text.startsWith('leg 1, SYN-ACK: server sends tcp 203.0.113.9:80'));
  expect(flow.slice(at + 1).some((text) => text.startsWith('INPUT: filter INPUT#1: -p tcp'))).toBe(true);
  expect(flow.at(-1)).toMatch(/^dropped by filter INPUT#1 at pod\.rules:\d+$/);
});

it('ends with its first packet where the connection completes', () => {
  expect(flowOf('-A INPUT -p udp -j DROP').some((text) => text.includes('SYN-ACK'))).toBe(false);
});
