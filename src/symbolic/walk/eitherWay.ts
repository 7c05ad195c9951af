/** What becomes of packets when it is not known in which order tables run: where all orders agree it is certain, else each is possible. */
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import type { Space } from '../space/space.ts';
import type { HookResult } from './hook.ts';
import { type Doubt, type PacketClass, whatDecided } from './state.ts';
import { keyOf } from './stateKeys.ts';
import type { EndedClass } from './tableWalk.ts';

export function eitherWay(space: Space, ways: readonly HookResult[], what: string): HookResult {
  const { manager } = space;
  const sets = ways.map(({ on, ended }) => {
    const byEnd = new Map<string, Bdd[]>();
    const add = (key: string, set: Bdd): void => {
      if (byEnd.get(key)?.push(set) === undefined) byEnd.set(key, [set]);
    };
    for (const one of on) add(goesOn(one), one.set);
    for (const one of ended) add(ends(one), one.set);
    return new Map([...byEnd].map(([key, list]) => [key, manager.any(list)]));
  });
  const agreed = (key: string): Bdd => manager.all(sets.map((byEnd) => byEnd.get(key) ?? EMPTY));
  const doubt: Doubt = { why: 'unmodelled', what };
  const parts = <T extends PacketClass>(one: T, key: string, isFirst: boolean): readonly T[] => {
    const certain = manager.and(one.set, agreed(key));
    const open = manager.minus(one.set, certain);
    return [
      ...(certain === EMPTY || !isFirst ? [] : [{ ...one, set: certain }]),
      ...(open === EMPTY ? [] : [{ ...one, set: open, doubts: [...one.doubts, doubt] }]),
    ];
  };
  return {
    on: ways.flatMap(({ on }, at) => on.flatMap((one) => parts(one, goesOn(one), at === 0))),
    ended: ways.flatMap(({ ended }, at) => ended.flatMap((one) => parts(one, ends(one), at === 0))),
  };
}

function goesOn({ env, doubts }: PacketClass): string {
  return `on ${keyOf(env, doubts)}`;
}

/** Which rule drops a packet makes no difference; which answer it gets does. */
function ends(one: EndedClass): string {
  const did = whatDecided(one);
  const how = one.end === 'rejected' ? `${did?.kind === 'reject' ? did.with : ''} ${keyOf(one.env, [])}` : '';
  return `${one.end} ${how} ${one.doubts.map((doubt) => doubt.what).join()}`;
}
