/** A condition as boxes that together are exactly it. What has no such form, or too many boxes, is left to the diagrams. */

import type { IntervalSet } from '../../lib/intervals.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import { rowsOf } from '../../netfilter/matchExpr.ts';
import type { Family } from '../../packet/address.ts';
import { CONNECTION_FIELDS, type Field, ZONE_FIELDS } from '../../packet/fields.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { Axis } from './domain.ts';
import { maskedIntervals } from './domain.ts';

/** Lowest and highest part of each axis, one after the other. */
export type BoxRanges = Int32Array;

/** The axes of a table, with the conditions under which a field is there at all. */
export interface Axes {
  readonly family: Family;
  /** place of a field's axis */
  readonly at: ReadonlyMap<Field | Presence, number>;
  readonly axes: readonly Axis[];
}

/** Axes with two parts, 0 for no. */
export type Presence = 'connection' | 'process' | 'hasMac' | 'hasSk' | 'hasIif' | 'hasOif';

const MAX_BOXES = 64;

export function wholeBox({ axes }: Axes): BoxRanges {
  const box = new Int32Array(axes.length * 2);
  for (const [index, { parts }] of axes.entries()) box[index * 2 + 1] = parts - 1;
  return box;
}

/** Undefined: not convertible. Chance goes both ways, so that it asks nothing; so does what is not modelled. */
export function boxesFor(axes: Axes, expr: MatchExpr): readonly BoxRanges[] | undefined {
  return convert(axes, expr, false);
}

function convert(axes: Axes, expr: MatchExpr, negated: boolean): readonly BoxRanges[] | undefined {
  switch (expr.kind) {
    case 'always':
      return negated ? [] : [wholeBox(axes)];
    case 'chance':
    case 'unmodelled':
      return [wholeBox(axes)];
    case 'not':
      return convert(axes, expr.of, !negated);
    case 'and':
    case 'or': {
      const parts: (readonly BoxRanges[])[] = [];
      for (const part of expr.of) {
        const boxes = convert(axes, part, negated);
        if (boxes === undefined) return undefined;
        parts.push(boxes);
      }
      return (expr.kind === 'and') === negated ? limited(parts.flat()) : product(axes, parts);
    }
    case 'in':
      return ask(axes, expr.field, expr.intervals, negated);
    case 'masked': {
      const intervals = maskedIntervals(expr, axes.family);
      return intervals === undefined ? undefined : ask(axes, expr.field, intervals, negated);
    }
    case 'tuple':
      return expr.rows.length > MAX_BOXES ? undefined : convert(axes, rowsOf(expr), negated);
    case 'present':
      return negated ? absent(axes, expr.field) : product(axes, [present(axes, expr.field)]);
  }
}

function limited(boxes: readonly BoxRanges[]): readonly BoxRanges[] | undefined {
  return boxes.length > MAX_BOXES ? undefined : boxes;
}

function product(axes: Axes, parts: readonly (readonly BoxRanges[])[]): readonly BoxRanges[] | undefined {
  let boxes: readonly BoxRanges[] = [wholeBox(axes)];
  for (const part of parts) {
    boxes = boxes.flatMap((left) => part.flatMap((right) => meet(left, right) ?? []));
    if (boxes.length > MAX_BOXES) return undefined;
  }
  return boxes;
}

export function meet(left: BoxRanges, right: BoxRanges): BoxRanges | undefined {
  const both = new Int32Array(left.length);
  for (let at = 0; at < left.length; at += 2) {
    const lo = Math.max(left[at] as number, right[at] as number);
    const hi = Math.min(left[at + 1] as number, right[at + 1] as number);
    if (lo > hi) return undefined;
    both[at] = lo;
    both[at + 1] = hi;
  }
  return both;
}

function ask(axes: Axes, field: Field, intervals: IntervalSet, negated: boolean): readonly BoxRanges[] | undefined {
  const inside = axes.axes[axes.at.get(field) ?? -1]?.rangesOf(intervals) ?? [];
  if (!negated) return product(axes, [present(axes, field), slices(axes, field, inside)]);
  const outside = product(axes, [present(axes, field), slices(axes, field, gaps(axes, field, inside))]);
  return outside === undefined ? undefined : limited([...outside, ...absent(axes, field)]);
}

function slices(axes: Axes, field: Field | Presence, ranges: readonly (readonly [number, number])[]): readonly BoxRanges[] {
  const at = axes.at.get(field);
  if (at === undefined) return [];
  return ranges.map(([lo, hi]) => {
    const box = wholeBox(axes);
    box[at * 2] = lo;
    box[at * 2 + 1] = hi;
    return box;
  });
}

function gaps({ at, axes }: Axes, field: Field, ranges: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const last = (axes[at.get(field) ?? -1]?.parts ?? 0) - 1;
  const found: (readonly [number, number])[] = [];
  let next = 0;
  for (const [lo, hi] of ranges) {
    if (lo > next) found.push([next, lo - 1]);
    next = hi + 1;
  }
  return next <= last ? [...found, [next, last]] : found;
}

/** What must hold for a field to be there: values of other axes. */
export function needs(field: Field, family: Family): readonly (readonly [Field | Presence, IntervalSet])[] {
  const whole = ['fragOffset', [{ lo: 0, hi: 0 }]] as const;
  const protocols = (...numbers: readonly number[]) => ['proto', numbers.toSorted((a, b) => a - b).map((lo) => ({ lo, hi: lo }))] as const;
  switch (field) {
    case 'sport':
    case 'dport':
      return [whole, protocols(PROTO.tcp, PROTO.udp, PROTO.udplite, PROTO.sctp, PROTO.dccp)];
    case 'flags':
      return [whole, protocols(PROTO.tcp)];
    case 'icmpType':
    case 'icmpCode':
      return [whole, protocols(family === 4 ? PROTO.icmp : PROTO.icmpv6)];
    case 'spi':
      return [whole, family === 4 ? protocols(PROTO.esp, PROTO.ah) : protocols(PROTO.esp)];
    case 'uid':
    case 'gid':
      return [
        ['socket', ONE],
        ['process', ONE],
      ];
    case 'socket':
      return [['socket', ONE]];
    case 'mac':
      return [['hasMac', ONE]];
    case 'sk':
      return [['hasSk', ONE]];
    case 'iif':
      return [['hasIif', ONE]];
    case 'oif':
      return [['hasOif', ONE]];
    default:
      return OF_CONNECTION.has(field) ? [['connection', ONE]] : [];
  }
}

const ONE: IntervalSet = [{ lo: 1, hi: 1 }];
const OF_CONNECTION: ReadonlySet<Field> = new Set<Field>([...CONNECTION_FIELDS, ...ZONE_FIELDS]);

function present(axes: Axes, field: Field): readonly BoxRanges[] {
  const parts = needs(field, axes.family).map(([need, intervals]) => {
    const axis = axes.axes[axes.at.get(need) ?? -1];
    return slices(axes, need, axis?.rangesOf(intervals) ?? []);
  });
  return product(axes, parts) ?? [];
}

function absent(axes: Axes, field: Field): readonly BoxRanges[] {
  return needs(field, axes.family).flatMap(([need, intervals]) => {
    const axis = axes.axes[axes.at.get(need) ?? -1];
    return axis === undefined ? [] : slices(axes, need, gaps(axes, need as Field, axis.rangesOf(intervals)));
  });
}
