/** The answers to the packets of a class: addresses and ports the other way round, as they are when the answer is sent. */
import { OPPOSITE_END, type Rewritten, TUPLE_ENDS, type TupleEnd } from '../netfilter/firstState.ts';
import type { Address } from '../packet/address.ts';
import { TCP_FLAGS } from '../packet/fields.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY, FULL } from '../symbolic/diagrams/bdd.ts';
import type { Vector } from '../symbolic/diagrams/vector.ts';
import { equal, maskedEqual } from '../symbolic/diagrams/vector.ts';
import { project, projectFields } from '../symbolic/space/project.ts';
import type { Space } from '../symbolic/space/space.ts';
import { widthOf } from '../symbolic/space/space.ts';
import type { FateClass } from '../symbolic/walk/traverse.ts';

export interface Replies {
  readonly set: Bdd;
  /** ends of the questions that NAT has rewritten: in `set` they stand beside the answers, in the variables of `Space.question` */
  readonly rewritten: Rewritten;
}

/** Undefined when an end is neither kept nor made one value: then there is no simple answer set. Of TCP the SYN-ACK represents all answers. */
export function repliesTo(space: Space, one: Pick<FateClass, 'set' | 'env'>): Replies | undefined {
  const { manager, start } = space;
  const rewritten: Partial<Record<TupleEnd, Address>> = {};
  let changed: Bdd = FULL;
  for (const end of TUPLE_ENDS) {
    const now = one.env[end];
    const value = constantOf(now);
    if (now.every((bit, at) => bit === start[end][at])) continue;
    if (value === undefined) return undefined;
    rewritten[end] = value;
    changed = manager.and(changed, equal(manager, start[OPPOSITE_END[end]], value));
  }
  const tuples = projectFields(space, one.set, [...TUPLE_ENDS, 'proto']);
  const swapped = renamed(space, tuples, rewritten);
  const tcp = equal(manager, start.proto, PROTO.tcp);
  const flags = maskedEqual(manager, start.flags, { value: TCP_FLAGS.S | TCP_FLAGS.A, mask: 0xff });
  const set = manager.all([
    swapped,
    changed,
    manager.or(manager.not(tcp), flags),
    equal(manager, start.fragOffset, 0),
    equal(manager, start.ttl, 64),
  ]);
  return { set, rewritten };
}

/** The answers alone. */
export function withoutQuestions({ manager, questionOffsets }: Space, set: Bdd): Bdd {
  return project(manager, set, { start: 0, width: questionOffsets.src });
}

function constantOf(vector: Vector): Address | undefined {
  let value = 0n;
  for (const bit of vector) {
    if (bit !== EMPTY && bit !== FULL) return undefined;
    value = (value << 1n) | (bit === FULL ? 1n : 0n);
  }
  return vector.length === 128 ? value : Number(value);
}

/** Every bit of an address or port becomes the one of the other end, or of the question where the other end does not show it. */
function renamed({ manager, offsets, questionOffsets, family }: Space, set: Bdd, rewritten: Rewritten): Bdd {
  const moves = TUPLE_ENDS.map((end) => ({
    from: offsets[end],
    width: widthOf(end, family),
    to: rewritten[end] === undefined ? offsets[OPPOSITE_END[end]] : questionOffsets[end],
  }));
  const known = new Map<Bdd, Bdd>();
  const walk = (at: Bdd): Bdd => {
    if (at === EMPTY || at === FULL) return at;
    const cached = known.get(at);
    if (cached !== undefined) return cached;
    const variable = manager.variableOf(at);
    const move = moves.find(({ from, width }) => variable >= from && variable < from + width);
    const bit = manager.variable(move === undefined ? variable : variable - move.from + move.to);
    const result = manager.or(manager.and(bit, walk(manager.high(at))), manager.minus(walk(manager.low(at)), bit));
    known.set(at, result);
    return result;
  };
  return walk(set);
}
