/** The core language of conditions: the one meaning of every match, read by both engines. */

import type { Interval, IntervalSet } from '../lib/intervals.ts';
import { normalize, point } from '../lib/intervals.ts';
import { memoize } from '../lib/memo.ts';
import { packedList } from '../lib/packedList.ts';
import type { Field, FieldValue } from '../packet/fields.ts';

export type MatchExpr =
  | { readonly kind: 'always' }
  | { readonly kind: 'and' | 'or'; readonly of: readonly MatchExpr[] }
  | { readonly kind: 'not'; readonly of: MatchExpr }
  /** false when the field is absent */
  | { readonly kind: 'in'; readonly field: Field; readonly intervals: IntervalSet }
  /** `(field & mask) === value`; false when the field is absent */
  | { readonly kind: 'masked'; readonly field: Field; readonly value: number | bigint; readonly mask: number | bigint }
  | { readonly kind: 'present'; readonly field: Field }
  | TupleExpr
  /** either way, each time anew; `probability` (0 to 1) where the rule states one; `remembers`: it follows from the packets before */
  | { readonly kind: 'chance'; readonly id: string; readonly probability?: number; readonly remembers?: true }
  /** neither true nor false: we do not claim its meaning; `lacks`: we would if this were given */
  | { readonly kind: 'unmodelled'; readonly reason: string; readonly lacks?: string };

/** True when some row has the values of all fields; false when one of them is absent. */
export interface TupleExpr {
  readonly kind: 'tuple';
  readonly fields: readonly Field[];
  /** for each field the values that it may have */
  readonly rows: readonly (readonly IntervalSet[])[];
}

export const ALWAYS: MatchExpr = { kind: 'always' };
export const NEVER: MatchExpr = { kind: 'or', of: [] };

/** A rule of a table of both families is this in the family that it is not for. */
export function matchesNothing(expr: MatchExpr): boolean {
  return expr.kind === 'or' && expr.of.length === 0;
}

export function and(...of: readonly MatchExpr[]): MatchExpr {
  const parts = of.flatMap((part) => (part.kind === 'always' ? [] : part.kind === 'and' ? part.of : [part]));
  return parts.length === 0 ? ALWAYS : parts.length === 1 ? (parts[0] as MatchExpr) : { kind: 'and', of: packedList(parts) };
}

export function or(...of: readonly MatchExpr[]): MatchExpr {
  return of.length === 1 ? (of[0] as MatchExpr) : { kind: 'or', of };
}

export function not(of: MatchExpr): MatchExpr {
  return of.kind === 'not' ? of.of : { kind: 'not', of };
}

export function inSet(field: Field, intervals: readonly Interval<FieldValue>[]): MatchExpr {
  return { kind: 'in', field, intervals: normalize(intervals) };
}

/** One protocol is one object, and so is `present` of one field: half of all rules ask for them. Of 100,000 rules of kube-proxy that saves
 *  9 MB. */
export function equals(field: Field, value: FieldValue): MatchExpr {
  return field === 'proto' ? protocolIs(value) : { kind: 'in', field, intervals: [point(value)] };
}

const protocols = new Map<FieldValue, MatchExpr>();
function protocolIs(value: FieldValue): MatchExpr {
  const known = protocols.get(value) ?? { kind: 'in', field: 'proto', intervals: [point(value)] };
  protocols.set(value, known);
  return known;
}

export function masked(field: Field, value: number | bigint, mask: number | bigint): MatchExpr {
  return { kind: 'masked', field, value, mask };
}

export function present(field: Field): MatchExpr {
  const known = presences.get(field) ?? { kind: 'present', field };
  presences.set(field, known);
  return known;
}

const presences = new Map<Field, MatchExpr>();

export function unmodelled(reason: string, lacks?: string): MatchExpr {
  return { kind: 'unmodelled', reason, ...(lacks !== undefined && { lacks }) };
}

const LAST_OFFSET = 0x1fff;

export const LATER_FRAGMENT: MatchExpr = inSet('fragOffset', [{ lo: 1, hi: LAST_OFFSET }]);

/** Nothing but later fragments can meet it. */
export function isOfFragments(expr: MatchExpr): boolean {
  return expr === LATER_FRAGMENT || (expr.kind === 'and' && expr.of.includes(LATER_FRAGMENT));
}

/** A condition that is not made of others. */
export type Leaf = Exclude<MatchExpr, { readonly kind: 'and' | 'or' | 'not' }>;

export function someLeaf(expr: MatchExpr, test: (leaf: Leaf) => boolean): boolean {
  if (expr.kind === 'not') return someLeaf(expr.of, test);
  return 'of' in expr ? expr.of.some((part) => someLeaf(part, test)) : test(expr);
}

export function eachLeaf(expr: MatchExpr, visit: (leaf: Leaf) => void): void {
  if (expr.kind === 'not') eachLeaf(expr.of, visit);
  else if ('of' in expr) for (const part of expr.of) eachLeaf(part, visit);
  else visit(expr);
}

/** What it asks about. */
export function eachFieldOf(leaf: Leaf, visit: (field: Field) => void): void {
  if (leaf.kind === 'tuple') for (const field of leaf.fields) visit(field);
  else if ('field' in leaf) visit(leaf.field);
}

/** A condition on one field. */
export type FieldLeaf = Extract<Leaf, { readonly field: Field }>;

/** Of a tuple, each field by itself. */
export function eachFieldLeaf(expr: MatchExpr, visit: (leaf: FieldLeaf) => void): void {
  eachLeaf(expr, (leaf) => {
    if (leaf.kind === 'tuple') for (const column of columnsOf(leaf)) visit(column);
    else if ('field' in leaf) visit(leaf);
  });
}

/** Each field of a tuple by itself: what holds for the tuple holds for them. */
export function columnsOf(tuple: TupleExpr): readonly FieldLeaf[] {
  return columns(tuple, '');
}

const columns: (tuple: TupleExpr, _all: '') => readonly FieldLeaf[] = memoize(({ fields, rows }: TupleExpr, _all: '') =>
  fields.map((field, at): FieldLeaf => ({ kind: 'in', field, intervals: normalize(rows.flatMap((row) => row[at] ?? [])) })),
);

/** The tuple as the simpler conditions that it stands for. */
export function rowsOf({ fields, rows }: TupleExpr): { readonly kind: 'or'; readonly of: readonly MatchExpr[] } {
  const cell = (row: readonly IntervalSet[], at: number): MatchExpr => ({
    kind: 'in',
    field: fields[at] as Field,
    intervals: row[at] ?? [],
  });
  return { kind: 'or', of: rows.map((row) => and(...fields.map((_, at) => cell(row, at)))) };
}

/** The condition as far as it asks about some fields; `otherwise` stands for what it asks about others. */
export function askingOnly(expr: MatchExpr, isAsked: (field: Field) => boolean, otherwise: MatchExpr): MatchExpr {
  switch (expr.kind) {
    case 'and':
    case 'or':
      return { kind: expr.kind, of: expr.of.map((part) => askingOnly(part, isAsked, otherwise)) };
    case 'not':
      return { kind: 'not', of: askingOnly(expr.of, isAsked, otherwise) };
    case 'in':
    case 'masked':
    case 'present':
      return isAsked(expr.field) ? expr : otherwise;
    case 'tuple':
      return expr.fields.every(isAsked) ? expr : and(...columnsOf(expr).map((column) => (isAsked(column.field) ? column : otherwise)));
    default:
      return expr;
  }
}

export function asksAbout(expr: MatchExpr, field: Field): boolean {
  return someLeaf(expr, (leaf) => (leaf.kind === 'tuple' ? leaf.fields.includes(field) : 'field' in leaf && leaf.field === field));
}

/** Some part of the condition is not modelled. */
export function mentionsUnmodelled(expr: MatchExpr): boolean {
  return someLeaf(expr, ({ kind }) => kind === 'unmodelled');
}

/** What would have to be given for the condition to be known, where nothing else is in the way. */
export function lackingOf(expr: MatchExpr): string | undefined {
  const found = new Set<string | undefined>();
  eachLeaf(expr, (leaf) => {
    if (leaf.kind === 'unmodelled') found.add(leaf.lacks);
  });
  return found.size === 1 ? [...found][0] : undefined;
}

/** Some part of the condition asks about earlier packets, or notes this one for later ones. */
export function mentionsMemory(expr: MatchExpr): boolean {
  return someLeaf(expr, (leaf) => leaf.kind === 'chance' && leaf.remembers === true);
}
