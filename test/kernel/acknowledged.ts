/** Whether who sends data hears that it has come: as long as he does not, his socket sends it again, and keeps its FIN. The simulator walks each
 *  packet once, and does not wait. */
import { TCP_PARTS } from '../../src/netfilter/connectionParts.ts';
import { PROTO } from '../../src/packet/protocol.ts';
import { arrives } from '../../src/simulate/arrival.ts';
import { socketsOf } from '../../src/simulate/connectedSocket.ts';
import type { ConversationPart } from '../../src/simulate/conversation.ts';
import { answerPacket, asPart } from '../../src/simulate/laterPacket.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Scene } from './expectedConnection.ts';

/** Of the first data of a connection; undefined: it depends on chance. */
export function isAcknowledged({ ruleset, host }: Scene, parts: readonly ConversationPart[]): boolean | undefined {
  const [first] = parts;
  const at = parts.findIndex(({ name }) => name === 'data');
  const back = parts.find(({ name }) => name === 'data-back');
  if (first === undefined || at < 0 || first.walk.packet.proto !== PROTO.tcp || back?.arrives !== false) return true;
  const plain = answerPacket(first.walk, host);
  if (plain === undefined) return true;
  const known = parts.slice(0, at + 1);
  const packet = asPart(plain, 'ack', TCP_PARTS.data?.stream.end);
  const connections = known.at(-1)?.walk.connections ?? [];
  const { walks } = simulate({ ruleset, host, packet, connections, sockets: socketsOf(host, known) });
  const [walk] = walks;
  return walk === undefined || walks.length > 1 ? undefined : arrives(walk, { direction: 'reply' }, known);
}
