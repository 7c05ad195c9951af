/** The fields of what REJECT answers, as functions of the packet that it is about: simulate/answer.ts for sets. */
import { reflectsMark } from '../../host/answerMark.ts';
import { ANSWER_TTL, ERROR_TOS, errorOf, QUOTING } from '../../netfilter/rejectAnswer.ts';
import { TCP_FLAGS } from '../../packet/fields.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import type { Vector } from '../diagrams/vector.ts';
import { between, chosenBits, constant, saturatingAdd } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { rewrittenClass } from './act.ts';
import { type About, type Env, hasTemplate } from './state.ts';

/** Where the packet's own space has variables, this one has what the answer has there: sets stay sets of packets that are answered. */
export function answerSpace(space: Space, name: string): Space {
  const made = known.get(space) ?? new Map<string, Space>();
  known.set(space, made);
  const found = made.get(name) ?? makeAnswerSpace(space, name);
  made.set(name, found);
  return found;
}

const known = new WeakMap<Space, Map<string, Space>>();

function makeAnswerSpace(space: Space, name: string): Space {
  const { family, start } = space;
  const error = errorOf(name);
  const icmp = family === 4 ? PROTO.icmp : PROTO.icmpv6;
  return {
    ...space,
    start: {
      ...start,
      proto: constant(error === undefined ? PROTO.tcp : icmp, start.proto.length),
      icmpType: constant(error?.type ?? 0, start.icmpType.length),
      icmpCode: constant(error?.code ?? 0, start.icmpCode.length),
      fragOffset: constant(0, start.fragOffset.length),
      length: error === undefined ? constant(QUOTING[family].headers + 12, start.length.length) : errorLength(space),
    },
    socket: error === undefined ? EMPTY : FULL,
    process: EMPTY,
    hasMac: EMPTY,
    has: {
      ports: error === undefined ? FULL : EMPTY,
      tcp: error === undefined ? FULL : EMPTY,
      icmp: error === undefined ? EMPTY : FULL,
      index: EMPTY,
    },
  };
}

export function errorLength({ manager, family, start }: Space): Vector {
  const { headers, most } = QUOTING[family];
  const longest = constant(headers + most, start.length.length);
  const isShort = between(manager, start.length, { lo: 0, hi: most });
  return chosenBits(manager, isShort, { low: longest, high: saturatingAdd(manager, start.length, headers) });
}

/** The state in which the answer to packets in state `env` is made; without a source of its own yet. */
export function answerEnv(space: Space, env: Env, { name, tracks }: { readonly name: string; readonly tracks: boolean }): Env {
  const { family, manager } = space;
  const isReset = errorOf(name) === undefined;
  const about = aboutOf(space, env, name);
  const known = env.original !== undefined;
  return {
    ...about.env,
    mark: answerMark(space, env),
    src: env.dst,
    dst: env.src,
    sport: isReset ? env.dport : NO_PORT,
    dport: isReset ? env.sport : NO_PORT,
    flags: isReset ? resetFlags(env.flags, (bit) => manager.not(bit)) : NO_FLAGS,
    ttl: TTL,
    tos: isReset ? NO_FLAGS : rewrittenClass(space, env.tos, ERROR_TOS[family]),
    connmark: env.connmark,
    owned: true,
    // about what is not tracked it is marked as an answer and nothing more
    state: !tracks ? undefined : known ? 'RELATED' : env.state === 'UNTRACKED' ? 'INVALID' : undefined,
    remembered: env.remembered,
    direction: env.direction === 'original' ? 'reply' : 'original',
    tracked: tracks && (known || hasTemplate(env) || env.state === 'UNTRACKED'),
    sent: undefined,
    about,
  };
}

export function answerMark({ host, family }: Space, { mark }: Env): Vector {
  return reflectsMark(host, family) ? mark : NO_MARK;
}

const NO_PORT = constant(0, 16);
const NO_FLAGS = constant(0, 8);
const NO_MARK = constant(0, 32);
const TTL = constant(ANSWER_TTL, 8);
const { R, A } = TCP_FLAGS;

/** Who acknowledges nothing has his segment acknowledged. */
function resetFlags(flags: Vector, not: (a: Bdd) => Bdd): Vector {
  const acknowledges = Math.log2(A);
  return constant(R, flags.length).map((bit, at) => (flags.length - 1 - at === acknowledges ? not(flags[at] as Bdd) : bit));
}

/** What of the packet tells its connection; the rest would only distinguish equal answers. */
function aboutOf(space: Space, env: Env, name: string): About {
  const flags = env.state === 'ESTABLISHED' ? env.flags : NO_FLAGS;
  const plain = { flags, ttl: TTL, tos: NO_FLAGS, mark: NO_MARK, connmark: NO_MARK, remembered: false };
  const nowhere = { iif: undefined, oif: undefined, way: undefined, owned: false, diverted: undefined, ownerUnsaid: false };
  return { space, env: { ...env, ...plain, ...nowhere }, name };
}
