/** The rules of both backends for the same settings: compared by `diff`, and the example of each change sent in the kernel, on both sides. */
import { expect } from 'vitest';
import { completePacket } from '../../../src/host/completePacket.ts';
import type { HostDescription } from '../../../src/host/hostDescription.ts';
import { accountOfAnswer } from '../../../src/kernel/compared/account.ts';
import type { Examined } from '../../../src/kernel/compared/examined.ts';
import { formatAddress } from '../../../src/packet/address.ts';
import type { Packet } from '../../../src/packet/packet.ts';
import { readPacketJson } from '../../../src/packet/readPacketJson.ts';
import type { ResultsReport } from '../../../src/report/json/diffResults.ts';
import { chainwalk } from '../../cli/memoryIo.ts';
import { hostOf } from '../../support/host.ts';
import { describePair } from '../describe.ts';
import { examine } from '../examine.ts';
import { NOT_SENT } from '../generate/randomPacket.ts';
import type { Oracle } from '../oracle.ts';
import { examineNft } from './examineNft.ts';

export type Change = ResultsReport['changes'][number];

export interface BothBackends {
  readonly nft: string;
  readonly iptables: { readonly v4: string; readonly v6: string };
}

export function withoutTransparent({ listeners = [], ...host }: HostDescription): HostDescription {
  return { ...host, listeners: listeners.map(({ transparent: _, ...listener }) => listener) };
}

interface Asked {
  readonly pair: BothBackends;
  readonly host: HostDescription;
  readonly changes: readonly Change[];
}

/** Of how many classes an example was sent, and ended on both sides as the simulator says, and not alike. */
export async function inKernel(oracle: Oracle, { pair: { nft, iptables }, host, changes }: Asked): Promise<number> {
  let count = 0;
  for (const family of [4, 6] as const) {
    const sent = changes.filter((change) => change.family === `ipv${family}`).map(({ example }) => exampleOf(example, host));
    const packets = sent.filter(canBeSent);
    if (packets.length === 0) continue;
    const rules = { [`v${family}`]: family === 4 ? iptables.v4 : iptables.v6 };
    const was = await examine(oracle, { host, family, rules, packets });
    const is = await examineNft(oracle, { host, rules: { nft }, packets });
    expect([...was, ...is].filter(({ disagreement }) => disagreement !== undefined).map(describePair)).toEqual([]);
    count += was.filter((before, at) => endOf(before) !== endOf(is[at] as Examined)).length;
  }
  return count;
}

function exampleOf(json: unknown, host: HostDescription): Packet {
  const { given, problems } = readPacketJson(json);
  const { packet, problem } = given === undefined ? { problem: problems.join('; ') } : completePacket(given, hostOf(host));
  if (packet === undefined) throw new Error(problem);
  return packet;
}

/** See test/kernel/diffs.test.ts. */
function canBeSent({ dir, mark, src, dst, uid, fragOffset }: Packet): boolean {
  const usual = ![src, dst].some((address) => NOT_SENT.test(formatAddress(address))) && fragOffset === 0;
  return usual && (dir === 'in' ? mark === 0 : uid !== undefined);
}

function endOf({ answer }: Examined): string {
  return accountOfAnswer(answer).end;
}

export async function diffOf({ nft, iptables }: BothBackends, host?: HostDescription): Promise<ResultsReport> {
  const files = { base: `${iptables.v4}${iptables.v6}`, head: nft, host: JSON.stringify(host) };
  const { out, err } = await chainwalk(['diff', 'base', 'head', ...(host === undefined ? [] : ['--host', 'host']), '--json'], { files });
  if (out === '') throw new Error(err);
  return JSON.parse(out) as ResultsReport;
}
