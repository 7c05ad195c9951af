/** The branches of a switch that a packet may take: a verdict map of thousands of elements is looked up, not tried. */
import type { IntervalSet } from '../lib/intervals.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import type { Field } from '../packet/fields.ts';
import { isEverKnown } from './evaluate.ts';
import { type IndexedRow, NOWHERE, rowIndex } from './rowIndex.ts';
import type { Skb } from './skb.ts';

/** In order; the first that holds is the one that is taken. */
export type BranchesFor<B> = (skb: Skb) => readonly B[];

/** Fewer are tried faster than looked up. */
const WORTH_IT = 8;

/** `readsData` as in evaluate.ts. */
export function branchIndex<B>(branches: readonly B[], matchOf: (branch: B) => MatchExpr, readsData = false): BranchesFor<B> {
  if (branches.length < WORTH_IT) return () => branches;
  const groups = new Map<string, { readonly fields: readonly Field[]; readonly rows: IndexedRow[] }>();
  const others: number[] = [];
  for (const [place, branch] of branches.entries()) {
    const asked = rowsIn(matchOf(branch));
    if (asked === undefined || !asked.fields.every(isEverKnown)) {
      others.push(place);
      continue;
    }
    const key = asked.fields.join();
    const group = groups.get(key) ?? { fields: asked.fields, rows: [] };
    groups.set(key, group);
    for (const row of asked.rows) group.rows.push({ row, place });
  }
  const indexes = [...groups.values()].map(({ fields, rows }) => rowIndex(fields, rows));
  return (skb) => {
    if (readsData && skb.fragOffset > 0) return branches;
    let first = NOWHERE;
    for (const find of indexes) first = Math.min(first, find(skb));
    const before = others.length === 0 || (others[0] as number) > first ? [] : others.filter((place) => place < first);
    const found = first === NOWHERE ? [] : [branches[first] as B];
    return before.length === 0 ? found : [...before.map((place) => branches[place] as B), ...found];
  };
}

interface Asked {
  readonly fields: readonly Field[];
  readonly rows: readonly (readonly IntervalSet[])[];
}

/** Undefined: it asks for more than values of fields. */
function rowsIn(expr: MatchExpr): Asked | undefined {
  if (expr.kind === 'tuple') return expr;
  const parts = expr.kind === 'and' ? expr.of : [expr];
  const fields: Field[] = [];
  const row: IntervalSet[] = [];
  for (const part of parts) {
    if (part.kind !== 'in' || fields.includes(part.field)) return undefined;
    fields.push(part.field);
    row.push(part.intervals);
  }
  return { fields, rows: [row] };
}
