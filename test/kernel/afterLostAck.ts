/** An ACK that is lost is made up for by the data, which acknowledges as well: sockets go on where a conversation has ended. */
import { CLOSING, DATA } from '../../src/netfilter/connectionParts.ts';
import { PROTO } from '../../src/packet/protocol.ts';
import { arrives } from '../../src/simulate/arrival.ts';
import { socketsOf } from '../../src/simulate/connectedSocket.ts';
import { type ConversationPart, partPacket } from '../../src/simulate/conversation.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Scene } from './expectedConnection.ts';

/** Undefined: chance decides. */
export function afterLostAck({ ruleset, host }: Scene, before: readonly ConversationPart[]): readonly ConversationPart[] | undefined {
  const [first, last] = [before[0], before.at(-1)];
  if (first === undefined || last?.name !== 'ack' || last.arrives || first.walk.packet.proto !== PROTO.tcp) return before;
  // who gets an ACK that he does not know resets the connection
  if (last.walk.fate.kind !== 'dropped' && last.walk.fate.kind !== 'lost') return before;
  const parts = [...before];
  for (const step of [...DATA, ...CLOSING]) {
    const { name, direction } = step;
    const packet = partPacket({ host }, parts, step);
    if (packet === undefined) return parts;
    const connections = parts.at(-1)?.walk.connections ?? [];
    const { walks } = simulate({ ruleset, host, packet, connections, sockets: socketsOf(host, parts) });
    const [walk] = walks;
    if (walk === undefined || walks.length > 1 || walk.choices.length > 0) return undefined;
    const there = arrives(walk, { direction }, parts);
    parts.push({ name, direction, walk, arrives: there });
    if (!there && name.startsWith('data')) return parts;
  }
  return parts;
}
