/** One packet against sets of packets. */
import type { Packet } from '../../packet/packet.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import type { Vector } from '../diagrams/vector.ts';
import type { Space, StartField } from './space.ts';
import { START_FIELDS, widthOf } from './space.ts';

/** The value of every variable for one packet. */
export type Assignment = Uint8Array;

export function assignmentOf(space: Space, packet: Packet): Assignment {
  const bits = new Uint8Array(space.free);
  for (const field of START_FIELDS) {
    const value = BigInt(fieldOf(packet, field) ?? 0);
    const size = widthOf(field, space.family);
    for (let bit = 0; bit < size; bit++) bits[space.offsets[field] + bit] = Number((value >> BigInt(size - 1 - bit)) & 1n);
  }
  bits[space.manager.variableOf(space.socket)] = packet.dir === 'out' && packet.socket ? 1 : 0;
  bits[space.manager.variableOf(space.process)] = packet.uid === undefined ? 0 : 1;
  bits[space.manager.variableOf(space.hasMac)] = packet.mac === undefined ? 0 : 1;
  return bits;
}

function fieldOf(packet: Packet, field: StartField): number | bigint | undefined {
  return packet[field];
}

export function setContains({ manager }: Space, set: Bdd, assignment: Assignment): boolean {
  let at = set;
  while (at !== EMPTY && at !== FULL) at = assignment[manager.variableOf(at)] === 1 ? manager.high(at) : manager.low(at);
  return at === FULL;
}

/** The number that a vector is for one packet. */
export function bitsNumber(space: Space, vector: Vector, assignment: Assignment): bigint {
  return vector.reduce((value, bit) => (value << 1n) | (setContains(space, bit, assignment) ? 1n : 0n), 0n);
}
