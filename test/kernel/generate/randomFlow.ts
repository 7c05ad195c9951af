/** Random flows: a first packet, then what may follow it, each made from where the simulator says that the earlier ones went:
 *  answers, later packets of either side, ICMP errors about them, other connections. */
import { ADDRESSES } from '../../../src/api/arbitraries/pools.ts';
import type { Host } from '../../../src/host/host.ts';
import { type Address, type Family, formatAddress } from '../../../src/packet/address.ts';
import { TCP_FLAGS } from '../../../src/packet/fields.ts';
import type { Packet, Quoted } from '../../../src/packet/packet.ts';
import { hasPorts, PROTO } from '../../../src/packet/protocol.ts';
import type { Ruleset } from '../../../src/ruleset/ruleset.ts';
import type { SimulationInput } from '../../../src/simulate/simulate.ts';
import { simulate } from '../../../src/simulate/simulate.ts';
import type { Walk } from '../../../src/simulate/trace.ts';
import type { SentPacket } from '../question.ts';
import type { PacketPools } from './pools.ts';
import type { Random } from './random.ts';
import { NOT_SENT, parsed, randomPacket } from './randomPacket.ts';

export interface FlowWorld {
  readonly ruleset: Ruleset;
  readonly host: Host;
  readonly family: Family;
  readonly pools: PacketPools;
}

/** One end of a conversation: what it sends, the TCP sequence number that it is at, and the last one that the other side acknowledged. */
interface Side {
  readonly packet: Packet;
  seq: number;
  acked: number | undefined;
}

interface Conversation {
  readonly opener: Side;
  /** known once a packet has got somewhere */
  answerer: Side | undefined;
  /** how the last packet that got somewhere looked there, and who could answer it */
  seen: { readonly walk: Walk; readonly from: 'opener' | 'answerer' } | undefined;
}

const LONGEST = 9;

export function randomFlow(random: Random, world: FlowWorld): readonly SentPacket[] {
  const { ruleset, host } = world;
  const conversations = [hopeful(random, world)];
  const packets: SentPacket[] = [];
  let connections: SimulationInput['connections'] = [];
  const length = 2 + random.below(LONGEST - 1);
  while (packets.length < length) {
    if (random.chance(0.08)) conversations.push(conversation(random, world, random.pick(conversations)));
    const one = random.chance(0.7) ? (conversations[0] as Conversation) : random.pick(conversations);
    const who = one.answerer !== undefined && random.chance(0.5) ? 'answerer' : 'opener';
    const error = random.chance(0.15) ? errorAbout(random, one, world) : undefined;
    const packet: SentPacket = error ?? nextOf(random, one, who);
    packets.push(packet);
    const { walks } = simulate({ ruleset, packet, host, connections }, { ways: 1 });
    const walk = walks[0] as Walk;
    connections = walk.connections;
    if (error === undefined) {
      note(one, { walk, from: who }, world);
      acknowledge(who === 'opener' ? one.answerer : one.opener, packet, walk);
    }
  }
  return packets;
}

const GOES_ON: ReadonlySet<string> = new Set(['delivered', 'sent', 'forwarded']);
const TRIES = 6;

/** Mostly one whose first packet gets somewhere: without it no connection is made. */
function hopeful(random: Random, world: FlowWorld): Conversation {
  const { ruleset, host } = world;
  for (let tries = 0; tries < TRIES; tries++) {
    const one = conversation(random, world);
    const [walk] = simulate({ ruleset, packet: one.opener.packet, host }, { ways: 1 }).walks;
    if (walk !== undefined && GOES_ON.has(walk.fate.kind)) return one;
  }
  return conversation(random, world);
}

function conversation(random: Random, world: FlowWorld, like?: Conversation): Conversation {
  let packet = randomPacket(random, world.family, world.pools);
  for (let tries = 0; tries < 20 && !isFit(packet); tries++) packet = randomPacket(random, world.family, world.pools);
  // another connection of the same client, or one that differs in its port alone
  const other = like?.opener.packet;
  const { chooseSource: _, ...own } = packet;
  const near =
    other === undefined || other.proto !== own.proto || other.dir !== own.dir || random.chance(0.3)
      ? own
      : { ...other, dst: own.dst, dport: own.dport };
  return { opener: { packet: near as Packet, seq: FIRST_SEQ, acked: undefined }, answerer: undefined, seen: undefined };
}

const FIRST_SEQ = 100_000;

/** Fragments are another matter, an address to choose makes flows differ, and answers would go to all of a network. */
function isFit({ proto, src, fragOffset, chooseSource, icmpType }: Packet & { readonly chooseSource?: boolean }): boolean {
  const icmp = proto === PROTO.icmp || proto === PROTO.icmpv6;
  return fragOffset === 0 && chooseSource !== true && !NOT_SENT.test(formatAddress(src)) && (!icmp || icmpType === 8 || icmpType === 128);
}

/** Segments without data, so that what one side has sent the other has seen. */
function lengthOf(family: Family, flags: number): number {
  return (family === 4 ? 40 : 60) + ((flags & S) === 0 ? 0 : OFFERED_SIZE);
}

/** Bytes of the option with which a SYN offers its segment size. */
const OFFERED_SIZE = 4;

const { F, S, R, P, A, E, C } = TCP_FLAGS;
/** What a side may send at any time; what it should is more frequent. */
const ANY_FLAGS = [S, S, S | A, A, A, P | A, F | A, F | A, R, R | A, S | E | C, 0, F];

function nextOf(random: Random, one: Conversation, who: 'opener' | 'answerer'): SentPacket {
  const side = (who === 'opener' ? one.opener : one.answerer) ?? one.opener;
  const other = side === one.opener ? one.answerer : one.opener;
  const { packet } = side;
  if (packet.proto !== PROTO.tcp) return packet;
  const usual = one.answerer === undefined ? S : side.seq === FIRST_SEQ ? S | A : random.chance(0.8) ? A : F | A;
  const flags = random.chance(0.7) ? usual : random.pick(ANY_FLAGS);
  // what is sent again has its first number; a reset is where the other side is
  const seq = (flags & R) !== 0 ? (side.acked ?? side.seq) : (flags & S) !== 0 ? FIRST_SEQ : (flags & F) !== 0 ? FIRST_SEQ + 1 : side.seq;
  if ((flags & (S | F)) !== 0 && (flags & R) === 0) side.seq = Math.max(side.seq, seq + 1);
  return { ...packet, flags, seq, ack: other?.seq ?? 1, length: lengthOf(packet.family, flags) };
}

/** What conntrack takes as a part of the connection tells it how far the other side is. */
function acknowledge(other: Side | undefined, { flags = 0, ack }: SentPacket, { steps }: Walk): void {
  const seen = steps.some((step) => step.kind === 'conntrack' && (step.state === 'NEW' || step.state === 'ESTABLISHED'));
  if (other !== undefined && seen && (flags & A) !== 0) other.acked = ack;
}

/** The receiver answers to what it saw. */
function note(one: Conversation, { walk, from }: NonNullable<Conversation['seen']>, { pools }: FlowWorld): void {
  const { fate, after, packet } = walk;
  if (fate.kind !== 'delivered' && fate.kind !== 'sent' && fate.kind !== 'forwarded') return;
  one.seen = { walk, from };
  if (from !== 'opener' || one.answerer !== undefined) return;
  const { src, dst, sport, dport } = after;
  if (fate.kind === 'delivered' && [src, dst].some((end) => NOT_SENT.test(formatAddress(end)))) return;
  const { flags: _, uid: _uid, gid: _gid, iif: _iif, oif: _oif, mac: _mac, ...common } = packet;
  const back = {
    ...common,
    src: dst,
    dst: src,
    ...(dport === undefined ? {} : { sport: dport }),
    ...(sport === undefined ? {} : { dport: sport }),
    ...(packet.icmpType === undefined ? {} : { icmpType: packet.icmpType === 8 ? 0 : packet.icmpType + 1 }),
    mark: 0,
    ttl: 64,
  };
  const place =
    fate.kind === 'delivered'
      ? { dir: 'out' as const, uid: 1000, gid: 1000, socket: true }
      : { dir: 'in' as const, iif: fate.oif, socket: false, ...macOf(pools, fate.oif) };
  one.answerer = { packet: { ...back, ...place }, seq: FIRST_SEQ, acked: undefined };
}

const ERRORS: Readonly<Record<Family, readonly (readonly [type: number, code: number])[]>> = {
  4: [
    [3, 1],
    [3, 3],
    [11, 0],
    [12, 0],
    [5, 1],
  ],
  6: [
    [1, 0],
    [1, 4],
    [3, 0],
    [4, 1],
  ],
};

/** From the packet's receiver, or from a router that it came to, to its sender as they saw him. */
function errorAbout(random: Random, { seen }: Conversation, { family, pools }: FlowWorld): Packet | undefined {
  if (seen === undefined) return undefined;
  const { fate, after, packet } = seen.walk;
  const [icmpType, icmpCode] = random.pick(ERRORS[family]);
  const outside = fate.kind === 'sent' || fate.kind === 'forwarded';
  if (!outside && [after.src, after.dst].some((end) => NOT_SENT.test(formatAddress(end)))) return undefined;
  const router = outside && random.chance(0.5) ? parsed(random.pick(ADDRESSES[family].foreign)) : after.dst;
  const common = {
    family,
    proto: family === 4 ? PROTO.icmp : PROTO.icmpv6,
    src: router,
    dst: random.chance(0.9) ? after.src : parsed(random.pick(ADDRESSES[family].foreign.slice(0, 2))),
    icmpType,
    icmpCode,
    mark: 0,
    ttl: 64,
    tos: 0,
    fragOffset: 0,
    length: family === 4 ? 56 + QUOTED_TRANSPORT : 96 + QUOTED_TRANSPORT,
    quotes: quotedOf(packet, after),
  };
  const iif = outside ? fate.oif : 'eth0';
  return outside
    ? { ...common, dir: 'in', iif, socket: false, ...macOf(pools, iif) }
    : { ...common, dir: 'out', uid: 1000, gid: 1000, socket: true };
}

const QUOTED_TRANSPORT = 20;

function macOf({ interfaces }: PacketPools, iif: string): { readonly mac?: number } {
  const mac = interfaces.find(({ name }) => name === iif)?.mac;
  return mac === undefined ? {} : { mac };
}

function quotedOf(
  packet: Packet,
  { src, dst, sport, dport }: { readonly src: Address; readonly dst: Address; sport?: number; dport?: number },
): Quoted {
  const { proto, icmpType, icmpCode = 0 } = packet;
  if (hasPorts(proto)) return { proto, src, dst, sport, dport };
  return icmpType === undefined
    ? { proto, src, dst, sport: 0, dport: 0 }
    : { proto, src, dst, sport: undefined, dport: icmpType * 256 + icmpCode };
}
