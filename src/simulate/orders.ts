/** Ways that differ in nothing but which of several tables ran first. */
import type { Walk } from './trace.ts';

/** Where the order of tables changes nothing, only the walks of the likeliest order are kept, and nothing is said of the order. */
export function withoutIdleOrders(walks: readonly Walk[]): readonly Walk[] {
  if (!walks.some(({ choices }) => choices.some(({ ofOrder }) => ofOrder === true))) return walks;
  const first = walks[0]?.choices.flatMap((choice) => (choice.ofOrder === true ? [choice] : [])) ?? [];
  const likeliest = new Map(first.map(({ what, taken }) => [what, taken]));
  const isLikeliest = ({ choices }: Walk): boolean =>
    choices.every(({ ofOrder, what, taken }) => {
      if (ofOrder !== true) return true;
      const known = likeliest.get(what) ?? taken;
      likeliest.set(what, known);
      return known === taken;
    });
  const likely = walks.filter(isLikeliest);
  const ends = new Set(likely.map(endKey));
  if (walks.some((walk) => !ends.has(endKey(walk)))) return walks;
  return likely.map((walk) => ({ ...walk, choices: walk.choices.filter(({ ofOrder }) => ofOrder !== true) }));
}

/** Which rule drops a packet makes no difference. */
function endKey({ fate, after, connections, choices }: Walk): string {
  const others = choices.flatMap(({ ofOrder, what, taken }) => (ofOrder === true ? [] : [what, taken]));
  const how = fate.kind === 'dropped' || fate.kind === 'undecided' ? fate.kind : { ...fate, by: undefined };
  const left = fate.kind === 'dropped' || fate.kind === 'lost' ? undefined : after;
  return JSON.stringify([how, left, connections, others], (_, value) => (typeof value === 'bigint' ? String(value) : value));
}
