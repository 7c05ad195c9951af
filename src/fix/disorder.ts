/** How many pairs of the mesh's own rules stand the other way round than it writes them. */
import type { Rule } from '../ruleset/ruleset.ts';

/** Rules of other chains have no order among each other. `own`: in the order of the mesh. */
export function disorder(rules: readonly Rule[], own: readonly Rule[]): number {
  const order = own.map(keyOf);
  const places = new Map<string, number[]>();
  for (const rule of rules) {
    const place = order.indexOf(keyOf(rule));
    const chain = `${rule.table} ${rule.chain}`;
    if (place >= 0) places.set(chain, [...(places.get(chain) ?? []), place]);
  }
  return [...places.values()].reduce((sum, ofChain) => sum + inversions(ofChain), 0);
}

function inversions(places: readonly number[]): number {
  return places.reduce((sum, place, index) => sum + places.slice(index + 1).filter((later) => later < place).length, 0);
}

function keyOf({ table, text }: Rule): string {
  return `${table} ${text}`;
}
