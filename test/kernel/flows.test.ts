/** Packets that are not the first of their kind: later ones of a connection, and the kernel's own answers. test/facts has the cases
 *  in the simulator. */
import { afterAll, describe, expect, test } from 'vitest';
import { accountOfWalk, rowOfKernel } from '../../src/kernel/compared/account.ts';
import { kernelAnswer } from '../../src/simulate/kernelAnswer.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { dumpOf, readFixture } from '../support/fixtures.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { questionOfFlow } from './cases/flowQuestion.ts';
import { FLOW_CASES, type FlowCase } from './cases/flows.ts';
import { USUAL } from './cases/kernelCase.ts';
import { kernelHere } from './kernelHere.ts';
import type { Oracle } from './oracle.ts';
import { openOracle } from './oracle.ts';
import { play } from './playFlow.ts';
import type { HostJson } from './question.ts';
import { questionOf } from './question.ts';

interface Flow {
  readonly fixture: string;
  readonly packets: readonly string[];
}

const FLOWS: readonly Flow[] = [
  {
    fixture: 'firewall',
    packets: [
      'in tcp 203.0.113.9:41000 -> 198.51.100.10:80',
      'out tcp 198.51.100.10:80 -> 203.0.113.9:41000 flags=SA uid=33 gid=33',
      'in tcp 203.0.113.9:41000 -> 198.51.100.10:80 flags=A',
    ],
  },
  {
    fixture: 'istio-sidecar',
    packets: [
      'in tcp 10.244.0.9:41000 -> 10.244.0.5:8080',
      'out tcp 10.244.0.5:15006 -> 10.244.0.9:41000 flags=SA uid=1337 gid=1337',
      'in tcp 10.244.0.9:41000 -> 10.244.0.5:8080 flags=PA',
    ],
  },
  {
    fixture: 'istio-dns',
    packets: [
      'out udp 10.244.0.5:41000 -> 10.96.0.10:53',
      'out udp 127.0.0.1:15053 -> 10.244.0.5:41000 uid=1337 gid=1337',
      'out udp 10.244.0.5:41000 -> 10.96.0.10:53',
    ],
  },
  {
    fixture: 'kube-proxy',
    packets: [
      'in tcp 10.244.0.5:41000 -> 10.244.1.7:8080 iif=cni0',
      'in tcp 10.244.1.7:8080 -> 10.244.0.5:41000 iif=eth0 flags=SA',
      'in tcp 10.244.0.5:41000 -> 10.244.1.7:8080 iif=cni0 flags=A',
    ],
  },
];

const OWNERS = [
  '*filter\n:OUTPUT ACCEPT\n:INPUT ACCEPT\n:FORWARD ACCEPT',
  '-A INPUT -p tcp --dport 82 -j REJECT --reject-with tcp-reset',
  ...['--uid-owner 0', '! --uid-owner 0', '! --uid-owner 1337', '--socket-exists', '! --socket-exists'].map(
    (owner) => `-A OUTPUT -m owner ${owner}`,
  ),
  'COMMIT\n',
].join('\n');

/** What the kernel answers to a packet; its rules say whether a socket of its own sends it. Nobody owns it either way. */
const ANSWERS = [
  { name: 'the reset of a closed port', to: 'in tcp 10.244.0.9 -> 10.244.0.5:81' },
  { name: 'the reset of a REJECT rule', to: 'in tcp 10.244.0.9 -> 10.244.0.5:82' },
  { name: 'an echo reply', to: 'in icmp 10.244.0.9 -> 10.244.0.5' },
  { name: 'the reset of a closed port in IPv6', to: 'in tcp fd00:10:244::9 -> [fd00:10:244::5]:81' },
  { name: 'the reset of a REJECT rule in IPv6', to: 'in tcp fd00:10:244::9 -> [fd00:10:244::5]:82' },
  { name: 'an echo reply in IPv6', to: 'in icmpv6 fd00:10:244::9 -> fd00:10:244::5' },
  { name: 'a reset to ::1, which leaves by the interface of the address', to: 'out tcp ::1 -> [fd00:10:244::5]:81 uid=0' },
  { name: 'an echo reply to ::1', to: 'out icmpv6 ::1 -> fd00:10:244::5 uid=0' },
  { name: 'a reset to ::1 from an interface without a route for all', to: 'out tcp ::1 -> [fd00:192:168:50::5]:81 uid=0' },
  { name: 'an echo reply to ::1 from there', to: 'out icmpv6 ::1 -> fd00:192:168:50::5 uid=0' },
] as const;

/** What a router says of a packet of a socket; only packets that stay here are seen to be too big. */
const TOO_BIG: FlowCase = {
  name: 'too big',
  host: { listeners: [{ proto: 'udp', port: 15053, address: '0.0.0.0', process: 'proxy' }] },
  rules: OWNERS,
  packets: [
    {
      packet: 'in icmp 10.0.0.1 -> 10.244.0.5 iif=eth0 icmp=3/4',
      about: { proto: 17, src: '10.244.0.5', dst: '127.0.0.2', sport: 15053, dport: 53 },
      end: 'delivered',
    },
  ],
};

describe.runIf(kernelHere()).each(['legacy', 'nft'] as const)('kernel and simulator, %s backend', (backend) => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());

  test.each(FLOW_CASES)('$name', async (one) => {
    oracle ??= openOracle(backend);
    const { flow, family } = questionOfFlow(one);
    const rules = family === 4 ? { v4: one.rules } : { v6: one.rules };
    const [played] = await play(oracle, { host: { ...USUAL, ...one.host }, family, rules }, [flow]);
    expect(played?.disagreement).toBeUndefined();
    expect(played?.compared).toBe(flow.length);
  });

  test.each(FLOWS)('agree about the packets of a connection: $fixture', async ({ fixture, packets: texts }) => {
    oracle ??= openOracle(backend);
    const { text, host } = readFixture(fixture);
    const flow = texts.map((one) => packetOf(one, hostOf(host)));
    const [played] = await play(oracle, { host: host as HostJson, family: 4, rules: { v4: dumpOf(text, 4) } }, [flow]);
    expect(played?.disagreement).toBeUndefined();
    expect(played?.compared).toBe(flow.length);
  });

  test('what an error says of the size of packets is forgotten before the next flow', async () => {
    oracle ??= openOracle(backend);
    const host = { ...USUAL, ...TOO_BIG.host };
    const { flow } = questionOfFlow(TOO_BIG);
    const large = packetOf('out udp 10.244.0.5 -> 127.0.0.2:80 len=1400 uid=0', hostOf(host));
    const played = await play(oracle, { host, family: 4, rules: { v4: OWNERS } }, [flow, [large]]);
    expect(played.map(({ disagreement }) => disagreement)).toEqual([undefined, undefined]);
  });

  test.each(ANSWERS)('agree about $name', async ({ to }) => {
    oracle ??= openOracle(backend);
    const host = hostOf(USUAL);
    const packet = packetOf(to, host);
    const { family } = packet;
    const [answer] = await oracle.ask({ ...questionOf(USUAL, { [`v${family}`]: OWNERS }, [packet]), kernel_replies: true });
    const ruleset = rulesetOf(OWNERS, { family });
    const [first] = simulate({ ruleset, packet, host }).walks;
    const sent = first?.answer?.packet ?? (first && kernelAnswer(first, host)?.packet);
    if (sent === undefined) throw new Error('the simulator has no answer');
    const { walks } = simulate({ ruleset, packet: sent, host });
    const rows = walks.map((walk) => accountOfWalk(walk).rows);
    // what has no route meets nothing
    expect(answer?.generated?.map(({ trace }) => trace.map(rowOfKernel)) ?? []).toEqual(rows.filter(({ length }) => length > 0));
  });
});
