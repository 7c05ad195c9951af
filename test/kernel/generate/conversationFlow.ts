/** The packets of a whole conversation as a flow: what the simulator says that both sides and routers send, from the first packet to the
 *  last, with ICMP errors about it. */

import { Budget } from '../../../src/lib/budget.ts';
import { formatAddress } from '../../../src/packet/address.ts';
import { TCP_FLAGS } from '../../../src/packet/fields.ts';
import type { Packet } from '../../../src/packet/packet.ts';
import { hasPorts, PROTO } from '../../../src/packet/protocol.ts';
import { converse } from '../../../src/simulate/conversation.ts';
import { simulate } from '../../../src/simulate/simulate.ts';
import type { SentPacket } from '../question.ts';
import type { PacketPools } from './pools.ts';
import type { Random } from './random.ts';
import type { FlowWorld } from './randomFlow.ts';
import { NOT_SENT, randomPacket } from './randomPacket.ts';

const FIRST_SEQ = 100_000;
const TRIES = 30;

/** One whose answer is sent at all, if there soon is one. */
export function conversationFlow(random: Random, world: FlowWorld): readonly SentPacket[] {
  let longest: readonly SentPacket[] = [];
  for (let tries = 0; tries < TRIES && longest.length < 3; tries++) {
    const { chooseSource, ...drawn } = randomPacket(random, world.family, world.pools);
    const flow = chooseSource === true ? [] : flowOpenedBy(drawn, world);
    if (flow.length > longest.length) longest = flow;
  }
  return longest;
}

export interface Pooled extends Pick<FlowWorld, 'ruleset' | 'host'> {
  readonly pools: Pick<PacketPools, 'interfaces'>;
}

/** Empty: it opens none. */
export function flowOpenedBy(drawn: Packet, { ruleset, host, pools }: Pooled): readonly SentPacket[] {
  const tcp = drawn.proto === PROTO.tcp;
  if (!hasPorts(drawn.proto) || drawn.fragOffset > 0) return [];
  const packet: Packet = tcp ? { ...drawn, flags: TCP_FLAGS.S } : drawn;
  const [first] = simulate({ ruleset, packet, host }, { ways: 1 }).walks;
  if (first === undefined) return [];
  const [only] = converse({ ruleset, host, first, budget: new Budget(), upTo: 'whole', ways: 1 });
  // what the kernel answers itself has no socket like ours
  const sent = (only?.parts ?? []).filter(({ name }) => name !== 'rst' && name !== 'error');
  const packets = sent.map(({ walk }) => walk.packet);
  const toMany = packets.findIndex(({ dir, dst }) => dir === 'out' && NOT_SENT.test(formatAddress(dst)));
  return packets.slice(0, toMany < 0 ? packets.length : toMany).map((one) => asSent(one, pools));
}

/** A segment of TCP starts where its data, its SYN and its FIN are not yet counted. */
function asSent({ stream, ...packet }: Packet, { interfaces }: Pooled['pools']): SentPacket {
  const mac = packet.dir === 'in' ? interfaces.find(({ name }) => name === packet.iif)?.mac : undefined;
  const framed = { ...packet, ...(mac !== undefined && { mac }) };
  if (packet.proto !== PROTO.tcp) return framed;
  const { end, ack = 0 } = stream ?? { end: 1 };
  const counted = ((packet.flags ?? 0) & (TCP_FLAGS.S | TCP_FLAGS.F | TCP_FLAGS.P)) === 0 ? 0 : 1;
  return { ...framed, seq: FIRST_SEQ + end - counted, ack: FIRST_SEQ + ack };
}
