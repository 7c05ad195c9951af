/** Many sets of one form, of which each asks for one value of some variables: the elements of a map. Their union is made from the sorted values
 *  at once, and the set of one element when a packet first comes to it: of 100,000 elements that takes a quarter of the nodes, and a quarter of
 *  the time, of making all sets and joining them in pairs. */
import { type Bdd, type BddManager, EMPTY, FULL } from './bdd.ts';
import { bitOf, comparedKeys, type PackedKeys, packedKeys } from './packedKeys.ts';
import { MOST_BELOW, type UnionTree } from './unionTree.ts';
import type { Vector } from './vector.ts';

/** In columns: objects and texts for the rows of a map of 100,000 elements would be 40 MB. */
export interface PointRows<T> {
  /** of each row one for each vector, row by row */
  readonly values: readonly (number | bigint)[];
  /** what each row asks beside, of variables below all others */
  readonly rests: readonly Bdd[];
  readonly of: readonly T[];
}

/** `vectors`: of variables alone, each below those before it. Undefined: no packet is in any of the sets. */
export function pointTree<T>(manager: BddManager, vectors: readonly Vector[], rows: PointRows<T>): UnionTree<T> | undefined {
  const variables = vectors.flat().map((bit) => manager.variableOf(bit));
  const keys = packedKeys(
    rows.values,
    vectors.map(({ length }) => length),
  );
  const { rests, of } = rows;
  const points = { manager, variables, keys, rests, of, ...placesOf(keys, rests) };
  manager.count(rests.length);
  return points.starts.length < 2 ? undefined : new PointTree(points, 0, points.starts.length - 1);
}

/** Of variables alone, in their order, all above `rest`. */
export function areVariablesAbove(manager: BddManager, vectors: readonly Vector[], rest: Bdd): boolean {
  const bits = vectors.flat();
  const isVariable = (bit: Bdd): boolean => manager.low(bit) === EMPTY && manager.high(bit) === FULL;
  return bits.every((bit, at) => isVariable(bit) && manager.variableOf(bit) < manager.variableOf(bits[at + 1] ?? rest));
}

/** A place is a stretch of rows that ask for the same values. */
interface Places {
  /** the rows by their values; those with the same ones in their own order */
  readonly order: Uint32Array;
  /** where each place begins in `order`, and where the last one ends */
  readonly starts: Uint32Array;
}

interface Points<T> extends Places, Pick<PointRows<T>, 'rests' | 'of'> {
  readonly manager: BddManager;
  readonly variables: readonly number[];
  readonly keys: PackedKeys;
}

function placesOf(keys: PackedKeys, rests: readonly Bdd[]): Places {
  const order = Uint32Array.from(rests.keys())
    .filter((row) => rests[row] !== EMPTY)
    .sort((one, other) => comparedKeys(keys, one, other) || one - other);
  const isFirst = (at: number): boolean => at === 0 || comparedKeys(keys, order[at - 1] as number, order[at] as number) !== 0;
  const firsts = Uint32Array.from(order.keys()).filter(isFirst);
  const starts = new Uint32Array(firsts.length + 1);
  starts.set(firsts);
  starts[firsts.length] = order.length;
  return { order, starts };
}

function rowsAt<T>({ order, starts }: Points<T>, place: number): Uint32Array {
  return order.subarray(starts[place], starts[place + 1]);
}

/** The places of a stretch. */
class PointTree<T> implements UnionTree<T> {
  readonly #points: Points<T>;
  readonly #from: number;
  readonly #to: number;
  #set: Bdd | undefined;
  #below: readonly UnionTree<T>[] | undefined;

  constructor(points: Points<T>, from: number, to: number) {
    this.#points = points;
    this.#from = from;
    this.#to = to;
  }

  get set(): Bdd {
    this.#set ??= unionFrom(this.#points, { from: this.#from, to: this.#to, bit: 0 });
    return this.#set;
  }

  get of(): T | undefined {
    const { order, starts, of } = this.#points;
    return this.#isOneRow() ? of[order[starts[this.#from] as number] as number] : undefined;
  }

  get apart(): boolean {
    return this.#to - this.#from > 1 || this.#isOneRow();
  }

  get below(): readonly UnionTree<T>[] | undefined {
    if (!this.#isOneRow()) this.#below ??= this.#to - this.#from > 1 ? this.#parts() : this.#rows();
    return this.#below;
  }

  #isOneRow(): boolean {
    const { starts } = this.#points;
    return this.#to - this.#from === 1 && (starts[this.#to] as number) - (starts[this.#from] as number) === 1;
  }

  #parts(): readonly UnionTree<T>[] {
    const size = Math.ceil((this.#to - this.#from) / MOST_BELOW);
    const parts: UnionTree<T>[] = [];
    for (let from = this.#from; from < this.#to; from += size)
      parts.push(new PointTree(this.#points, from, Math.min(from + size, this.#to)));
    return parts;
  }

  #rows(): readonly UnionTree<T>[] {
    const points = this.#points;
    return [...rowsAt(points, this.#from)].map((row) => ({
      set: onPath(points, { row, bit: 0, rest: points.rests[row] as Bdd }),
      of: points.of[row] as T,
      below: undefined,
      apart: true,
    }));
  }
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  /** they have the same bits before it */
  readonly bit: number;
}

function unionFrom<T>(points: Points<T>, { from, to, bit }: Stretch): Bdd {
  const { manager, variables, keys, order, starts, rests } = points;
  if (from === to) return EMPTY;
  const first = order[starts[from] as number] as number;
  if (to - from === 1) {
    const isOne = (starts[to] as number) - (starts[from] as number) === 1;
    const rest = isOne ? (rests[first] as Bdd) : manager.any([...rowsAt(points, from)].map((row) => rests[row] as Bdd));
    return onPath(points, { row: first, bit, rest });
  }
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bitOf(keys, order[starts[middle] as number] as number, bit) === 1) high = middle;
    else low = middle + 1;
  }
  manager.count(1);
  return manager.node(
    variables[bit] as number,
    unionFrom(points, { from, to: low, bit: bit + 1 }),
    unionFrom(points, { from: low, to, bit: bit + 1 }),
  );
}

interface Path {
  readonly row: number;
  readonly bit: number;
  readonly rest: Bdd;
}

/** Packets of `rest` that have the bits of the row from this one on. */
function onPath<T>({ manager, variables, keys }: Points<T>, { row, bit, rest }: Path): Bdd {
  let set = rest;
  for (let at = variables.length - 1; at >= bit; at--) {
    const variable = variables[at] as number;
    set = bitOf(keys, row, at) === 1 ? manager.node(variable, EMPTY, set) : manager.node(variable, set, EMPTY);
  }
  manager.count((variables.length - bit) >> 2);
  return set;
}
