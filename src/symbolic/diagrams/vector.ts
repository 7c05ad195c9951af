/** Symbolic numbers: one decision diagram per bit, most significant first. Comparisons give the set where they hold. */
import { type IntervalSet, includes } from '../../lib/intervals.ts';
import type { Bdd, BddManager } from './bdd.ts';
import { EMPTY, FULL } from './bdd.ts';

export type Vector = readonly Bdd[];

export function variables(manager: BddManager, { start, width }: { readonly start: number; readonly width: number }): Vector {
  return Array.from({ length: width }, (_, bit) => manager.variable(start + bit));
}

export function constant(value: number | bigint, width: number): Vector {
  if (value === 0) return new Array<Bdd>(width).fill(EMPTY);
  const bits = BigInt(value);
  return Array.from({ length: width }, (_, bit) => (((bits >> BigInt(width - 1 - bit)) & 1n) === 1n ? FULL : EMPTY));
}

export function equal(manager: BddManager, vector: Vector, value: number | bigint): Bdd {
  if (isConstant(vector)) return holds(vector, [{ lo: value, hi: value }]);
  return remembered(manager, { vector, key: `${value}`, make: () => masked(manager, vector, { value }) });
}

/** Packets of a set in which the vector is the number: built on top of the set where that is of later variables alone. */
export function equalWithin(
  manager: BddManager,
  vector: Vector,
  { value, within }: { readonly value: number | bigint; readonly within: Bdd },
): Bdd {
  if (within === FULL || !standsAbove(manager, vector, within)) return manager.and(within, equal(manager, vector, value));
  return masked(manager, vector, { value }, within);
}

/** Variables as the packet has them, which nothing has rewritten, before all of those of the set. */
function standsAbove(manager: BddManager, vector: Vector, within: Bdd): boolean {
  return vector.every(
    (bit) => bit > FULL && manager.low(bit) === EMPTY && manager.high(bit) === FULL && manager.variableOf(bit) < manager.variableOf(within),
  );
}

/** The same number for all packets. */
function isConstant(vector: Vector): boolean {
  return vector.every((bit) => bit <= FULL);
}

function holds(constants: Vector, intervals: IntervalSet<number | bigint>): Bdd {
  const digits = constants.join('');
  const value = digits.length > SAFE_DIGITS ? BigInt(`0b${digits}`) : Number.parseInt(digits || '0', 2);
  return includes(intervals, value) ? FULL : EMPTY;
}

const SAFE_DIGITS = 53;

/** `(vector & mask) === value` */
export function maskedEqual(manager: BddManager, vector: Vector, test: MaskTest): Bdd {
  return remembered(manager, { vector, key: `${test.value}/${test.mask}`, make: () => masked(manager, vector, test) });
}

interface MaskTest {
  readonly value: number | bigint;
  /** absent: all bits */
  readonly mask?: number | bigint;
}

function masked(manager: BddManager, vector: Vector, { value, mask }: MaskTest, within = FULL): Bdd {
  const width = vector.length;
  const wanted = value.toString(2).padStart(width, '0');
  const tested = mask?.toString(2).padStart(width, '0');
  if (wanted.length > width || (tested !== undefined && (BigInt(value) & ~BigInt(mask ?? 0)) !== 0n)) return EMPTY;
  manager.count(width >> 2);
  const skipped = (tested?.length ?? width) - width;
  let result = within;
  // from the last bit up: each step adds one node on top
  for (let bit = width - 1; bit >= 0; bit--) {
    if (tested !== undefined && tested.charCodeAt(bit + skipped) !== ONE) continue;
    const own = vector[bit] as Bdd;
    result = wanted.charCodeAt(bit) === ONE ? manager.choose(own, EMPTY, result) : manager.choose(own, result, EMPTY);
  }
  return result;
}

/** lo <= vector <= hi */
export function between(
  manager: BddManager,
  vector: Vector,
  { lo, hi }: { readonly lo: number | bigint; readonly hi: number | bigint },
): Bdd {
  return lo === hi ? equal(manager, vector, lo) : vectorIn(manager, vector, [{ lo, hi }] as IntervalSet);
}

/** The vector is in one of the intervals. */
export function vectorIn(manager: BddManager, vector: Vector, intervals: IntervalSet): Bdd {
  if (isConstant(vector)) return holds(vector, intervals as IntervalSet<number | bigint>);
  const [first, second] = intervals as IntervalSet<number | bigint>;
  if (first !== undefined && second === undefined && first.lo === first.hi) return equal(manager, vector, first.lo);
  const key = first === undefined || second !== undefined ? intervals : `${first.lo}-${first.hi}`;
  return remembered(manager, { vector, key, make: () => numbersIn(manager, vector, intervals) });
}

interface Question {
  readonly vector: Vector;
  readonly key: string | IntervalSet;
  readonly make: () => Bdd;
}

type Known = Map<Question['key'], Bdd>;

interface Store {
  readonly byVector: WeakMap<Vector, Known>;
  readonly byText: Map<string, Known>;
}

const stores = new WeakMap<BddManager, Store>();

/** Of more, most are asked once. */
const MOST_KNOWN = 1 << 10;

/** Rules, routes and sockets ask the same few vectors the same questions. */
function remembered(manager: BddManager, { vector, key, make }: Question): Bdd {
  manager.count(1);
  const sets = knownOf(manager, vector);
  const known = sets.get(key);
  if (known !== undefined) return known;
  const made = make();
  if (sets.size < MOST_KNOWN) sets.set(key, made);
  return made;
}

function knownOf(manager: BddManager, vector: Vector): Known {
  const store = stores.get(manager) ?? { byVector: new WeakMap<Vector, Known>(), byText: new Map<string, Known>() };
  stores.set(manager, store);
  const known = store.byVector.get(vector);
  if (known !== undefined) return known;
  const text = vector.join();
  const same: Known = store.byText.get(text) ?? new Map<Question['key'], Bdd>();
  store.byText.set(text, same);
  store.byVector.set(vector, same);
  return same;
}

function numbersIn(manager: BddManager, vector: Vector, intervals: IntervalSet): Bdd {
  manager.count(intervals.length);
  const width = vector.length;
  const bounds = (intervals as IntervalSet<number | bigint>).flatMap(({ lo, hi }) => boundsOf(width, lo.toString(2), hi.toString(2)));
  return block(0, { from: 0, to: bounds.length, before: false, after: false });

  /** Of the numbers that share their first `bit` bits: those in the intervals that reach into them. */
  function block(bit: number, { from, to, before, after }: Reach): Bdd {
    manager.count(1);
    const first = bounds[from];
    if (from >= to || first === undefined) return EMPTY;
    if (to - from === 1 && (before || first.zerosFrom <= bit) && (after || first.onesFrom <= bit)) return FULL;
    let [low, high] = [from, to];
    while (low < to && ((low === from && before) || !startsHigh(low, bit))) low++;
    while (high > from && ((high === to && after) || endsHigh(high - 1, bit))) high--;
    const endsAfter = (low === to && after) || (low > from && endsHigh(low - 1, bit));
    const startsBefore = (high === from && before) || (high < to && !startsHigh(high, bit));
    return manager.choose(
      vector[bit] as Bdd,
      block(bit + 1, { from, to: low, before, after: endsAfter }),
      block(bit + 1, { from: high, to, before: startsBefore, after }),
    );
  }

  function startsHigh(at: number, bit: number): boolean {
    return bounds[at]?.lo.charCodeAt(bit) === ONE;
  }

  function endsHigh(at: number, bit: number): boolean {
    return bounds[at]?.hi.charCodeAt(bit) === ONE;
  }
}

/** Intervals by place. */
interface Reach {
  readonly from: number;
  readonly to: number;
  /** the first starts before these numbers, the last ends after them */
  readonly before: boolean;
  readonly after: boolean;
}

const ONE = 0x31;

/** As binary digits: they need no arithmetic with large numbers. None: no number of this width is in the interval. */
function boundsOf(width: number, lo: string, hi: string) {
  if (lo.length > width) return [];
  const [first, last] = [lo.padStart(width, '0'), hi.length > width ? '1'.repeat(width) : hi.padStart(width, '0')];
  return [{ lo: first, hi: last, zerosFrom: first.lastIndexOf('1') + 1, onesFrom: last.lastIndexOf('0') + 1 }];
}

/** vector <= 1 */
export function atMostOne(manager: BddManager, vector: Vector): Bdd {
  return between(manager, vector, { lo: 0, hi: 1 });
}

/** vector - 1, where it is not 0 */
export function decrement(manager: BddManager, vector: Vector): Vector {
  const result: Bdd[] = [];
  let borrow: Bdd = FULL;
  for (const bit of [...vector].reverse()) {
    result.unshift(manager.xor(bit, borrow));
    borrow = manager.and(manager.not(bit), borrow);
  }
  return result;
}

/** vector + amount, kept between 0 and the greatest number. */
export function saturatingAdd(manager: BddManager, vector: Vector, amount: number): Vector {
  const down = amount < 0;
  const addend = constant(Math.abs(amount), vector.length);
  const result: Bdd[] = [];
  let carry: Bdd = EMPTY;
  for (let at = vector.length - 1; at >= 0; at--) {
    const bit = vector[at] as Bdd;
    const other = addend[at] as Bdd;
    result.unshift(manager.xor(manager.xor(bit, other), carry));
    const from = down ? manager.not(bit) : bit;
    carry = manager.any([manager.and(from, other), manager.and(from, carry), manager.and(other, carry)]);
  }
  // the last carry: out of range
  return result.map((bit) => (down ? manager.minus(bit, carry) : manager.or(bit, carry)));
}

/** vector + 1, where it is not the greatest number */
export function increment(manager: BddManager, vector: Vector): Vector {
  const result: Bdd[] = [];
  let carry: Bdd = FULL;
  for (const bit of [...vector].reverse()) {
    result.unshift(manager.xor(bit, carry));
    carry = manager.and(bit, carry);
  }
  return result;
}

/** `high` where `test` holds, `low` elsewhere; of one width. */
export function chosenBits(manager: BddManager, test: Bdd, { low, high }: { readonly low: Vector; readonly high: Vector }): Vector {
  return low.map((bit, at) => manager.choose(test, bit, high[at] ?? bit));
}

/** Where two vectors have the same value. */
export function sameBits(manager: BddManager, one: Vector, other: Vector): Bdd {
  return one === other ? FULL : manager.not(manager.any(one.map((bit, at) => manager.xor(bit, other[at] ?? bit))));
}
