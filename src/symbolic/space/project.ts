/** What a set says about one field: the values that some packet of it has. */
import type { Interval } from '../../lib/intervals.ts';
import type { Bdd, BddManager } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import type { Space, StartField } from './space.ts';
import { widthOf } from './space.ts';

export interface VariableRange {
  readonly start: number;
  readonly width: number;
}

/** Forgets every variable outside `ranges`: the packets that agree with one of the set there. */
export function project(manager: BddManager, set: Bdd, ...ranges: readonly VariableRange[]): Bdd {
  const known = new Map<Bdd, Bdd>();
  const walk = (at: Bdd): Bdd => {
    if (at === EMPTY || at === FULL) return at;
    const cached = known.get(at);
    if (cached !== undefined) return cached;
    manager.count(2);
    const variable = manager.variableOf(at);
    const kept = ranges.some(({ start, width }) => variable >= start && variable < start + width);
    const low = walk(manager.low(at));
    const high = walk(manager.high(at));
    const result = kept ? manager.node(variable, low, high) : manager.or(low, high);
    known.set(at, result);
    return result;
  };
  return walk(set);
}

/** The numbers that a set over the variables of one field stands for, most significant first; undefined when they are more than `limit` intervals. */
export function intervalsOf(
  manager: BddManager,
  set: Bdd,
  { start, width }: VariableRange,
  limit: number,
): readonly Interval<bigint>[] | undefined {
  const intervals: { lo: bigint; hi: bigint }[] = [];
  const add = (lo: bigint, hi: bigint): boolean => {
    const last = intervals.at(-1);
    if (last !== undefined && last.hi + 1n === lo) last.hi = hi;
    else intervals.push({ lo, hi });
    return intervals.length <= limit;
  };
  const walk = (at: Bdd, bit: number, prefix: bigint): boolean => {
    const rest = BigInt(width - bit);
    if (at === EMPTY) return true;
    if (at === FULL) return add(prefix << rest, ((prefix + 1n) << rest) - 1n);
    const asks = manager.variableOf(at) === start + bit;
    return walk(asks ? manager.low(at) : at, bit + 1, prefix << 1n) && walk(asks ? manager.high(at) : at, bit + 1, (prefix << 1n) | 1n);
  };
  return walk(set, 0, 0n) ? intervals : undefined;
}

/** Forgets everything but these fields. */
export function projectFields({ manager, offsets, family }: Space, set: Bdd, fields: readonly StartField[]): Bdd {
  return project(manager, set, ...fields.map((field) => ({ start: offsets[field], width: widthOf(field, family) })));
}
