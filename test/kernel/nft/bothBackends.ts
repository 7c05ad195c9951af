/** The rules of both backends for the same settings: compared by `diff`, and the example of each change sent in the kernel, on both sides. */
import { expect } from 'vitest';
import { completePacket } from '../../../src/host/completePacket.ts';
import type { HostDescription } from '../../../src/host/hostDescription.ts';
import { whyUnaskable } from '../../../src/kernel/asked/unaskable.ts';
import { accountOfAnswer } from '../../../src/kernel/compared/account.ts';
import type { Examined } from '../../../src/kernel/compared/examined.ts';
import { formatAddress } from '../../../src/packet/address.ts';
import { TCP_FLAGS } from '../../../src/packet/fields.ts';
import type { Packet } from '../../../src/packet/packet.ts';
import { PROTO } from '../../../src/packet/protocol.ts';
import { readPacketJson } from '../../../src/packet/readPacketJson.ts';
import { IP_HEADER } from '../../../src/packet/usual.ts';
import type { ResultsReport } from '../../../src/report/json/diffResults.ts';
import { chainwalk } from '../../cli/memoryIo.ts';
import { hostOf } from '../../support/host.ts';
import { describePair } from '../describe.ts';
import { examine } from '../examine.ts';
import { flowOpenedBy } from '../generate/conversationFlow.ts';
import type { Oracle } from '../oracle.ts';
import { type FlowRules, play, worldOf } from '../playFlow.ts';
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

export type Replayed = Partial<Record<NonNullable<Change['difference']>, number>>;

/** Of how many classes of each name an example, or the connection that it opens, was sent, went on both sides as the simulator says, and not alike. */
export async function inKernel(oracle: Oracle, { pair: { nft, iptables }, host, changes }: Asked): Promise<Replayed> {
  const count: Replayed = {};
  for (const family of [4, 6] as const) {
    const sent = changes.flatMap((change, at) => (change.family === `ipv${family}` ? sendable(change, { host, at }) : []));
    const packets = sent.map(({ packet }) => packet);
    if (packets.length === 0) continue;
    const rules = { [`v${family}`]: family === 4 ? iptables.v4 : iptables.v6 };
    const was = await examine(oracle, { host, family, rules, packets });
    const is = await examineNft(oracle, { host, rules: { nft }, packets });
    expect([...was, ...is].filter(({ disagreement }) => disagreement !== undefined).map(describePair)).toEqual([]);
    const isOther = was.map((before, at) => endOf(before) !== endOf(is[at] as Examined));
    const alike = packets.filter((_, at) => isOther[at] === false);
    const base = await connectionsOf(oracle, { host, family, rules }, alike);
    const head = await connectionsOf(oracle, { host, family, rules: { nft } }, alike);
    for (const [at, packet] of alike.entries()) isOther[packets.indexOf(packet)] = base[at] !== head[at];
    for (const [at, { difference }] of sent.entries()) if (isOther[at] === true) count[difference] = (count[difference] ?? 0) + 1;
  }
  return count;
}

/** As the simulator says that the connections go, which the kernel confirms; empty for what opens none. */
async function connectionsOf(oracle: Oracle, world: FlowRules, packets: readonly Packet[]): Promise<readonly string[]> {
  const pools = { interfaces: world.host.interfaces };
  const flows = packets.map((packet) => (packet.socket || packet.dir === 'in' ? flowOpenedBy(packet, { ...worldOf(world), pools }) : []));
  const opened = flows.filter(({ length }) => length > 0);
  const played = opened.length === 0 ? [] : await play(oracle, world, opened);
  expect(played.flatMap(({ disagreement }) => disagreement ?? [])).toEqual([]);
  return flows.map((flow) => (played[opened.indexOf(flow)]?.pairs ?? []).map(({ answer }) => accountOfAnswer(answer).end).join('\n'));
}

interface Sendable {
  readonly difference: NonNullable<Change['difference']>;
  readonly packet: Packet;
}

function sendable(
  { difference, example }: Change,
  { host, at }: { readonly host: HostDescription; readonly at: number },
): readonly Sendable[] {
  const { given, problems } = readPacketJson(example);
  const { packet, problem } = given === undefined ? { problem: problems.join('; ') } : completePacket(given, hostOf(host));
  if (packet === undefined) throw new Error(problem);
  const isOdd = [packet.src, packet.dst].some((address) => ODD.test(formatAddress(address)));
  const unaskable = isOdd || whyUnaskable({ ...packet, socket: true }, hostOf(host)) !== undefined;
  return difference === undefined || unaskable ? [] : asOwned(packet, at).map((one) => ({ difference, packet: one }));
}

/** Addresses that no packet of a connection has, or of a link. */
const ODD = /^(?:0\.|ff|fe[89ab].|::ffff:)|::$/;

/** Without a process the kernel sends what belongs to a socket that was closed: data of TCP, once more. */
function asOwned(packet: Packet, at: number): readonly Packet[] {
  const { dir, proto, family, fragOffset, uid, sport } = packet;
  if (dir === 'in' || uid !== undefined) return [packet];
  if (proto !== PROTO.tcp || fragOffset !== 0 || sport === undefined) return [];
  return [{ ...packet, sport: sport + at, flags: TCP_FLAGS.P | TCP_FLAGS.A, length: IP_HEADER[family] + 21 }];
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
