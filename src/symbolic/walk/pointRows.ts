/** Branches of a switch that ask for one value of each of the same fields, as rows of values: what is asked beside is the same few sets for all
 *  of them. */
import type { IntervalSet } from '../../lib/intervals.ts';
import type { SwitchBranch } from '../../netfilter/effect.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import type { Field } from '../../packet/fields.ts';
import { type Bdd, type BddManager, FULL } from '../diagrams/bdd.ts';
import { areVariablesAbove, pointTree } from '../diagrams/pointTree.ts';
import type { UnionTree } from '../diagrams/unionTree.ts';
import type { Vector } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { pointOf } from './encode.ts';
import { type Point, withPoints } from './points.ts';
import type { Env } from './state.ts';

/** Fewer are joined as fast. */
const WORTH_IT = 8;

/** `empty`: no packet takes any. Undefined: some branch asks for something else, or a field has no variables of its own. */
export function pointBranches(space: Space, env: Env, branches: readonly SwitchBranch[]): UnionTree<SwitchBranch> | 'empty' | undefined {
  const [first] = branches;
  const form = first === undefined || branches.length < WORTH_IT ? undefined : rowIn(first.match);
  const asked = form && readingsOf(space, env, form);
  if (form === undefined || asked === undefined) return undefined;
  const known = new Map<string, Bdd>();
  const values: (number | bigint)[] = [];
  const rests: Bdd[] = [];
  for (const { match } of branches) {
    const row = rowIn(match);
    const given = row && sameFields(row.fields, form.fields) ? valuesOf(row, asked) : undefined;
    if (given === undefined) return undefined;
    const below = given.slice(asked.above.length);
    const key = below.join();
    const rest = known.get(key) ?? restOf(space.manager, asked, below);
    known.set(key, rest);
    for (let at = 0; at < asked.above.length; at++) values.push(given[at] as number | bigint);
    rests.push(rest);
  }
  const vectors = asked.above.map(({ bits }) => bits);
  if (![...known.values()].every((rest) => areVariablesAbove(space.manager, vectors, rest))) return undefined;
  return pointTree(space.manager, vectors, { values, rests, of: branches }) ?? 'empty';
}

interface RowForm {
  readonly fields: readonly Field[];
  readonly row: readonly IntervalSet[];
}

function rowIn(expr: MatchExpr): RowForm | undefined {
  if (expr.kind === 'tuple')
    return expr.rows.length === 1 ? { fields: expr.fields, row: expr.rows[0] as readonly IntervalSet[] } : undefined;
  const fields: Field[] = [];
  const row: IntervalSet[] = [];
  for (const part of expr.kind === 'and' ? expr.of : [expr]) {
    if (part.kind !== 'in') return undefined;
    fields.push(part.field);
    row.push(part.intervals);
  }
  return { fields, row };
}

function sameFields(one: readonly Field[], other: readonly Field[]): boolean {
  return one === other || (one.length === other.length && one.every((field, at) => field === other[at]));
}

interface Reading extends Pick<Point, 'bits'> {
  /** in the row */
  readonly place: number;
}

interface Readings {
  /** those whose variables are above all that is asked beside */
  readonly above: readonly Reading[];
  readonly others: readonly Reading[];
  /** the packet has all of the fields */
  readonly present: Bdd;
}

function readingsOf(space: Space, env: Env, { fields, row }: RowForm): Readings | undefined {
  const { manager } = space;
  const points = fields.map((field, at) => pointOf(space, env, { kind: 'in', field, intervals: row[at] ?? [] }));
  if (!points.every((point) => point !== undefined)) return undefined;
  const present = manager.all(points.map((point) => point.present));
  const top = ({ bits }: Reading): number => manager.variableOf(bits[0] ?? FULL);
  const readings = points.map(({ bits }, place): Reading => ({ bits, place })).sort((a, b) => top(a) - top(b));
  const isAbove = ({ bits }: Reading): boolean => manager.variableOf(bits.at(-1) ?? FULL) < manager.variableOf(present);
  return { above: readings.filter(isAbove), others: readings.filter((one) => !isAbove(one)), present };
}

/** First those of the fields above. Undefined: a field may have more than one value, or none that fits it. */
function valuesOf({ row }: RowForm, { above, others }: Readings): readonly (number | bigint)[] | undefined {
  const values: (number | bigint)[] = [];
  for (const { place, bits } of [...above, ...others]) {
    const [first, second] = row[place] as IntervalSet<number | bigint>;
    if (first === undefined || second !== undefined || first.lo !== first.hi || !fits(first.lo, bits)) return undefined;
    values.push(first.lo);
  }
  return values;
}

function fits(value: number | bigint, { length }: Vector): boolean {
  return value >= 0 && (length > 32 ? BigInt(value) >> BigInt(length) === 0n : value < 2 ** length);
}

function restOf(manager: BddManager, { others, present }: Readings, values: readonly (number | bigint)[]): Bdd {
  const points = others.map(({ bits }, at): Point => ({ present, bits, value: values[at] as number | bigint }));
  return withPoints(manager, points, present);
}
