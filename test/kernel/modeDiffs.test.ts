/** The changes of the default pod between versions, modes and interception modes, put to the kernel: the example of every class is sent
 *  under the rules of both sides, ends there as the simulator says, and not alike. */
import { afterAll, describe, expect, test } from 'vitest';
import { completePacket } from '../../src/host/completePacket.ts';
import { accountOfAnswer } from '../../src/kernel/compared/account.ts';
import { formatAddress } from '../../src/packet/address.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { readPacketJson } from '../../src/packet/readPacketJson.ts';
import type { ResultsReport } from '../../src/report/json/diffResults.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { readFixture } from '../support/fixtures.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { describePair } from './describe.ts';
import { examine } from './examine.ts';
import { NOT_SENT } from './generate/randomPacket.ts';
import { kernelHere } from './kernelHere.ts';
import type { Oracle } from './oracle.ts';
import { openOracle } from './oracle.ts';
import type { HostJson } from './question.ts';
import { VERDICTS } from './verdicts.ts';

const REDIRECT = readFixture('istio-sidecar').host as HostJson;
const TPROXY = readFixture('istio-tproxy').host as HostJson;
const POD =
  'kind: Pod\nmetadata: {name: app, annotations: {sidecar.istio.io/interceptionMode: TPROXY}}\nspec: {containers: [{name: app}]}\n';

/** As iptables-save prints them. */
async function rendered(...args: readonly string[]): Promise<string> {
  const { out } = await chainwalk(['render', '-q', ...args], { files: { 'tproxy.yaml': POD } });
  return (await chainwalk(['print', '-'], { stdin: out })).out;
}

interface Side {
  readonly rules: string;
  readonly host: HostJson;
}

interface Comparison {
  readonly name: string;
  readonly diff: readonly string[];
  readonly base: () => Promise<Side>;
  readonly head: () => Promise<Side>;
  /** classes in which no packet can be sent here: arriving with a mark, or from or to an address that nobody has */
  readonly notSent: number;
}

const COMPARISONS: readonly Comparison[] = [
  {
    name: 'istio-init and the CNI plugin',
    diff: ['--base-mode', 'init', '--head-mode', 'cni'],
    base: async () => ({ rules: await rendered('--mode', 'init'), host: REDIRECT }),
    head: async () => ({ rules: await rendered('--mode', 'cni'), host: REDIRECT }),
    notSent: 0,
  },
  {
    name: 'REDIRECT and TPROXY',
    diff: ['--head-annotation', 'sidecar.istio.io/interceptionMode=TPROXY'],
    base: async () => ({ rules: await rendered('--mode', 'init'), host: REDIRECT }),
    head: async () => ({ rules: await rendered('--pod', 'tproxy.yaml'), host: TPROXY }),
    notSent: 16,
  },
];

/** Whether the oracle can send it; see diffs.test.ts. */
function canBeSent({ dir, mark, src, dst, uid, fragOffset }: Packet): boolean {
  const usual = ![src, dst].some((address) => NOT_SENT.test(formatAddress(address))) && fragOffset === 0;
  return usual && (dir === 'in' ? mark === 0 : uid !== undefined);
}

describe.runIf(kernelHere()).each(['legacy', 'nft'] as const)('changes of the default pod in the kernel, %s backend', (backend) => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());

  test.each(COMPARISONS)('$name: each class of change', { timeout: 120_000 }, async ({ diff, base, head, notSent }) => {
    oracle ??= openOracle(backend);
    const report = JSON.parse((await chainwalk(['diff', ...diff, '--json'])).out) as ResultsReport;
    // one packet is sent of each: what answers it, and does not come, is for connections.test.ts
    const changes = report.changes.filter((change) => [change.base, change.head].every(({ outcome }) => outcome !== 'stalled'));
    const examples = changes.map(({ example }) => exampleOf(example));
    const sent = examples.flatMap((packet, index) => (canBeSent(packet) ? [{ packet, change: changes[index] }] : []));
    const packets = sent.map(({ packet }) => packet);
    const ask = async ({ rules, host }: Side) => examine(oracle as Oracle, { host, family: 4, rules: { v4: rules }, packets });
    const was = await ask(await base());
    const is = await ask(await head());
    expect([...was, ...is].flatMap((pair) => (pair.disagreement === undefined ? [] : [describePair(pair)]))).toEqual([]);
    const alike = sent.flatMap(({ change }, index) => {
      const ends = [was[index], is[index]].map((pair) => (pair === undefined ? '' : accountOfAnswer(pair.answer).end));
      const firstLeg = JSON.stringify([change?.base.fate, change?.base.after]) !== JSON.stringify([change?.head.fate, change?.head.after]);
      return firstLeg && ends[0] === ends[1] ? [`${change?.packets}: ${ends[0]}`] : [];
    });
    expect(alike).toEqual([]);
    expect(examples.length - sent.length).toBe(notSent);
    expect(sent.length).toBeGreaterThan(1);
  });

  test('Istio 1.22 and 1.25: the packets that matter end alike', { timeout: 120_000 }, async () => {
    oracle ??= openOracle(backend);
    const host = hostOf(REDIRECT);
    const packets = VERDICTS.filter(({ fixture, packet }) => fixture === 'istio-sidecar' && !packet.includes('ctstate')).map(({ packet }) =>
      packetOf(packet, host),
    );
    const ends = async (version: string) => {
      const rules = await rendered('--mode', 'init', '--istio', version);
      const pairs = await examine(oracle as Oracle, { host: REDIRECT, family: 4, rules: { v4: rules }, packets });
      expect(pairs.flatMap((pair) => (pair.disagreement === undefined ? [] : [describePair(pair)]))).toEqual([]);
      return pairs.map(({ answer }) => accountOfAnswer(answer).end);
    };
    expect(await ends('1.22')).toEqual(await ends('1.25'));
    expect(packets.length).toBeGreaterThan(10);
  });
});

function exampleOf(json: unknown): Packet {
  const { given, problems } = readPacketJson(json);
  const { packet, problem } = given === undefined ? { problem: problems.join('; ') } : completePacket(given, hostOf(REDIRECT));
  if (packet === undefined) throw new Error(problem);
  return packet;
}
