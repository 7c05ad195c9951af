/** A connection as it goes on on this host: its first packet, the answer, and what follows while each packet arrives. Pure, over one
 *  table of connections. Windows and repetitions are not part of it: a packet that is dropped once always is. */
import { isOwnSource } from '../host/bind.ts';
import type { Host } from '../host/host.ts';
import type { Budget } from '../lib/budget.ts';
import {
  CLOSING,
  type ConnectionStep,
  DATA,
  ENDS_HEARD,
  ERRORS_ABOUT,
  type ErrorStep,
  HANDSHAKE,
  OPENING_PARTS,
  type PartName,
  QUESTION_ANSWERED,
  TCP_PARTS,
} from '../netfilter/connectionParts.ts';
import type { CtDirection, CtState, Packet } from '../packet/packet.ts';
import { hasPorts, PROTO } from '../packet/protocol.ts';
import { isLaterSegment } from '../packet/syn.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { arrives, isErrorHome } from './arrival.ts';
import { socketsOf } from './connectedSocket.ts';
import { errorPacket } from './connectionErrors.ts';
import { isToMany, kernelAnswer } from './kernelAnswer.ts';
import { answerPacket, asPart, cannotAnswer, isEcho, laterPacket } from './laterPacket.ts';
import { simulate } from './simulate.ts';
import type { Choice, Fate, Walk } from './trace.ts';
import { unreachable } from './unreachable.ts';

export interface ConversationPart {
  readonly name: PartName;
  readonly direction: CtDirection;
  readonly walk: Walk;
  /** where it is waited for, by who waits for it */
  readonly arrives: boolean;
}

/** completes: all packets that open the connection arrive, and data that is asked about; stalls: the last one does not arrive, or not where
 *  it is waited for; refused: nobody takes the first packet, and its sender is told so; one-way: nothing answers it, or what would is not known;
 *  undecided: it depends on what is not known */
export type ConversationEnd = 'completes' | 'stalls' | 'refused' | 'one-way' | 'undecided';

export interface Conversation {
  readonly parts: readonly ConversationPart[];
  readonly end: ConversationEnd;
  /** there are more ways to go on from here than were walked */
  readonly cut?: true;
}

export interface ConversationInput {
  readonly ruleset: Ruleset;
  readonly host: Host;
  /** the first packet, already walked */
  readonly first: Walk;
  readonly budget: Budget;
  /** what spends the budget ends undecided; else it throws */
  readonly cut?: boolean;
  /** how far it is followed, absent: until it is open; whole: with errors and closing, and where one of these does not arrive the connection
   *  goes on */
  readonly upTo?: 'data' | 'whole';
  /** at most so many ways; 256 when absent */
  readonly ways?: number;
  /** record rules that did not match */
  readonly detailed?: boolean;
}

type Step = ConnectionStep | ErrorStep;

/** Every way that the connection can go; at least one. */
export function converse(input: ConversationInput): readonly Conversation[] {
  const { first, ways = 256 } = input;
  const start: ConversationPart = { name: 'first', direction: 'original', walk: first, arrives: isTaken(first.fate) };
  const found: Conversation[] = [];
  for (const one of conversations(input, start)) {
    if (found.length === ways) return [...found, { parts: one.parts, end: 'undecided', cut: true }];
    found.push(one);
  }
  return found;
}

function* conversations(input: ConversationInput, start: ConversationPart): Generator<Conversation> {
  const { first, host } = input;
  const parts = [start];
  if (first.fate.kind === 'undecided') yield { parts, end: 'undecided' };
  else if (first.answer !== undefined) yield ofRejection(start, first.answer);
  else if (!opens(first, host)) yield { parts, end: 'one-way' };
  else if (isClosed(first)) yield* ofClosedPort(input, start);
  else yield* goOn(input, parts, stepsOf(input));
}

function* goOn(input: ConversationInput, parts: readonly ConversationPart[], [step, ...rest]: readonly Step[]): Generator<Conversation> {
  if (step === undefined) {
    yield { parts, end: 'completes' };
    return;
  }
  const { name, direction } = step;
  const error = 'about' in step ? step : undefined;
  const isAside = error !== undefined || CLOSING.includes(step) || (DATA.includes(step) && !isKnownBothWays(parts));
  const packet = error === undefined ? partPacket(input, parts, step) : errorPacket(parts, error);
  if (packet === undefined && error !== undefined) yield* goOn(input, parts, rest);
  else if (packet === undefined) yield { parts, end: 'one-way' };
  else if (direction === 'reply' && error === undefined && cannotAnswer(input.first, input.host)) {
    const walk: Walk = { ...input.first, packet, steps: [], fate: { kind: 'lost', reason: 'no-route' }, choices: [] };
    yield { parts: [...parts, { name, direction, walk, arrives: false }], end: 'stalls' };
  } else {
    const { walks, truncated } = walksOf(input, packet, parts);
    for (const walk of walks) {
      const there = error === undefined ? arrives(walk, step, parts) : isErrorHome(walk, parts, error);
      const now = [...parts, { name, direction, walk, arrives: there }];
      if (there || isAside) yield* goOn(input, now, rest);
      else yield { parts: now, end: walk.fate.kind === 'undecided' ? 'undecided' : 'stalls' };
    }
    if (truncated) yield { parts, end: 'undecided', cut: true };
  }
}

/** Conntrack knows both directions, or neither. A connection whose answers it looks up elsewhere is open, and what becomes of it after that
 *  depends on how the two entries go on. */
export function isKnownBothWays(parts: readonly ConversationPart[]): boolean {
  const isTracked = (part: ConversationPart | undefined): boolean => TRACKED.has(part?.walk.after.ctstate);
  const opening = parts.filter(({ name }) => OPENING_PARTS.includes(name));
  if (isTracked(parts[0])) return opening[0]?.walk.after.ctstate === 'ESTABLISHED';
  return !isTracked(opening.at(-1));
}

const TRACKED: ReadonlySet<CtState | undefined> = new Set(['NEW', 'ESTABLISHED', 'RELATED'] as const);

/** Nothing listens: the kernel says so, by a reset or an ICMP error. */
function* ofClosedPort(input: ConversationInput, start: ConversationPart): Generator<Conversation> {
  const { first, host } = input;
  const isTcp = first.packet.proto === PROTO.tcp;
  const reset = kernelAnswer(first, host)?.packet;
  const told = isTcp ? reset && walksOf(input, reset, [start]).walks : unreachable(input);
  if (told === undefined) yield { parts: [start], end: 'one-way' };
  for (const walk of told ?? []) {
    const part = { name: isTcp ? 'rst' : 'error', direction: 'reply', walk } as const;
    const there = isTcp ? arrives(walk, part, [start]) : isErrorHome(walk, [start], { about: 'original' });
    const end = there ? 'refused' : walk.fate.kind === 'undecided' ? 'undecided' : 'stalls';
    yield { parts: [start, { ...part, arrives: there }], end };
  }
}

/** The first way of one packet that answers the first one, by itself. */
export function walkAnswer(input: ConversationInput, packet: Packet): Walk | undefined {
  const start: ConversationPart = { name: 'first', direction: 'original', walk: input.first, arrives: isTaken(input.first.fate) };
  return walksOf({ ...input, ways: 1 }, packet, [start]).walks[0];
}

/** What several ways have in common: `undecided` where they do not end alike, with the first thing that decides. */
export function endOfAll(found: readonly Conversation[]): { readonly end: ConversationEnd; readonly open?: Choice } {
  const ends = new Set(found.map(({ end }) => end));
  const [only = 'undecided'] = ends;
  if (ends.size === 1 && only !== 'undecided') return { end: only };
  const open = found.flatMap(({ parts }) => parts.flatMap(({ walk }) => walk.choices))[0];
  return { end: 'undecided', ...(open && { open }) };
}

function stepsOf({ first: { packet }, upTo }: ConversationInput): readonly Step[] {
  const isTcp = packet.proto === PROTO.tcp;
  const opening = isTcp ? HANDSHAKE : QUESTION_ANSWERED;
  if (upTo === undefined || !hasPorts(packet.proto)) return opening;
  return [...opening, ...DATA, ...(upTo === 'whole' ? [...ERRORS_ABOUT, ...(isTcp ? CLOSING : [])] : [])];
}

/** It arrives at this host or leaves for another one, and expects an answer. */
function opens({ packet, fate, after }: Walk, host: Host): boolean {
  if (isLaterSegment(packet) || (!hasPorts(packet.proto) && !isEcho(packet)) || packet.fragOffset > 0) return false;
  if (packet.ctstate !== undefined && packet.ctstate !== 'NEW') return false;
  if (hasForeignSource(packet, host)) return false;
  // nor from the unspecified address, which IPv4 takes for a broadcast
  // no socket has an address of many
  return isTaken(fate) && [packet.src, after.dst].every((address) => !isToMany(host, address) && address !== 0n);
}

/** No socket of this host can have sent the packet: it opens no connection, and none hears an answer. */
export function hasForeignSource(packet: Packet, host: Host): boolean {
  return packet.dir === 'out' && !isOwnSource(host, packet);
}

function isTaken({ kind }: Fate): boolean {
  return kind === 'delivered' || kind === 'sent' || kind === 'forwarded';
}

function isClosed({ fate, packet }: Walk): boolean {
  return fate.kind === 'delivered' && fate.process === undefined && hasPorts(packet.proto);
}

/** REJECT has answered in place of a receiver. */
function ofRejection(start: ConversationPart, walk: Walk): Conversation {
  const by = start.walk.fate;
  const told = by.kind === 'rejected';
  const name = walk.packet.proto === PROTO.tcp ? 'rst' : 'error';
  return { parts: [start, { name, direction: 'reply', walk, arrives: told }], end: told ? 'refused' : 'stalls' };
}

/** The packet of this step, as a host sends it after these parts. Undefined: none is sent. */
export function partPacket(
  { host }: Pick<ConversationInput, 'host'>,
  parts: readonly ConversationPart[],
  { name, direction }: ConnectionStep,
): Packet | undefined {
  const first = parts[0]?.walk;
  if (first === undefined) return undefined;
  const plain = direction === 'reply' ? answerPacket(first, host) : laterPacket(first);
  const heard = parts.find((part) => part.arrives && part.name === ENDS_HEARD[name]);
  return plain && asPart(plain, name, heard && TCP_PARTS[heard.name]?.stream.end);
}

function walksOf(
  { ruleset, host, budget, cut, ways, detailed }: ConversationInput,
  packet: Packet,
  parts: readonly ConversationPart[],
): ReturnType<typeof simulate> {
  const connections = parts.at(-1)?.walk.connections ?? [];
  const options = { budget, ways: ways ?? 256, ...(cut && { cut }), ...(detailed !== undefined && { detailed }) };
  return simulate({ ruleset, packet, host, connections, sockets: socketsOf(host, parts), fits: true }, options);
}
