/** The answers to the packets of a class: addresses and ports the other way round, as they are when the answer is sent. */
import type { Address } from '../packet/address.ts';
import { TCP_FLAGS } from '../packet/fields.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Bdd } from '../symbolic/bdd.ts';
import { EMPTY, FULL } from '../symbolic/bdd.ts';
import { projectFields } from '../symbolic/project.ts';
import type { Space, StartField } from '../symbolic/space.ts';
import { widthOf } from '../symbolic/space.ts';
import type { FateClass } from '../symbolic/traverse.ts';
import type { Vector } from '../symbolic/vector.ts';
import { equal, maskedEqual } from '../symbolic/vector.ts';

const OPPOSITE = { src: 'dst', dst: 'src', sport: 'dport', dport: 'sport' } as const satisfies Partial<Record<StartField, StartField>>;
type End = keyof typeof OPPOSITE;
const ENDS: readonly End[] = ['src', 'dst', 'sport', 'dport'];

/** Undefined when a field is neither kept nor made one value: then there is no simple answer set. Of TCP the SYN-ACK stands for all answers. */
export function repliesTo(space: Space, one: Pick<FateClass, 'set' | 'env'>): Bdd | undefined {
  const { manager, start } = space;
  const kept: End[] = [];
  let changed: Bdd = FULL;
  for (const field of ENDS) {
    const now = one.env[field];
    const value = constantOf(now);
    if (now.every((bit, at) => bit === start[field][at])) kept.push(field);
    else if (value === undefined) return undefined;
    else changed = manager.and(changed, equal(manager, start[OPPOSITE[field]], value));
  }
  const tuples = projectFields(space, one.set, [...kept, 'proto']);
  const swapped = renamed(space, tuples);
  const tcp = equal(manager, start.proto, PROTO.tcp);
  const flags = maskedEqual(manager, start.flags, { value: TCP_FLAGS.S | TCP_FLAGS.A, mask: 0xff });
  return manager.all([
    swapped,
    changed,
    manager.or(manager.not(tcp), flags),
    equal(manager, start.fragOffset, 0),
    equal(manager, start.ttl, 64),
  ]);
}

function constantOf(vector: Vector): Address | undefined {
  let value = 0n;
  for (const bit of vector) {
    if (bit !== EMPTY && bit !== FULL) return undefined;
    value = (value << 1n) | (bit === FULL ? 1n : 0n);
  }
  return vector.length === 128 ? value : Number(value);
}

/** Every bit of an address or port becomes the one of the other end. */
function renamed({ manager, offsets, family }: Space, set: Bdd): Bdd {
  const moves = ENDS.map((field) => ({ from: offsets[field], width: widthOf(field, family), to: offsets[OPPOSITE[field]] }));
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
