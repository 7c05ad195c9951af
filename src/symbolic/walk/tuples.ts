/** Ends of connections as sets have them. */
import type { Bdd } from '../diagrams/bdd.ts';
import { sameBits } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import type { SymbolicTuple } from './state.ts';

/** Of an answer, as who sent the first packet waits for it. */
export function answerEnds({ start }: Pick<Space, 'start'>): SymbolicTuple {
  return { src: start.dst, dst: start.src, sport: start.dport, dport: start.sport };
}

/** Packets for which both are the same; ports count where the protocol has them. */
export function sameTuple({ manager, has }: Space, one: SymbolicTuple, other: SymbolicTuple): Bdd {
  const ports = manager.and(sameBits(manager, one.sport, other.sport), sameBits(manager, one.dport, other.dport));
  const addresses = manager.and(sameBits(manager, one.src, other.src), sameBits(manager, one.dst, other.dst));
  return manager.and(addresses, manager.or(manager.not(has.ports), ports));
}
