/** The packets of a journey in the order in which they are sent: each leg's first packet, then what its connection goes on with. */
import type { Journey, Leg } from '../../connection/journey.ts';
import { TCP_FLAGS } from '../../packet/fields.ts';
import { packetText } from '../../packet/notation.ts';
import type { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocol.ts';
import { IP_HEADER } from '../../packet/usual.ts';
import type { Connection } from '../../simulate/connection.ts';
import type { ConversationPart } from '../../simulate/conversation.ts';
import type { SentPacket } from './packetQuestion.ts';

/** One packet of a connection. */
export interface SequencePacket {
  readonly packet: Packet;
  /** absent: the first */
  readonly part?: string;
  /** what the earlier ones have left in the table of connections */
  readonly connections?: readonly Connection[];
}

export interface PacketSequence {
  /** of the leg, from 1 */
  readonly number: number;
  readonly packets: readonly [SequencePacket, ...SequencePacket[]];
}

/** Those of all ways, each once: proxies often send the same again. */
export function sequencesOf({ paths }: Journey): readonly PacketSequence[] {
  const found = new Map<string, PacketSequence>();
  for (const { legs } of paths) {
    for (const [index, leg] of legs.entries()) {
      const text = packetText(leg.walk.packet);
      if (!found.has(text)) found.set(text, { number: index + 1, packets: [{ packet: leg.walk.packet }, ...laterPackets(leg)] });
    }
  }
  return [...found.values()];
}

/** As far as nothing is left to chance, and up to what the kernel sends by itself. In a stream the oracle knows its packets by their urgent
 *  pointer: none may have a meaning. */
function laterPackets({ walk: first, connection }: Leg): readonly SequencePacket[] {
  const [way, ...others] = connection?.ways ?? [];
  const isUrgent = ((first.packet.flags ?? 0) & TCP_FLAGS.U) !== 0;
  if (way === undefined || others.length > 0 || isUrgent) return [];
  const { parts } = way;
  const end = parts.findIndex((part, index) => index > 0 && !isSendable(part, parts[index - 1]));
  return parts.slice(1, end < 0 ? parts.length : end).map(({ name, walk }, index) => {
    const connections = parts[index]?.walk.connections ?? [];
    return { packet: walk.packet, part: name, connections };
  });
}

function isSendable({ name, walk }: ConversationPart, before: ConversationPart | undefined): boolean {
  const { packet, steps } = walk;
  const byKernel = name === 'rst' || name === 'error' || (packet.dir === 'out' && !packet.socket);
  return !byKernel && steps.length > 0 && before?.walk.choices.length === 0;
}

/** Where streams begin. */
const FIRST_SEQUENCE = 100_000;
/** Bytes of a TCP header with its options: at most for a SYN, which carries nothing, and as a kernel sends them later. */
const OF_SYN = 60;
const OF_OTHERS = 32;

/** A TCP segment with its place in the stream as numbers. */
export function inStream(packet: Packet): SentPacket {
  const { proto, family, flags = 0, length, stream, fragOffset } = packet;
  if (proto !== PROTO.tcp || fragOffset > 0) return packet;
  const room = length - IP_HEADER[family];
  const isSyn = (flags & TCP_FLAGS.S) !== 0;
  const usual = isSyn ? OF_SYN : OF_OTHERS;
  // without a place it is a first packet, of which only the kernel's own has options
  const header = stream === undefined && !isSyn ? 20 : Math.max(20, Math.min(usual, room - (room % 4)));
  const counted = Math.max(0, room - header) + (isSyn ? 1 : 0) + ((flags & TCP_FLAGS.F) !== 0 ? 1 : 0);
  const { end = counted, ack } = stream ?? {};
  return { ...packet, header, seq: FIRST_SEQUENCE + end - counted, ack: ack === undefined ? 1 : FIRST_SEQUENCE + ack };
}
