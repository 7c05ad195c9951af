/** The values of each field, cut where some rule of the table cuts them: a box is then a range of small numbers per field, whatever the type. */
import type { IntervalSet, Scalar } from '../../lib/intervals.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import type { Family } from '../../packet/address.ts';
import type { Field } from '../../packet/fields.ts';
import { FIELDS } from '../../packet/fields.ts';

/** A place between values: before `value`, or after it. */
interface Cut {
  readonly value: Scalar;
  readonly after: boolean;
}

export interface Axis {
  /** parts between neighbouring cuts; the last one is `parts - 1` */
  readonly parts: number;
  /** closed ranges of parts */
  readonly rangesOf: (intervals: IntervalSet) => readonly (readonly [number, number])[];
}

export function axisOf(field: Field, family: Family, conditions: Iterable<MatchExpr>): Axis {
  const cuts = new Map<string, Cut>();
  const add = (cut: Cut): void => {
    cuts.set(`${cut.value}${cut.after ? '+' : ''}`, cut);
  };
  for (const { lo, hi } of intervalsOn(field, family, conditions)) {
    add(before(lo));
    add(justAfter(hi));
  }
  const last = lastOf(field, family);
  const within = [...cuts.values()].filter(({ value, after }) => !isFirst(value, after) && !(last !== undefined && value > last));
  const sorted = within.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : Number(a.after) - Number(b.after)));
  const place = new Map(sorted.map(({ value, after }, index) => [`${value}${after ? '+' : ''}`, index + 1]));
  const at = ({ value, after }: Cut, otherwise: number): number => place.get(`${value}${after ? '+' : ''}`) ?? otherwise;
  const parts = sorted.length + 1;
  return {
    parts,
    rangesOf: (intervals) => intervals.map(({ lo, hi }) => [at(before(lo), 0), at(justAfter(hi), parts) - 1] as const),
  };
}

function before(value: Scalar): Cut {
  return { value, after: false };
}

/** The next number starts where this one ends; between two names there are always others. */
function justAfter(value: Scalar): Cut {
  if (typeof value === 'bigint') return { value: value + 1n, after: false };
  return typeof value === 'number' ? { value: value + 1, after: false } : { value, after: true };
}

function isFirst(value: Scalar, after: boolean): boolean {
  return !after && (value === 0 || value === 0n || value === '');
}

function lastOf(field: Field, family: Family): Scalar | undefined {
  const { type } = FIELDS[field];
  if (type === 'name') return undefined;
  if (type === 'address') return family === 4 ? 0xffff_ffff : (1n << 128n) - 1n;
  return 2 ** type - 1;
}

function* intervalsOn(field: Field, family: Family, conditions: Iterable<MatchExpr>): Iterable<IntervalSet[number]> {
  for (const expr of conditions) {
    if (expr.kind === 'and' || expr.kind === 'or') yield* intervalsOn(field, family, expr.of);
    else if (expr.kind === 'not') yield* intervalsOn(field, family, [expr.of]);
    // not their union: each row is a box
    else if (expr.kind === 'tuple') yield* expr.rows.flatMap((row) => row[expr.fields.indexOf(field)] ?? []);
    else if (expr.kind === 'in' && expr.field === field) yield* expr.intervals;
    else if (expr.kind === 'masked' && expr.field === field) yield* maskedIntervals(expr, family) ?? [];
  }
}

const MAX_MASKED = 64;

/** A masked comparison as intervals of values; undefined when they would be too many. */
export function maskedIntervals(
  { field, value, mask }: Extract<MatchExpr, { kind: 'masked' }>,
  family: Family,
): IntervalSet<number> | undefined {
  const { type } = FIELDS[field];
  if (type === 'name' || (type === 'address' && family === 6)) return undefined;
  const width = type === 'address' ? 32 : type;
  const wanted = Number(value);
  const tested = Number(mask);
  if (!Number.isInteger(wanted) || width > 32) return undefined;
  if (((wanted & ~tested) >>> 0) % 2 ** width !== 0) return [];
  // the bits below the lowest tested one make one run; every free bit above it doubles the runs
  let low = 0;
  while (low < width && ((tested >>> low) & 1) === 0) low++;
  const free: number[] = [];
  for (let bit = low; bit < width; bit++) if (((tested >>> bit) & 1) === 0) free.push(bit);
  if (2 ** free.length > MAX_MASKED) return undefined;
  const starts = Array.from({ length: 2 ** free.length }, (_, pattern) =>
    free.reduce((sum, bit, index) => sum + (((pattern >>> index) & 1) === 1 ? 2 ** bit : 0), wanted),
  );
  return starts.sort((a, b) => a - b).map((lo) => ({ lo, hi: lo + 2 ** low - 1 }));
}
