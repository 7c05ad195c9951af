/** Classes whose packets agree in all that is still asked of them, as one: for questions in which the rest does not matter. */
import { groupBy } from '../../lib/groupBy.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import { joinedWithAside } from './laidAside.ts';
import type { Env, PacketClass } from './state.ts';
import { type EnvPart, partsKey } from './stateKeys.ts';
import type { TableWalk } from './tableWalk.ts';

export type AskedParts = ReadonlySet<EnvPart | 'hook'>;

export function alike(
  { space, base }: Pick<TableWalk, 'space' | 'base'>,
  parts: AskedParts,
  classes: readonly PacketClass[],
): readonly PacketClass[] {
  const [first] = classes;
  if (first === undefined) return classes;
  const joined = (one: PacketClass, others: readonly PacketClass[]): readonly PacketClass[] => {
    const all = joinedWithAside(space.manager, others);
    return all.set === EMPTY ? [] : [{ ...one, ...all, doubts: [], decided: undefined }];
  };
  // most differ in nothing but a mark that a rule has set: no words are needed to see that
  if (classes.every(({ env }) => isSame(env, first.env, parts))) return joined(first, classes);
  const byKey = groupBy(classes, ({ env }) => partsKey(env, base.base.hook, parts));
  return [...byKey.values()].flatMap((group) => joined(group[0], group));
}

function isSame(one: Env, other: Env, parts: AskedParts): boolean {
  for (const part of parts) if (part !== 'hook' && one[part] !== other[part]) return false;
  return true;
}
