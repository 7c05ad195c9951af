/** What the kernel answers itself. docs/facts/kernel.md#what-the-kernel-answers-itself */
import { expect, it } from 'vitest';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { USUAL } from '../kernel/cases/kernelCase.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';

const RULES = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n';
const SILENT = RULES.replace('COMMIT', '-A OUTPUT -p icmp -j DROP\nCOMMIT');
const OF_SOCKETS = RULES.replace('COMMIT', '-A OUTPUT -m owner --socket-exists -j DROP\nCOMMIT');
const V6 = RULES.replace('COMMIT', '-A INPUT -s fd00::/8\nCOMMIT');
const DESTINATION = RULES.replace('*filter', '*nat')
  .replace(':FORWARD ACCEPT [0:0]\n', ':PREROUTING ACCEPT [0:0]\n')
  .replace('COMMIT', '-A PREROUTING -d 10.9.9.9/32 -j DNAT --to-destination 10.244.0.5\nCOMMIT');

it.each([
  [RULES, 'in icmp -> 10.244.0.5', 'ANSWERED by the kernel: echo reply from 10.244.0.5, no application sees it'],
  [RULES, 'out icmp -> 10.244.0.5', 'ANSWERED by the kernel: echo reply from 10.244.0.5, no application sees it'],
  [RULES, 'in icmp -> 10.244.0.5 icmp=13', 'ANSWERED by the kernel: timestamp reply from 10.244.0.5, no application sees it'],
  [V6, 'in icmpv6 -> fd00:10:244::5', 'ANSWERED by the kernel: echo reply from fd00:10:244::5, no application sees it'],
  [RULES, 'in icmp -> 10.244.0.255', 'NOT ANSWERED by the kernel, no application sees it: it goes to a broadcast'],
  [SILENT, 'in icmp -> 10.244.0.5', 'NOT ANSWERED by the kernel, no application sees it: its echo reply is dropped by'],
  [OF_SOCKETS, 'in icmp -> 10.244.0.5', 'NOT ANSWERED by the kernel, no application sees it: its echo reply is dropped by'],
  [RULES, 'in icmp -> 10.244.0.5 icmp=17', 'TO APP -> 10.244.0.5, taken by the kernel'],
])('%#: %s', async (rules, packet, answer) => {
  const { out } = await chainwalk(['trace', 'r.rules', packet], { files: { 'r.rules': rules } });
  expect(out.replaceAll(/\s+/g, ' ')).toContain(answer);
});

it('a reply to a rewritten request comes from the address that was asked', async () => {
  const { out } = await chainwalk(['trace', 'r.rules', 'in icmp -> 10.9.9.9', '--pod-ip', '10.244.0.5'], {
    files: { 'r.rules': DESTINATION },
  });
  expect(out).toMatch(/^ANSWERED by the kernel: echo reply from 10\.9\.9\.9/);
});

it('the outcome stays to-app', async () => {
  const { out } = await chainwalk(['trace', 'r.rules', 'in icmp -> 10.244.0.5', '--json'], { files: { 'r.rules': RULES } });
  expect(JSON.parse(out).outcome).toBe('to-app');
});

it.each(['in icmp 10.0.0.9 -> 10.244.0.5 iif=eth0', 'out icmp -> 10.244.0.5'])('%s: the reply is the answer of its connection', (text) => {
  const host = hostOf(USUAL);
  const ruleset = rulesetOf(SILENT.replace('-p icmp', '-p icmp --icmp-type echo-reply'), { family: 4 });
  const [leg] = walkJourney(ruleset, packetOf(text, host), { host, connection: 'data' }).paths[0]?.legs ?? [];
  expect(leg?.reply?.walk?.fate.kind).toBe('dropped');
  expect(leg?.reply?.walk).toBe(leg?.connection?.ways[0].parts[1]?.walk);
});
