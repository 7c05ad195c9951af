/** What a packet is to its connection, and in which order they come: read by the walk of one connection and by that of all of them. */
import type { Family } from '../packet/address.ts';
import { TCP_FLAGS } from '../packet/fields.ts';
import type { CtDirection, StreamPlace } from '../packet/packet.ts';

/** `answer`: of a protocol without a handshake; `rst` and `error`: nobody takes the first packet, and its sender is told so by a reset
 *  or by ICMP; the others are in the tables below. */
export type PartName =
  | 'first'
  | 'syn-ack'
  | 'ack'
  | 'answer'
  | 'data'
  | 'data-back'
  | 'fin'
  | 'fin-back'
  | 'reset'
  | 'reset-back'
  | 'rst'
  | 'error'
  | ErrorPartName;

export interface ConnectionStep {
  readonly name: PartName;
  readonly direction: CtDirection;
}

/** When they have arrived, both sides have their connection. */
export const HANDSHAKE: readonly ConnectionStep[] = [
  { name: 'syn-ack', direction: 'reply' },
  { name: 'ack', direction: 'original' },
];
export const QUESTION_ANSWERED: readonly ConnectionStep[] = [{ name: 'answer', direction: 'reply' }];
/** With these a connection is open. */
export const OPENING_PARTS: readonly PartName[] = [...HANDSHAKE, ...QUESTION_ANSWERED].map(({ name }) => name);
/** What it is for. Of UDP the same two sockets once more: what they know each other by is there by now. */
export const DATA: readonly ConnectionStep[] = [
  { name: 'data', direction: 'original' },
  { name: 'data-back', direction: 'reply' },
];
/** Either side closes, or gives up: a connection has served by then, so that it does not depend on them. */
export const CLOSING: readonly ConnectionStep[] = [
  { name: 'fin', direction: 'original' },
  { name: 'fin-back', direction: 'reply' },
  { name: 'reset', direction: 'original' },
  { name: 'reset-back', direction: 'reply' },
];

interface TcpPart {
  readonly flags: number;
  readonly stream: StreamPlace;
  /** its header with the usual options, and what it carries */
  readonly bytes: number;
}

const { F, S, R, P, A } = TCP_FLAGS;

/** Sequence numbers of what follows a SYN, one byte each way, and the end: SYN and FIN count as a byte. No closing waits for another: as long
 *  as their side has not heard of the other's end, they acknowledge data alone. */
export const TCP_PARTS: Readonly<Partial<Record<PartName, TcpPart>>> = {
  'syn-ack': { flags: S | A, stream: { end: 1, ack: 1 }, bytes: 40 },
  ack: { flags: A, stream: { end: 1, ack: 1 }, bytes: 32 },
  data: { flags: P | A, stream: { end: 2, ack: 1 }, bytes: 33 },
  'data-back': { flags: P | A, stream: { end: 2, ack: 2 }, bytes: 33 },
  fin: { flags: F | A, stream: { end: 3, ack: 2 }, bytes: 32 },
  'fin-back': { flags: F | A, stream: { end: 3, ack: 2 }, bytes: 32 },
  reset: { flags: R | A, stream: { end: 3, ack: 2 }, bytes: 32 },
  'reset-back': { flags: R | A, stream: { end: 3, ack: 2 }, bytes: 32 },
};

/** The end of the other side that a segment acknowledges where it has come. */
export const ENDS_HEARD: Readonly<Partial<Record<PartName, PartName>>> = { 'fin-back': 'fin', 'reset-back': 'fin', reset: 'fin-back' };

export type ErrorPartName =
  | 'too-big'
  | 'too-big-back'
  | 'ttl-exceeded'
  | 'ttl-exceeded-back'
  | 'port-unreachable'
  | 'port-unreachable-back';

export interface ErrorStep extends ConnectionStep {
  readonly name: ErrorPartName;
  /** of the packets that it is about; it goes to their sender */
  readonly about: CtDirection;
  readonly icmp: Readonly<Record<Family, { readonly type: number; readonly code: number }>>;
}

const TOO_BIG = { 4: { type: 3, code: 4 }, 6: { type: 2, code: 0 } } as const;
const TTL_EXCEEDED = { 4: { type: 11, code: 0 }, 6: { type: 3, code: 0 } } as const;
const PORT_UNREACHABLE = { 4: { type: 3, code: 3 }, 6: { type: 1, code: 4 } } as const;

/** ICMP errors about an open connection, made on the way or at the other end: a connection goes on without them, but not for long. */
export const ERRORS_ABOUT: readonly ErrorStep[] = [
  { name: 'too-big', direction: 'reply', about: 'original', icmp: TOO_BIG },
  { name: 'too-big-back', direction: 'original', about: 'reply', icmp: TOO_BIG },
  { name: 'ttl-exceeded', direction: 'reply', about: 'original', icmp: TTL_EXCEEDED },
  { name: 'ttl-exceeded-back', direction: 'original', about: 'reply', icmp: TTL_EXCEEDED },
  { name: 'port-unreachable', direction: 'reply', about: 'original', icmp: PORT_UNREACHABLE },
  { name: 'port-unreachable-back', direction: 'original', about: 'reply', icmp: PORT_UNREACHABLE },
];
