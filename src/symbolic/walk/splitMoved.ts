/** Which packets of a class a table has changed so that they are routed again. */
import { STEPS_OF_A_MOVE } from '../../lib/budget.ts';
import type { Routed } from '../../netfilter/baseChain.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import type { Space } from '../space/space.ts';
import type { PacketClass } from './state.ts';

interface Move {
  readonly before: PacketClass;
  readonly after: PacketClass;
  /** what the table may have changed */
  readonly fields: readonly Routed[];
}

export function splitMoved(
  { manager, budget }: Space,
  { before, after, fields }: Move,
): { readonly moved: readonly PacketClass[]; readonly still: readonly PacketClass[] } {
  budget.step(STEPS_OF_A_MOVE);
  const changed = manager.any(
    fields.flatMap((field) => after.env[field].map((bit, index) => manager.xor(bit, before.env[field][index] ?? bit))),
  );
  const moved = manager.and(after.set, changed);
  const still = manager.minus(after.set, changed);
  const part = (set: Bdd): readonly PacketClass[] => (set === EMPTY ? [] : [{ ...after, set }]);
  return { moved: part(moved), still: part(still) };
}
