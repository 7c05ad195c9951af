/** What a packet's connection is for all packets: its ports, the look of its answers, its status. As simulate/skb.ts has it for one. */
import { ICMP_ANSWERS } from '../../netfilter/firstState.ts';
import { CT_STATUS } from '../../packet/fields.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import type { Vector } from '../diagrams/vector.ts';
import { constant, increment, maskedEqual } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import type { ConntrackEntry, Env, SymbolicTuple } from './state.ts';

/** A field as a function of the packet at its start. */
export interface BitReading {
  readonly present: Bdd;
  readonly bits: Vector;
}

interface ConnectionPort {
  readonly port: Vector | undefined;
  readonly icmpType?: Vector;
}

/** As Skb.tuple: ports, for ICMP type and code, 0 for protocols without ports. */
export function connectionPort({ manager, has, start }: Space, env: Env, { port, icmpType }: ConnectionPort): BitReading {
  if (env.original === undefined || port === undefined) return { present: EMPTY, bits: [] };
  const icmp = icmpType === undefined ? [] : [...icmpType, ...start.icmpCode];
  const bits = port.map((bit, index) => manager.or(manager.and(has.ports, bit), manager.and(has.icmp, icmp[index] ?? EMPTY)));
  return { present: icmpType === undefined ? manager.not(has.icmp) : FULL, bits };
}

/** What answers of the connection look like: those to the packet as NAT has made it; an answer itself, as it was sent. */
export function answerTuple({ sent, src, dst, sport, dport }: Env): SymbolicTuple {
  return sent ?? { src: dst, dst: src, sport: dport, dport: sport };
}

/** As icmpAnswer, for all types. */
export function otherType({ manager, start }: Space): Vector {
  const type = start.icmpType;
  let answers = increment(manager, type);
  for (const [request, answer] of ICMP_ANSWERS) {
    const asked = maskedEqual(manager, type, { value: request, mask: 0xff });
    const bits = constant(answer, 8);
    answers = answers.map((bit, index) => manager.or(manager.and(asked, bits[index] ?? EMPTY), manager.minus(bit, asked)));
  }
  return answers;
}

/** For which packets NAT has rewritten which end of the connection. */
export function rewrittenEnds({ manager }: Space, env: Env): { readonly src: Bdd; readonly dst: Bdd } {
  const changed = (pairs: readonly (readonly [Vector, Vector | undefined])[]): Bdd =>
    manager.any(pairs.flatMap(([now, then]) => now.map((bit, index) => manager.xor(bit, then?.[index] ?? bit))));
  const { original } = env;
  const answers = answerTuple(env);
  return {
    dst: changed([
      [answers.src, original?.dst],
      [answers.sport, original?.dport],
    ]),
    src: changed([
      [answers.dst, original?.src],
      [answers.dport, original?.sport],
    ]),
  };
}

/** Bit by bit from the top of the six bits of CT_STATUS. */
export function statusBits(space: Space, env: Env, assured: Bdd): Vector {
  const { src, dst } = rewrittenEnds(space, env);
  const bits: Record<number, Bdd> = {
    [CT_STATUS.DNAT]: dst,
    [CT_STATUS.SNAT]: src,
    [CT_STATUS.CONFIRMED]: env.confirmed ? FULL : EMPTY,
    [CT_STATUS.SEEN_REPLY]: env.state === 'ESTABLISHED' ? FULL : EMPTY,
    [CT_STATUS.ASSURED]: assured,
  };
  return [32, 16, 8, 4, 2, 1].map((bit) => bits[bit] ?? EMPTY);
}

/** The one in whose zone it is looked up. */
export function entryAt({ entry, second, zone, replyZone }: Env): ConntrackEntry | undefined {
  return [entry, second].find(
    (one) => one !== undefined && (one.direction === 'original' ? zone === one.zone : replyZone === one.replyZone),
  );
}
