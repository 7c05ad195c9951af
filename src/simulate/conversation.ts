/** A connection as it goes on on this host: its first packet, the answer, and what follows while each packet arrives. Pure, over one
 *  table of connections. Windows and repetitions are not part of it: a packet that is dropped once always is. */
import type { Host } from '../host/host.ts';
import type { Budget } from '../lib/budget.ts';
import {
  AFTER_HANDSHAKE,
  type ConnectionStep,
  HANDSHAKE,
  type PartName,
  QUESTION_ANSWERED,
  TCP_PARTS,
} from '../netfilter/connectionParts.ts';
import { TCP_FLAGS } from '../packet/fields.ts';
import type { CtDirection, Packet } from '../packet/packet.ts';
import { hasPorts, PROTO } from '../packet/protocol.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { answerPacket, isEcho, laterPacket } from './laterPacket.ts';
import { simulate } from './simulate.ts';
import type { Walk } from './trace.ts';

export interface ConversationPart {
  readonly name: PartName;
  readonly direction: CtDirection;
  readonly walk: Walk;
}

/** completes: all packets that open the connection arrive; stalls: the last one does not arrive, or not where it is waited for;
 *  one-way: nothing answers it, or what would is not known; undecided: it depends on what is not known */
export type ConversationEnd = 'completes' | 'stalls' | 'one-way' | 'undecided';

export interface Conversation {
  readonly parts: readonly ConversationPart[];
  readonly end: ConversationEnd;
}

export interface ConversationInput {
  readonly ruleset: Ruleset;
  readonly host: Host;
  /** the first packet, already walked */
  readonly first: Walk;
  readonly budget: Budget;
  /** data and closing too, not the handshake alone */
  readonly whole?: boolean;
  /** at most so many ways; 256 when absent */
  readonly ways?: number;
  /** record rules that did not match */
  readonly detailed?: boolean;
}

/** Every way that the connection can go; at least one. */
export function converse(input: ConversationInput): readonly Conversation[] {
  const { first, whole, ways = 256 } = input;
  const { proto } = first.packet;
  const steps = proto === PROTO.tcp ? [...HANDSHAKE, ...(whole === true ? AFTER_HANDSHAKE : [])] : QUESTION_ANSWERED;
  const found: Conversation[] = [];
  const start: ConversationPart = { name: 'first', direction: 'original', walk: first };
  if (first.fate.kind === 'undecided') return [{ parts: [start], end: 'undecided' }];
  if (!opens(first)) return [{ parts: [start], end: 'one-way' }];
  goOn([start], steps);
  return found;

  function goOn(parts: readonly ConversationPart[], [step, ...rest]: readonly ConnectionStep[]): void {
    if (found.length >= ways) return;
    const packet = step === undefined ? undefined : packetOf(input, parts, step);
    if (step === undefined || packet === undefined) {
      found.push({ parts, end: step === undefined ? 'completes' : 'one-way' });
      return;
    }
    for (const walk of walksOf(input, packet, parts)) {
      const now = [...parts, { ...step, walk }];
      if (walk.fate.kind === 'undecided') found.push({ parts: now, end: 'undecided' });
      else if (arrives(walk, now)) goOn(now, rest);
      else found.push({ parts: now, end: 'stalls' });
    }
  }
}

const { F, S, R, A } = TCP_FLAGS;

/** It arrives at a process or leaves for another host, and expects an answer. */
function opens({ packet, fate }: Walk): boolean {
  if (packet.proto === PROTO.tcp && ((packet.flags ?? 0) & (F | S | R | A)) !== S) return false;
  if (!hasPorts(packet.proto) && !isEcho(packet)) return false;
  if (packet.ctstate !== undefined && packet.ctstate !== 'NEW') return false;
  if (fate.kind === 'delivered') return fate.process !== undefined || isEcho(packet);
  return fate.kind === 'sent' || fate.kind === 'forwarded';
}

function packetOf(
  { host }: ConversationInput,
  [first]: readonly ConversationPart[],
  { name, direction }: ConnectionStep,
): Packet | undefined {
  if (first === undefined) return undefined;
  const reply = direction === 'reply' ? answerPacket(first.walk, host) : undefined;
  if (direction === 'reply') return reply === undefined ? undefined : { ...reply, ...tcpPart(first.walk.packet, name) };
  return { ...laterPacket(first.walk), ...tcpPart(first.walk.packet, name) };
}

function tcpPart({ proto }: Packet, name: PartName): Partial<Packet> {
  return proto === PROTO.tcp ? (TCP_PARTS[name] ?? {}) : {};
}

function walksOf(
  { ruleset, host, budget, ways, detailed }: ConversationInput,
  packet: Packet,
  parts: readonly ConversationPart[],
): readonly Walk[] {
  const connections = parts.at(-1)?.walk.connections ?? [];
  const options = { budget, ways: ways ?? 256, ...(detailed !== undefined && { detailed }) };
  return simulate({ ruleset, packet, host, connections }, options).walks;
}

/** With the addresses and ports that the other side waits for, at the side that it came from: a socket of a connection is found by its
 *  ends, before any listener. */
function arrives(walk: Walk, parts: readonly ConversationPart[]): boolean {
  const first = parts[0]?.walk;
  if (first === undefined) return false;
  const last = parts.at(-1);
  const { after, fate } = walk;
  if (last?.direction === 'original') return fate.kind === first.fate.kind && sameEnds(after, first.after);
  const { src, sport, dst, dport } = first.packet;
  const expected = { src: dst, sport: dport, dst: src, dport: sport };
  const came = first.packet.dir === 'out' ? fate.kind === 'delivered' : fate.kind === 'sent' || fate.kind === 'forwarded';
  return came && sameEnds(after, expected);
}

interface Ends {
  readonly src: unknown;
  readonly dst: unknown;
  readonly sport?: number | undefined;
  readonly dport?: number | undefined;
}

function sameEnds(one: Ends, other: Ends): boolean {
  return one.src === other.src && one.dst === other.dst && one.sport === other.sport && one.dport === other.dport;
}
