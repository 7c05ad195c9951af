/** Conditions that give a header field one value, joined: maps have 100,000 elements of an address and a port. The set of each is built as one
 *  chain of nodes, which takes half of the time and half of the nodes of sets that are made apart and then joined. */
import type { IntervalSet } from '../../lib/intervals.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import type { Field } from '../../packet/fields.ts';
import { type Bdd, type BddManager, FULL } from '../diagrams/bdd.ts';
import { equalWithin } from '../diagrams/vector.ts';
import type { BitReading } from './connectionBits.ts';

export interface Point extends BitReading {
  readonly value: number | bigint;
}

/** Fields whose value is that of their bits, wherever they are read. */
const POINTS: ReadonlySet<Field> = new Set<Field>(['src', 'dst', 'sport', 'dport', 'proto', 'mark']);

/** Undefined: it asks something else. */
export function onlyPoint(expr: MatchExpr): (Pick<Point, 'value'> & { readonly field: Field }) | undefined {
  if (expr.kind !== 'in' || !POINTS.has(expr.field)) return undefined;
  const [first, second] = expr.intervals as IntervalSet<number | bigint>;
  return first === undefined || second !== undefined || first.lo !== first.hi ? undefined : { field: expr.field, value: first.lo };
}

/** From the last variables up, so that each stands on top of those before. */
export function withPoints(manager: BddManager, points: readonly Point[], set: Bdd): Bdd {
  const top = ({ bits }: Point): number => manager.variableOf(bits[0] ?? FULL);
  const sorted = points.length < 2 ? points : points.toSorted((a, b) => top(b) - top(a));
  return sorted.reduce((within, { bits, value }) => equalWithin(manager, bits, { value, within }), set);
}
