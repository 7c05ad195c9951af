/** ICMP errors about open connections, as functions of their first packets: simulate/connectionErrors.ts for sets. */
import { ERRORS_ABOUT, type ErrorStep, TCP_PARTS } from '../../netfilter/connectionParts.ts';
import { QUOTING } from '../../netfilter/rejectAnswer.ts';
import { PROTO } from '../../packet/protocol.ts';
import { USUAL_TTL } from '../../packet/usual.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { type Bdd, EMPTY, FULL } from '../diagrams/bdd.ts';
import { chosenBits, constant, equal, sameBits } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { errorLength } from '../walk/answerSpace.ts';
import type { Env } from '../walk/state.ts';
import { startEnv } from '../walk/state.ts';
import { answerEnds, sameTuple } from '../walk/tuples.ts';
import { entriesOfError, isRelated } from './entries.ts';
import type { ConnectionQuestion, Going } from './going.ts';
import { derived, type LaterStart, socketsOfSets } from './laterPackets.ts';
import { errorLook } from './looks.ts';
import type { StepPacket } from './meet.ts';
import type { PartEnd } from './walkPart.ts';

/** Of two errors that no rule can tell apart the first is walked for both. */
export function errorStepOf(question: ConnectionQuestion, step: ErrorStep): StepPacket {
  const { space, ruleset } = question;
  const own = spaceOf(space, ruleset, step);
  return {
    start: (one) => errorStart(question, { one, step, own }),
    arrives: (one, last) => comesHome(question, { one, step, last }),
  };
}

export interface ErrorKind extends Pick<ErrorStep, 'about'> {
  /** in which its fields are */
  readonly own: Space;
}

/** One of each kind that the rules tell apart. */
export function errorKinds(space: Space, ruleset: Ruleset): readonly ErrorKind[] {
  const kinds = ERRORS_ABOUT.map((step): ErrorKind => ({ about: step.about, own: spaceOf(space, ruleset, step) }));
  return kinds.filter(({ own }, at) => !kinds.slice(0, at).some((one) => one.own === own));
}

function spaceOf(space: Space, ruleset: Ruleset, step: ErrorStep): Space {
  const look = ({ icmp }: ErrorStep): string => errorLook(ruleset, icmp[space.family]);
  const { name } = ERRORS_ABOUT.find((one) => one.about === step.about && look(one) === look(step)) ?? step;
  return derived(space, name, () => errorSpace(space, step));
}

interface Sent {
  readonly one: Going;
  readonly step: ErrorStep;
  /** in which the error's fields are */
  readonly own: Space;
}

/** Undefined: the packets that it would be about do not leave this host. */
function errorStart({ space, iif }: ConnectionQuestion, { one, step, own }: Sent): LaterStart | undefined {
  const { first, known, latest } = one;
  const { fate } = latest?.[step.about] ?? first;
  if (fate.kind !== 'sent' && fate.kind !== 'forwarded') return undefined;
  const quoted = step.about === 'original' ? first.env : answerEnds(space);
  const entries = entriesOfError(step.direction, known);
  const { entry } = entries;
  const quoting = {
    ...startEnv(space, { iif: undefined, owned: false }),
    ...endsOf(quoted),
    flags: NO_BITS,
    ...(entry && { original: entry.original, sent: entry.answers, zone: entry.zone, replyZone: entry.replyZone, confirmed: true }),
    state: known.answered ? ('ESTABLISHED' as const) : ('NEW' as const),
  };
  const env: Env = {
    ...startEnv(own, { iif: fate.oif, owned: false }),
    src: quoted.dst,
    dst: quoted.src,
    sport: NO_PORT,
    dport: NO_PORT,
    flags: NO_BITS,
    ttl: TTL,
    tos: NO_BITS,
    mark: NO_MARK,
    sockets: socketsOfSets({ space, iif, one: first }),
    ...entries,
    quotes: { space, env: quoting },
  };
  return { space: own, iif: fate.oif, env };
}

const TTL = constant(USUAL_TTL, 8);
const NO_BITS = constant(0, 8);
const NO_PORT = constant(0, 16);
const NO_MARK = constant(0, 32);

function endsOf({ src, dst, sport, dport }: Pick<Env, 'src' | 'dst' | 'sport' | 'dport'>): Pick<Env, 'src' | 'dst' | 'sport' | 'dport'> {
  return { src, dst, sport, dport };
}

function errorSpace(space: Space, { icmp }: ErrorStep): Space {
  const { manager, family, start } = space;
  const { type, code } = icmp[family];
  const { headers } = QUOTING[family];
  const isTcp = equal(manager, start.proto, PROTO.tcp);
  const aboutData = constant(2 * headers - 8 + (TCP_PARTS.data?.bytes ?? 0), start.length.length);
  return {
    ...space,
    start: {
      ...start,
      proto: constant(family === 4 ? PROTO.icmp : PROTO.icmpv6, start.proto.length),
      icmpType: constant(type, start.icmpType.length),
      icmpCode: constant(code, start.icmpCode.length),
      fragOffset: constant(0, start.fragOffset.length),
      length: chosenBits(manager, isTcp, { low: errorLength(space), high: aboutData }),
    },
    socket: EMPTY,
    process: EMPTY,
    hasMac: EMPTY,
    macUnsaid: true,
    has: { ports: EMPTY, tcp: EMPTY, icmp: FULL, index: EMPTY },
  };
}

interface Arrived {
  readonly one: Going;
  readonly step: ErrorStep;
  readonly last: PartEnd;
}

/** As isErrorHome() of simulate/arrival.ts. */
function comesHome({ space, iif }: ConnectionQuestion, { one: { first, known }, step, last }: Arrived): Bdd {
  const { manager, start } = space;
  const { kind } = last.fate;
  const translated = isRelated(known, last.env);
  const same = (address: Env['src'], plain: () => Bdd): Bdd =>
    manager.and(sameBits(manager, last.env.dst, address), translated ? FULL : plain());
  if (step.about === 'original') {
    const isThere = iif === undefined ? kind === 'delivered' : kind === 'sent' || kind === 'forwarded';
    return isThere ? same(start.src, () => sameTuple(space, first.env, start)) : EMPTY;
  }
  if (kind !== first.fate.kind) return EMPTY;
  const { src, dst, sport, dport } = first.env;
  return same(dst, () => sameTuple(space, answerEnds(space), { src: dst, dst: src, sport: dport, dport: sport }));
}
