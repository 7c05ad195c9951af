/** What a packet is to its connection, and in which order they come: read by the walk of one connection and by that of all of them. */
import { TCP_FLAGS } from '../packet/fields.ts';
import type { CtDirection, StreamPlace } from '../packet/packet.ts';

/** `answer`: of a protocol without a handshake. */
export type PartName = 'first' | 'syn-ack' | 'ack' | 'answer' | 'data' | 'data-back' | 'fin' | 'fin-back';

export interface ConnectionStep {
  readonly name: PartName;
  readonly direction: CtDirection;
}

/** When they have arrived, both sides have their connection. */
export const HANDSHAKE: readonly ConnectionStep[] = [
  { name: 'syn-ack', direction: 'reply' },
  { name: 'ack', direction: 'original' },
];
export const AFTER_HANDSHAKE: readonly ConnectionStep[] = [
  { name: 'data', direction: 'original' },
  { name: 'data-back', direction: 'reply' },
  { name: 'fin', direction: 'original' },
  { name: 'fin-back', direction: 'reply' },
];
export const QUESTION_ANSWERED: readonly ConnectionStep[] = [{ name: 'answer', direction: 'reply' }];

interface TcpPart {
  readonly flags: number;
  readonly stream: StreamPlace;
}

const { F, S, P, A } = TCP_FLAGS;

/** Sequence numbers of what follows a SYN, one byte each way, and the end: SYN and FIN count as a byte. */
export const TCP_PARTS: Readonly<Partial<Record<PartName, TcpPart>>> = {
  'syn-ack': { flags: S | A, stream: { end: 1, ack: 1 } },
  ack: { flags: A, stream: { end: 1, ack: 1 } },
  data: { flags: P | A, stream: { end: 2, ack: 1 } },
  'data-back': { flags: P | A, stream: { end: 2, ack: 2 } },
  fin: { flags: F | A, stream: { end: 3, ack: 2 } },
  'fin-back': { flags: F | A, stream: { end: 3, ack: 3 } },
};
