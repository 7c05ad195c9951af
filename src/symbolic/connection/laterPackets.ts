/** The packets that follow the first one of a connection, as functions of the first: simulate/laterPacket.ts and kernelAnswer.ts for sets.
 *  Sets stay sets of first packets. */
import { reflectsMark } from '../../host/answerMark.ts';
import { type ConnectionStep, TCP_PARTS } from '../../netfilter/connectionParts.ts';
import type { CtDirection } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocol.ts';
import { IP_HEADER, USUAL_TTL } from '../../packet/usual.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import { chosenBits, constant, equal, type Vector } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { ofTypes } from '../walk/addressTypes.ts';
import { linkOf } from '../walk/answerSource.ts';
import { otherType } from '../walk/connectionBits.ts';
import type { Env, SymbolicSocket } from '../walk/state.ts';
import { startEnv } from '../walk/state.ts';
import type { FateClass } from '../walk/traverse.ts';
import { answerEnds } from '../walk/tuples.ts';
import { isUnbound } from '../walk/unboundSources.ts';

/** A packet of a connection as it starts. */
export interface LaterStart {
  /** in which its fields are */
  readonly space: Space;
  readonly env: Env;
  /** where it arrives; absent: it is sent here */
  readonly iif: string | undefined;
  /** of a socket that looked for its route without a source */
  readonly unbound?: boolean;
}

/** Of the table of connections. */
export type KnownEntries = Pick<Env, 'entry' | 'second'>;

export interface FirstPackets {
  readonly space: Space;
  /** where they arrive; absent: they are sent here */
  readonly iif: string | undefined;
  readonly one: FateClass;
  /** by which interface the sockets here have heard of the other side */
  readonly heard?: Readonly<Partial<Record<CtDirection, string>>>;
}

/** The sender's next packet: as the first, of the same socket. */
export function laterStart(first: FirstPackets, { name }: ConnectionStep, entries: KnownEntries): LaterStart {
  const { space, iif } = first;
  const own = derived(space, name, () => ({ ...space, start: { ...space.start, length: lengthOf(space, name) } }));
  return {
    space: own,
    iif,
    unbound: iif === undefined && isUnbound(first.one),
    env: { ...startEnv(own, { iif, owned: iif === undefined }), flags: flagsOf(space, name), sockets: socketsOfSets(first), ...entries },
  };
}

/** What the receiver answers: the process that took the first packet, this host itself, or who is behind the interface by which it left. */
export function answerStart(first: FirstPackets, { name }: ConnectionStep, entries: KnownEntries): LaterStart {
  const { space, one } = first;
  const { env, fate } = one;
  const iif = fate.kind === 'sent' || fate.kind === 'forwarded' ? fate.oif : undefined;
  const sender = senderOf(space, one);
  const own = derived(space, `${name} ${typeof sender === 'string' ? sender : `${sender.uid} ${sender.gid}`}`, () =>
    answerSpace(space, name, sender),
  );
  const link = sender === 'kernel' ? linkOf(space, env) : undefined;
  const start: Env = {
    ...startEnv(own, { iif, owned: iif === undefined }),
    src: env.dst,
    dst: env.src,
    sport: env.dport,
    dport: env.sport,
    ttl: TTL,
    tos: sender === 'kernel' ? env.tos : NO_TOS,
    mark: markOf(space, one, sender),
    flags: flagsOf(space, name),
    sockets: socketsOfSets(first),
    // a neighbour is answered on its link
    ...(link !== undefined && { way: { oif: link, local: false, via: undefined } }),
    ...entries,
  };
  return { space: own, iif, env: start };
}

/** Of both sides, as far as they are here. */
export function socketsOfSets({ space, iif, one: { env, fate }, heard = {} }: FirstPackets): readonly SymbolicSocket[] {
  const { manager, start, has } = space;
  const sockets: SymbolicSocket[] = [];
  if (iif === undefined) {
    // the source of another host is for transparent sockets alone
    const transparent = manager.not(ofTypes(space, start.src, ['LOCAL']));
    sockets.push({ comes: answerEnds(space), exists: manager.and(has.ports, space.socket), transparent, ...hearing(heard.reply) });
  }
  if (fate.kind === 'delivered' && fate.listener !== undefined) {
    const { src, sport, dst, dport } = env;
    const transparent = fate.transparent || fate.listener.transparent ? FULL : EMPTY;
    sockets.push({ comes: { src, sport, dst, dport }, exists: has.tcp, transparent, ...hearing(heard.original) });
  }
  return sockets;
}

function hearing(hears: string | undefined): Pick<SymbolicSocket, 'hears'> {
  return hears === undefined ? {} : { hears };
}

const TTL = constant(USUAL_TTL, 8);
const NO_TOS = constant(0, 8);
const NO_MARK = constant(0, 32);

function flagsOf({ start }: Space, name: ConnectionStep['name']): Vector {
  const part = TCP_PARTS[name];
  return part === undefined ? start.flags : constant(part.flags, start.flags.length);
}

/** Of a segment by its place in the connection; of others as the first. */
function lengthOf({ manager, start, family }: Space, name: ConnectionStep['name']): Vector {
  const part = TCP_PARTS[name];
  if (part === undefined) return start.length;
  const isTcp = equal(manager, start.proto, PROTO.tcp);
  const segment = constant(IP_HEADER[family] + part.bytes, start.length.length);
  return chosenBits(manager, isTcp, { low: start.length, high: segment });
}

type Sender = 'outside' | 'kernel' | 'process' | { readonly uid: number; readonly gid: number };

function senderOf({ host }: Space, { fate }: FateClass): Sender {
  if (fate.kind !== 'delivered') return 'outside';
  return fate.listener === undefined ? 'kernel' : (host.processes.get(fate.listener.process) ?? 'process');
}

/** Sockets may take over marks, if the host says so. */
function markOf({ host, manager, start, family }: Space, { env, fate }: FateClass, sender: Sender): Vector {
  if (sender === 'outside') return NO_MARK;
  if (sender === 'kernel') {
    return reflectsMark(host, family) ? env.mark : NO_MARK;
  }
  const own = fate.kind === 'delivered' ? (fate.listener?.mark ?? 0) : 0;
  if (own !== 0) return constant(own, 32);
  if (host.sysctls.get('net.ipv4.tcp_fwmark_accept') !== '1') return NO_MARK;
  const isTcp = equal(manager, start.proto, PROTO.tcp);
  return env.mark.map((bit) => manager.and(isTcp, bit));
}

/** Where the space of first packets has what their sender chose, this one has what the sender of the answer has. */
function answerSpace(space: Space, name: ConnectionStep['name'], sender: Sender): Space {
  const { start } = space;
  const process = typeof sender === 'string' ? undefined : sender;
  return {
    ...space,
    start: {
      ...start,
      length: lengthOf(space, name),
      fragOffset: constant(0, start.fragOffset.length),
      icmpType: otherType(space),
      icmpCode: sender === 'kernel' ? start.icmpCode : constant(0, start.icmpCode.length),
      uid: constant(process?.uid ?? 0, start.uid.length),
      gid: constant(process?.gid ?? 0, start.gid.length),
    },
    socket: sender === 'outside' ? EMPTY : FULL,
    process: process === undefined ? EMPTY : FULL,
    hasMac: EMPTY,
    ...(sender === 'outside' && { macUnsaid: true }),
  };
}

/** One space for all packets of a kind. */
export function derived(space: Space, name: string, make: () => Space): Space {
  const made = known.get(space) ?? new Map<string, Space>();
  known.set(space, made);
  const found = made.get(name) ?? make();
  made.set(name, found);
  return found;
}

const known = new WeakMap<Space, Map<string, Space>>();
