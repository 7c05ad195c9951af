/** Values of a field as a list that can be written down: ranges, or values under a mask. */
import { groupBy } from '../../lib/groupBy.ts';
import type { Interval } from '../../lib/intervals.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import { variables, vectorIn } from '../diagrams/vector.ts';
import { intervalsOf, type VariableRange } from '../space/project.ts';
import type { Space } from '../space/space.ts';
import { type CubeField, fieldPlaces } from './cubeFields.ts';

export interface MaskedValue {
  readonly value: bigint;
  readonly mask: bigint;
}

export type Listed =
  | { readonly kind: 'ranges'; readonly negated: boolean; readonly ranges: readonly Interval<bigint>[] }
  | { readonly kind: 'masks'; readonly negated: boolean; readonly masks: readonly MaskedValue[] };

const MOST = 256;
/** Fields of which the notation has VALUE/MASK. */
const MASKED: ReadonlySet<CubeField> = new Set<CubeField>(['mark', 'tos', 'flags']);

export function isListable(space: Space, field: CubeField, values: Bdd): boolean {
  return values === EMPTY || values === FULL || listsOf(space, field, values).length > 0;
}

/** All ways of writing them, the shortest first; none: they are too many. */
export function listsOf(space: Space, field: CubeField, values: Bdd): readonly Listed[] {
  const known = listsIn.get(space) ?? new Map<string, readonly Listed[]>();
  listsIn.set(space, known);
  const key = `${field} ${values}`;
  const lists = known.get(key) ?? listed(space, field, values);
  known.set(key, lists);
  return lists;
}

/** While a cube is widened and tidied the same values are looked at again and again. */
const listsIn = new WeakMap<Space, Map<string, readonly Listed[]>>();

function listed(space: Space, field: CubeField, values: Bdd): readonly Listed[] {
  const { manager } = space;
  const { range } = fieldPlaces(space).get(field) as { readonly range: VariableRange };
  const lists = [false, true].flatMap((negated): readonly Listed[] => {
    const set = negated ? manager.not(values) : values;
    const ranges = intervalsOf(manager, set, range, MOST);
    const masks = MASKED.has(field) ? masksOf(space, set, range) : undefined;
    return [
      ...(ranges === undefined ? [] : [{ kind: 'ranges' as const, negated, ranges }]),
      ...(masks === undefined ? [] : [{ kind: 'masks' as const, negated, masks }]),
    ];
  });
  const length = (list: Listed): number => (list.kind === 'ranges' ? list.ranges.length : list.masks.length + 0.5);
  return lists.toSorted((one, other) => length(one) - length(other));
}

/** How long it is to write, with the packets that lack the field or without them, where there are such. */
export function lengthOf(
  space: Space,
  field: CubeField,
  { values, absent, mayLack }: { readonly values: Bdd; readonly absent: boolean; readonly mayLack: boolean },
): number {
  if (values === FULL) return !mayLack || absent ? 0 : 1;
  if (values === EMPTY) return 1;
  const [list] = listsOf(space, field, values).filter(({ negated }) => !mayLack || negated === absent);
  if (list === undefined) return Number.POSITIVE_INFINITY;
  if (list.kind === 'masks') return list.masks.length + 0.5;
  const isOdd = ({ lo, hi }: Interval<bigint>): boolean => (isAddress(field) ? !isPrefix({ lo, hi }) : field === 'proto' && lo !== hi);
  return list.ranges.reduce((length, range) => length + (isOdd(range) ? 1.6 : 1), list.negated ? 0.25 : 0);
}

function isAddress(field: CubeField): boolean {
  return field === 'src' || field === 'dst';
}

interface Room {
  /** values that must be in it */
  readonly core: Bdd;
  /** and those that may */
  readonly most: Bdd;
}

/** Sets between two sets that take few ranges, said with and without `!`. */
export function simplest(space: Space, field: CubeField, { core, most }: Room): readonly Bdd[] {
  const { manager } = space;
  const { range } = fieldPlaces(space).get(field) as { readonly range: VariableRange };
  // protocols have no order that means anything
  if (core === most || field === 'proto') return [];
  const vector = field === 'socket' || field === 'process' || field === 'hasMac' ? variables(manager, range) : space.start[field];
  const filled = (within: Room): readonly Bdd[] => {
    const [needed, allowed] = [within.core, within.most].map((set) => intervalsOf(manager, set, range, MOST));
    if (needed === undefined || allowed === undefined) return [];
    return [
      vectorIn(
        manager,
        vector,
        [...groupBy(needed, (one) => allowed.find(({ hi }) => hi >= one.hi))].flatMap((run) => runIn(run, isAddress(field))),
      ),
    ];
  };
  const others = filled({ core: manager.not(most), most: manager.not(core) });
  return [...filled({ core, most }), ...others.map((set) => manager.not(set))];
}

/** One range for all of them, with `asPrefix` a prefix where there is room for it. */
function runIn(
  [room, parts]: readonly [Interval<bigint> | undefined, readonly Interval<bigint>[]],
  asPrefix: boolean,
): readonly Interval<bigint>[] {
  const [first, last] = [parts[0], parts.at(-1)];
  if (first === undefined || last === undefined || room === undefined) return parts;
  const run = { lo: first.lo, hi: last.hi };
  for (let size = 1n; asPrefix && size <= room.hi - room.lo + 1n; size <<= 1n) {
    const lo = run.lo - (run.lo % size);
    if (lo >= room.lo && lo + size > run.hi && lo + size - 1n <= room.hi) return [{ lo, hi: lo + size - 1n }];
  }
  return [run];
}

function isPrefix({ lo, hi }: Interval<bigint>): boolean {
  const size = hi - lo + 1n;
  return (size & (size - 1n)) === 0n && lo % size === 0n;
}

/** One for each way through the diagram. */
function masksOf({ manager }: Space, set: Bdd, { start, width }: VariableRange): readonly MaskedValue[] | undefined {
  const found: MaskedValue[] = [];
  const walk = (at: Bdd, value: bigint, mask: bigint): boolean => {
    if (at === EMPTY) return true;
    if (at === FULL) return found.push({ value, mask }) <= MOST;
    const bit = 1n << BigInt(width - 1 - (manager.variableOf(at) - start));
    return walk(manager.low(at), value, mask | bit) && walk(manager.high(at), value | bit, mask | bit);
  };
  return walk(set, 0n, 0n) ? found : undefined;
}
