/** kube-proxy's two modes for the same services: what `diff` shows between them is what the kernel does, on both sides. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { completePacket } from '../../../src/host/completePacket.ts';
import { accountOfAnswer } from '../../../src/kernel/compared/account.ts';
import type { Examined } from '../../../src/kernel/compared/examined.ts';
import { formatAddress } from '../../../src/packet/address.ts';
import type { Packet } from '../../../src/packet/packet.ts';
import { PROTO } from '../../../src/packet/protocol.ts';
import { readPacketJson } from '../../../src/packet/readPacketJson.ts';
import type { ResultsReport } from '../../../src/report/json/diffResults.ts';
import { chainwalk } from '../../cli/memoryIo.ts';
import { hostOf } from '../../support/host.ts';
import { packetOf } from '../../support/packet.ts';
import { describePair } from '../describe.ts';
import { examine } from '../examine.ts';
import { NOT_SENT } from '../generate/randomPacket.ts';
import { kernelHere } from '../kernelHere.ts';
import { type Oracle, openOracle } from '../oracle.ts';
import type { HostJson } from '../question.ts';
import { examineNft } from './examineNft.ts';

const file = (name: string): string => readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url), 'utf8');
const HOST = JSON.parse(file('hosts/node-services.json')) as HostJson;

/** What sets the modes apart, for packets to the services of both families. */
const TOPICS: readonly (readonly [about: string, where: Readonly<Partial<Record<4 | 6, string>>>, outcomes: string])[] = [
  [
    'three endpoints are chosen alike',
    {
      4: 'in tcp -> 10.96.0.20:80 iif=eth0 flags=S/FSRA',
      6: 'in tcp -> [fd00:10:96::20]:80 iif=eth0 flags=S/FSRA',
    },
    '',
  ],
  [
    'a port that no service has',
    {
      4: 'in tcp 203.0.113.9 -> 10.96.0.20:8080 iif=eth0 flags=S/FSRA mark=0',
      6: 'in tcp 2001:db8::9 -> [fd00:10:96::20]:8080 iif=eth0 flags=S/FSRA mark=0',
    },
    'forwarded -> rejected',
  ],
  [
    'ping of a ClusterIP',
    {
      4: 'in icmp 203.0.113.9 -> 10.96.0.20 iif=eth0 icmp=8 mark=0',
      6: 'in icmpv6 2001:db8::9 -> fd00:10:96::20 iif=eth0 icmp=128 mark=0',
    },
    'forwarded -> rejected',
  ],
  [
    'a ClusterIP that nobody has',
    {
      4: 'out tcp -> 10.96.7.7:80 flags=S/FSRA mark=0',
      6: 'out tcp fd00:192:168:1::10 -> [fd00:10:96::77]:80 flags=S/FSRA mark=0',
    },
    'direct -> dropped',
  ],
  [
    'a node port on another address of the node',
    {
      4: 'in tcp 203.0.113.9 -> 10.244.0.1:30080 iif=eth0 ttl=64',
      6: 'in tcp 2001:db8::9 -> [fd00:10:244::1]:30080 iif=eth0 ttl=64',
    },
    'forwarded -> refused',
  ],
  ['a node port on localhost', { 4: 'out tcp 127.0.0.1 -> 127.0.0.1:30080' }, 'direct -> refused'],
  ['localhost, from a neighbour', { 4: 'in tcp 192.168.1.77 -> 127.0.0.1:22 iif=eth0 flags=S/FSRA' }, 'dropped -> to-app'],
  [
    'INVALID packets that are forwarded',
    {
      4: 'in icmp 203.0.113.9 -> 10.244.0.5 iif=eth0 icmp=0',
      6: 'in icmpv6 2001:db8::9 -> fd00:10:244::5 iif=eth0 icmp=129',
    },
    'dropped -> forwarded',
  ],
  [
    'an external address without endpoints, from the node',
    {
      4: 'out tcp -> 203.0.113.99:80 mark=0',
      6: 'out tcp fd00:192:168:1::10 -> [2001:db8:113::99]:80 flags=S/FSRA mark=0',
    },
    'direct -> rejected',
  ],
];
const ASKED = TOPICS.flatMap(([about, where, outcomes]) =>
  ([4, 6] as const).flatMap((family) => {
    const packets = where[family];
    return packets === undefined ? [] : [{ about, family, packets, outcomes }];
  }),
);

const rulesOf = (family: 4 | 6) => {
  const end = family === 6 ? '-v6' : '';
  return { base: file(`kube-proxy/iptables${end}.rules`), head: file(`kube-proxy/nftables${end}.nft`) };
};

async function changesOf(family: 4 | 6, ...args: readonly string[]): Promise<Pick<ResultsReport, 'changes' | 'undecided'>> {
  const files = { ...rulesOf(family), host: JSON.stringify(HOST) };
  const { out, err } = await chainwalk(['diff', 'base', 'head', '--host', 'host', '--json', '--timeout', '600', ...args], { files });
  if (out === '') throw new Error(err);
  return JSON.parse(out) as ResultsReport;
}

describe('kube-proxy in its mode of iptables and of nftables', () => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());

  /** How many of the examples could be sent: each ends on both sides as the simulator says, and not alike. */
  async function inKernel(family: 4 | 6, changes: ResultsReport['changes']): Promise<number> {
    const packets = changes.map(({ example }) => exampleOf(example)).filter(canBeSent);
    if (packets.length === 0) return 0;
    oracle ??= openOracle('nft');
    const { base, head } = rulesOf(family);
    const was = await examine(oracle, { host: HOST, family, rules: { [`v${family}`]: base }, packets });
    const is = await examineNft(oracle, { host: HOST, rules: { nft: head }, packets });
    expect([...was, ...is].flatMap((pair) => (pair.disagreement === undefined ? [] : [describePair(pair)]))).toEqual([]);
    const endOf = (pair: Examined | undefined): string => (pair === undefined ? '' : accountOfAnswer(pair.answer).end);
    expect(was.flatMap((before, at) => (endOf(before) === endOf(is[at]) ? [describePair(before)] : []))).toEqual([]);
    return packets.length;
  }

  test.each(ASKED)('IPv$family: $about', { timeout: 300_000 }, async ({ family, packets, outcomes }) => {
    const { changes, undecided } = await changesOf(family, '--where', packets);
    expect(undecided).toEqual([]);
    expect(changes.map(({ base, head }) => `${base.outcome} -> ${head.outcome}`)).toEqual(outcomes === '' ? [] : [outcomes]);
    if (kernelHere()) expect(await inKernel(family, changes)).toBe(changes.length);
  });

  test.runIf(kernelHere())('all that changes: each class of packets', { timeout: 900_000 }, async () => {
    const { changes, undecided } = await changesOf(4);
    // session affinity, which is remembered in other ways
    expect(undecided.filter(({ packets }) => !packets.includes('-> 10.96.0.60:80')).map(({ packets }) => packets)).toEqual([]);
    expect(await inKernel(4, changes)).toBeGreaterThanOrEqual(15);
  });
});

describe.runIf(kernelHere())('a node whose FORWARD has the policy DROP', () => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());
  const packets = [packetOf('in tcp 198.51.100.9:40000 -> 192.168.1.10:30080 iif=eth0', hostOf(HOST))];
  const { base, head } = rulesOf(4);
  const policy = '*filter\n:INPUT ACCEPT\n:FORWARD DROP\n:OUTPUT ACCEPT\nCOMMIT\n';

  test('a node port works in the mode of iptables', async () => {
    oracle ??= openOracle('nft');
    const v4 = base.replace(':FORWARD ACCEPT', ':FORWARD DROP');
    const [pair] = await examine(oracle, { host: HOST, family: 4, rules: { v4 }, packets });
    expect(pair?.disagreement).toBe(undefined);
    expect(pair && accountOfAnswer(pair.answer).end).toMatch(/^forwarded/);
  });

  test('and is dropped in the mode of nftables', async () => {
    oracle ??= openOracle('nft');
    const [pair] = await examineNft(oracle, { host: HOST, rules: { nft: head, v4: policy }, packets });
    expect(pair?.disagreement).toBe(undefined);
    expect(pair && accountOfAnswer(pair.answer).end).toMatch(/drop/);
  });
});

function exampleOf(json: unknown): Packet {
  const { given, problems } = readPacketJson(json);
  const { packet, problem } = given === undefined ? { problem: problems.join('; ') } : completePacket(given, hostOf(HOST));
  if (packet === undefined) throw new Error(problem);
  return packet;
}

const USUAL: ReadonlySet<number> = new Set([PROTO.tcp, PROTO.udp, PROTO.icmp, PROTO.icmpv6]);

/** See test/kernel/diffs.test.ts. */
function canBeSent({ dir, mark, src, dst, uid, fragOffset, proto }: Packet): boolean {
  const usual = USUAL.has(proto) && ![src, dst].some((address) => NOT_SENT.test(formatAddress(address))) && fragOffset === 0;
  return usual && (dir === 'in' ? mark === 0 : uid !== undefined);
}
