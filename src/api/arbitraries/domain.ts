/** Values of one field: the usual one, those at the edges of what rules ask, and any other, as far as a set of packets allows them. */
import fc from 'fast-check';
import type { Interval } from '../../lib/intervals.ts';
import { eachFieldLeaf, type MatchExpr, rowsOf } from '../../netfilter/matchExpr.ts';
import type { Family } from '../../packet/address.ts';
import type { Field, FieldValue } from '../../packet/fields.ts';
import { edgesOf } from './boundaries.ts';

export interface Domain<T extends FieldValue> {
  readonly field: Field;
  readonly family: Family;
  /** the first one that is allowed is what counterexamples shrink to */
  readonly near: readonly T[];
  /** all that may be drawn besides; absent: nothing */
  readonly range?: Interval<T>;
  /** conditions that values must meet; those about other fields do not count here */
  readonly conditions: readonly MatchExpr[];
  readonly allow?: (value: T) => boolean;
}

/** Undefined when no value is allowed. */
export function domainValues<T extends FieldValue>({
  field,
  family,
  near,
  range,
  conditions,
  allow,
}: Domain<T>): fc.Arbitrary<T> | undefined {
  const own = conditions.filter((condition) => fieldsOf(condition).every((one) => one === field));
  const isAllowed = (value: T): boolean =>
    (allow?.(value) ?? true) && own.every((condition) => holds(condition, (one) => (one === field ? value : undefined)));
  const edges = own.flatMap((condition) => edgesOf(condition, family).flatMap(([, values]) => values as readonly T[]));
  const usual = [...new Set([...near, ...edges])].filter(isAllowed);
  const [first] = usual;
  // every set that intervals make holds one of its own edges
  if (first === undefined) return undefined;
  const wanted = own.flatMap((condition) => intervalsOf(condition) as readonly Interval<T>[]);
  const ranges = (wanted.length > 0 ? wanted : range === undefined ? [] : [range]).filter(({ lo, hi }) => lo < hi);
  const known = fc.nat({ max: usual.length - 1 }).map((index) => usual[index] as T);
  const beyond = ranges.map((one) => anyIn(one).map((value) => (isAllowed(value) ? value : first)));
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 4, arbitrary: fc.constant(first) },
    {
      weight: 6,
      arbitrary: fc.oneof(
        { withCrossShrink: true },
        { weight: 4 * Math.max(1, beyond.length), arbitrary: known },
        ...beyond.map((arbitrary) => ({ weight: 1, arbitrary })),
      ),
    },
  );
}

/** Whether a condition holds for the fields of a packet as it starts; a field that is absent fits nothing. */
export function holds(expr: MatchExpr, read: (field: Field) => FieldValue | undefined): boolean {
  switch (expr.kind) {
    case 'always':
      return true;
    case 'and':
      return expr.of.every((part) => holds(part, read));
    case 'or':
      return expr.of.some((part) => holds(part, read));
    case 'not':
      return !holds(expr.of, read);
    case 'present':
      return read(expr.field) !== undefined;
    case 'in': {
      const value = read(expr.field);
      return value !== undefined && expr.intervals.some(({ lo, hi }) => lo <= value && value <= hi);
    }
    case 'tuple':
      return holds(rowsOf(expr), read);
    case 'masked': {
      const value = read(expr.field);
      return value !== undefined && (BigInt(value) & BigInt(expr.mask)) === BigInt(expr.value);
    }
    default:
      return false;
  }
}

function fieldsOf(expr: MatchExpr): readonly Field[] {
  const fields: Field[] = [];
  eachFieldLeaf(expr, ({ field }) => fields.push(field));
  return fields;
}

/** The values that a condition names; one that only says which are not wanted has none. */
function intervalsOf(expr: MatchExpr): readonly Interval<FieldValue>[] {
  if (expr.kind === 'and' || expr.kind === 'or') return expr.of.flatMap(intervalsOf);
  return expr.kind === 'in' ? expr.intervals : [];
}

function anyIn<T extends FieldValue>({ lo, hi }: Interval<T>): fc.Arbitrary<T> {
  if (typeof lo === 'number') return fc.integer({ min: lo, max: Number(hi) }) as fc.Arbitrary<FieldValue> as fc.Arbitrary<T>;
  if (typeof lo === 'bigint') return fc.bigInt({ min: lo, max: BigInt(hi) }) as fc.Arbitrary<FieldValue> as fc.Arbitrary<T>;
  return fc.constant(lo);
}
