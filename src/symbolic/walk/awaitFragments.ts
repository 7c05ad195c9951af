/** Later fragments wait for the others. */
import { EMPTY } from '../diagrams/bdd.ts';
import { equal } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import type { PacketClass } from './state.ts';
import type { EndedClass } from './tableWalk.ts';

interface Awaited {
  readonly on: readonly PacketClass[];
  readonly ended: readonly EndedClass[];
}

export function awaitFragments({ manager, start }: Space, one: PacketClass): Awaited {
  const first = equal(manager, start.fragOffset, 0);
  const set = manager.and(one.set, first);
  const later = manager.minus(one.set, first);
  return {
    on: set === EMPTY ? [] : [{ ...one, set }],
    ended: later === EMPTY ? [] : [{ ...one, set: later, end: 'awaiting-fragments' }],
  };
}
