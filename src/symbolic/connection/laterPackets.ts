/** The packets that follow the first one of a connection, as functions of the first: simulate/laterPacket.ts for sets. Sets stay sets of
 *  first packets. */
import { type ConnectionStep, TCP_PARTS } from '../../netfilter/connectionParts.ts';
import { USUAL_TTL } from '../../packet/usual.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import { constant } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { otherType } from '../walk/connectionBits.ts';
import type { Entry, Env } from '../walk/state.ts';
import { startEnv } from '../walk/state.ts';
import type { FateClass } from '../walk/traverse.ts';

/** A packet of a connection as it starts. */
export interface LaterStart {
  /** in which its fields are */
  readonly space: Space;
  readonly env: Env;
  /** where it arrives; absent: it is sent here */
  readonly iif: string | undefined;
}

export interface FirstPackets {
  readonly space: Space;
  /** where they arrive; absent: they are sent here */
  readonly iif: string | undefined;
  readonly one: FateClass;
}

/** The sender's next packet: as the first, of the same socket. */
export function laterStart({ space, iif }: FirstPackets, { name }: ConnectionStep, entry: Entry | undefined): LaterStart {
  return { space, iif, env: { ...startEnv(space, { iif, owned: iif === undefined }), ...partBits(space, name), entry } };
}

/** What the receiver answers: the process that took the first packet, this host itself, or who is behind the interface by which it left. */
export function answerStart({ space, one }: FirstPackets, { name }: ConnectionStep, entry: Entry | undefined): LaterStart {
  const { env, fate } = one;
  const iif = fate.kind === 'sent' || fate.kind === 'forwarded' ? fate.oif : undefined;
  const own = answerSpace(space, senderOf(space, one));
  const start: Env = {
    ...startEnv(own, { iif, owned: iif === undefined }),
    src: env.dst,
    dst: env.src,
    sport: env.dport,
    dport: env.sport,
    ttl: TTL,
    tos: NO_TOS,
    mark: NO_MARK,
    ...partBits(space, name),
    entry,
  };
  return { space: own, iif, env: start };
}

function partBits({ start }: Space, name: ConnectionStep['name']): Partial<Env> {
  const part = TCP_PARTS[name];
  return part === undefined ? {} : { flags: constant(part.flags, start.flags.length) };
}

const TTL = constant(USUAL_TTL, 8);
const NO_TOS = constant(0, 8);
const NO_MARK = constant(0, 32);

type Sender = 'outside' | 'kernel' | { readonly uid: number; readonly gid: number };

function senderOf({ host }: Space, { fate }: FateClass): Sender {
  if (fate.kind !== 'delivered') return 'outside';
  return (fate.listener === undefined ? undefined : host.processes.get(fate.listener.process)) ?? 'kernel';
}

/** Where the space of first packets has what their sender chose, this one has what the sender of the answer has. */
function answerSpace(space: Space, sender: Sender): Space {
  const made = known.get(space) ?? new Map<string, Space>();
  known.set(space, made);
  const name = typeof sender === 'string' ? sender : `${sender.uid} ${sender.gid}`;
  const found = made.get(name) ?? makeAnswerSpace(space, sender);
  made.set(name, found);
  return found;
}

const known = new WeakMap<Space, Map<string, Space>>();

function makeAnswerSpace(space: Space, sender: Sender): Space {
  const { start } = space;
  const process = typeof sender === 'string' ? undefined : sender;
  return {
    ...space,
    start: {
      ...start,
      fragOffset: constant(0, start.fragOffset.length),
      icmpType: otherType(space),
      icmpCode: constant(0, start.icmpCode.length),
      uid: constant(process?.uid ?? 0, start.uid.length),
      gid: constant(process?.gid ?? 0, start.gid.length),
    },
    socket: sender === 'outside' ? EMPTY : FULL,
    process: process === undefined ? EMPTY : FULL,
    hasMac: EMPTY,
  };
}
