/** Packets of a connection that NAT is known to have led somewhere: what is known of them as they start. */
import { type ForcedState, OPPOSITE_END, TUPLE_ENDS } from '../../netfilter/firstState.ts';
import { type Bdd, FULL } from '../diagrams/bdd.ts';
import { constant, equal } from '../diagrams/vector.ts';
import { type Space, widthOf } from '../space/space.ts';
import type { PacketClass } from './state.ts';

/** Of answers under NAT only those from where NAT led their question: there ends are known, which keeps the diagrams small. */
export function answersOnly({ manager, start }: Space, forced: ForcedState | undefined): Bdd {
  const { rewritten = {} } = forced ?? {};
  return manager.all(
    TUPLE_ENDS.map((end) => {
      const value = rewritten[end];
      return value === undefined ? FULL : equal(manager, start[OPPOSITE_END[end]], value);
    }),
  );
}

export function knownEnds({ family }: Space, forced: ForcedState | undefined): Partial<PacketClass['env']> {
  const { rewritten = {} } = forced ?? {};
  return Object.fromEntries(
    TUPLE_ENDS.flatMap((end) => {
      const value = rewritten[end];
      return value === undefined ? [] : [[OPPOSITE_END[end], constant(value, widthOf(end, family))]];
    }),
  );
}
