/** Reduced ordered binary decision diagrams: sets of assignments to numbered variables, equal sets being the same node.
 *  Nodes are numbers, 0 the empty and 1 the full set; they live as long as their manager. source: Bryant 1986 */
import { Budget } from '../../lib/budget.ts';

export type Bdd = number;

export const EMPTY: Bdd = 0;
export const FULL: Bdd = 1;

const AND = 0;
const OR = 1;
const XOR = 2;
/** a without b: the only operation that is not symmetric */
const MINUS = 3;

export class BddManager {
  readonly #budget: Budget;
  /** nodes that the budget has room for */
  #room = 0;
  /** operations since the budget was told */
  #untold = 0;
  #variable: Int32Array;
  #low: Int32Array;
  #high: Int32Array;
  #next: Int32Array;
  #buckets: Int32Array;
  #count = 2;
  #cacheKeyA = new Int32Array(FIRST_SIZE).fill(-1);
  #cacheKeyB = new Int32Array(FIRST_SIZE);
  #cacheValue = new Int32Array(FIRST_SIZE);

  /** Operations and nodes count on `budget`. */
  constructor(budget = new Budget()) {
    this.#budget = budget;
    const size = FIRST_SIZE;
    this.#variable = new Int32Array(size).fill(TERMINAL);
    this.#low = new Int32Array(size);
    this.#high = new Int32Array(size);
    this.#next = new Int32Array(size);
    this.#buckets = new Int32Array(size).fill(-1);
  }

  /** Its nodes are no longer used, and room for others. */
  release(): void {
    this.#budget.giveNodes(this.#room);
    this.#room = 0;
  }

  get nodeCount(): number {
    return this.#count;
  }

  /** The set in which variable `index` is 1. */
  variable(index: number): Bdd {
    return this.node(index, EMPTY, FULL);
  }

  /** Variable at the root of a node; larger than any variable for the two constants. */
  variableOf(a: Bdd): number {
    return this.#variable[a] as number;
  }

  low(a: Bdd): Bdd {
    return this.#low[a] as number;
  }

  high(a: Bdd): Bdd {
    return this.#high[a] as number;
  }

  /** The node that decides `variable`, which must stand above those of `low` and `high`. */
  node(variable: number, low: Bdd, high: Bdd): Bdd {
    if (low === high) return low;
    const mask = this.#buckets.length - 1;
    const bucket = hash(variable, low, high) & mask;
    for (let at = this.#buckets[bucket] as number; at >= 0; at = this.#next[at] as number) {
      if (this.#variable[at] === variable && this.#low[at] === low && this.#high[at] === high) return at;
    }
    if (this.#count >= this.#room) this.#room += this.#budget.takeNodes(NODES_AT_ONCE);
    if (this.#count === this.#variable.length) {
      this.#grow();
      return this.node(variable, low, high);
    }
    const made = this.#count++;
    this.#variable[made] = variable;
    this.#low[made] = low;
    this.#high[made] = high;
    this.#next[made] = this.#buckets[bucket] as number;
    this.#buckets[bucket] = made;
    return made;
  }

  and(a: Bdd, b: Bdd): Bdd {
    return this.#apply(AND, a, b);
  }

  or(a: Bdd, b: Bdd): Bdd {
    return this.#apply(OR, a, b);
  }

  xor(a: Bdd, b: Bdd): Bdd {
    return this.#apply(XOR, a, b);
  }

  not(a: Bdd): Bdd {
    return this.#apply(XOR, a, FULL);
  }

  /** a without b */
  minus(a: Bdd, b: Bdd): Bdd {
    return this.#apply(MINUS, a, b);
  }

  /** `high` where `test` holds, `low` elsewhere. */
  choose(test: Bdd, low: Bdd, high: Bdd): Bdd {
    if (test === EMPTY || low === high) return low;
    if (test === FULL) return high;
    const top = this.variableOf(test);
    const isVariable = this.low(test) === EMPTY && this.high(test) === FULL;
    if (isVariable && top < this.variableOf(low) && top < this.variableOf(high)) return this.node(top, low, high);
    return this.or(this.and(test, high), this.minus(low, test));
  }

  /** Joined from the last variables up: each step then works on top of a small set. */
  all(sets: readonly Bdd[]): Bdd {
    if (sets.length === 1) return sets[0] as Bdd;
    const sorted = [...sets].sort((a, b) => (this.#variable[b] as number) - (this.#variable[a] as number));
    return sorted.reduce((left, right) => this.and(left, right), FULL);
  }

  /** Joined in pairs, so that most steps work on small sets. */
  any(sets: readonly Bdd[]): Bdd {
    let level = sets;
    while (level.length > 1) {
      const joined: Bdd[] = [];
      for (let at = 0; at < level.length; at += 2) joined.push(this.or(level[at] as Bdd, level[at + 1] ?? EMPTY));
      level = joined;
    }
    return level[0] ?? EMPTY;
  }

  #apply(op: number, a: Bdd, b: Bdd): Bdd {
    if (op === AND) {
      if (a === EMPTY || b === EMPTY) return EMPTY;
      if (a === FULL || a === b) return b;
      if (b === FULL) return a;
    } else if (op === OR) {
      if (a === FULL || b === FULL) return FULL;
      if (a === EMPTY || a === b) return b;
      if (b === EMPTY) return a;
    } else if (op === XOR) {
      if (a === b) return EMPTY;
      if (a === EMPTY) return b;
      if (b === EMPTY) return a;
    } else {
      if (a === EMPTY || b === FULL || a === b) return EMPTY;
      if (b === EMPTY) return a;
    }
    const ordered = a < b || op === MINUS;
    const left = ordered ? a : b;
    const right = ordered ? b : a;
    const slot = hash(op, left, right) & (this.#cacheKeyA.length - 1);
    const key = left * 4 + op;
    if (this.#cacheKeyA[slot] === key && this.#cacheKeyB[slot] === right) return this.#cacheValue[slot] as number;
    if (++this.#untold >= TOLD_AT_ONCE) this.#tell();
    const va = this.#variable[left] as number;
    const vb = this.#variable[right] as number;
    const top = Math.min(va, vb);
    const low = this.#apply(op, va === top ? (this.#low[left] as number) : left, vb === top ? (this.#low[right] as number) : right);
    const high = this.#apply(op, va === top ? (this.#high[left] as number) : left, vb === top ? (this.#high[right] as number) : right);
    const result = this.node(top, low, high);
    this.#cacheKeyA[slot] = key;
    this.#cacheKeyB[slot] = right;
    this.#cacheValue[slot] = result;
    return result;
  }

  /** Work on sets that is not an operation of its own. */
  count(steps: number): void {
    this.#untold += steps;
    if (this.#untold >= TOLD_AT_ONCE) this.#tell();
  }

  #tell(): void {
    const steps = this.#untold;
    this.#untold = 0;
    this.#budget.step(steps);
  }

  #grow(): void {
    const held = this.#variable.length;
    const size = held + Math.min(held, MOST_MORE);
    const grown = (from: Int32Array, fill: number): Int32Array => {
      const to = new Int32Array(size);
      if (fill !== 0) to.fill(fill, from.length);
      to.set(from);
      return to;
    };
    this.#variable = grown(this.#variable, TERMINAL);
    this.#low = grown(this.#low, 0);
    this.#high = grown(this.#high, 0);
    this.#next = grown(this.#next, 0);
    if (size > this.#buckets.length * MOST_A_BUCKET) this.#sortIntoBuckets(this.#buckets.length * 2);
    const cached = Math.min(size / NODES_PER_SLOT, MOST_CACHED);
    if (cached > this.#cacheKeyA.length) this.#emptyCache(cached);
  }

  #sortIntoBuckets(buckets: number): void {
    this.#buckets = new Int32Array(buckets).fill(-1);
    for (let at = 2; at < this.#count; at++) {
      const bucket = hash(this.#variable[at] as number, this.#low[at] as number, this.#high[at] as number) & (buckets - 1);
      this.#next[at] = this.#buckets[bucket] as number;
      this.#buckets[bucket] = at;
    }
  }

  /** A small question should not pay for clearing a large cache; what an `#apply` under way still puts into its old slot is never wrong. */
  #emptyCache(size: number): void {
    this.#cacheKeyA = new Int32Array(size).fill(-1);
    this.#cacheKeyB = new Int32Array(size);
    this.#cacheValue = new Int32Array(size);
  }
}

/** The variable of the two constants: below all others in the order. */
const TERMINAL = 0x7fff_ffff;
const FIRST_SIZE = 1 << 14;
/** a power of two; twice as many nodes as are needed would be too much memory for the largest questions */
const MOST_MORE = 1 << 22;
const MOST_A_BUCKET = 1.25;
const NODES_AT_ONCE = FIRST_SIZE;
const TOLD_AT_ONCE = 1 << 12;
const MOST_CACHED = 1 << 18;
const NODES_PER_SLOT = 8;

function hash(a: number, b: number, c: number): number {
  let h = Math.imul(a, 0x9e37_79b1) ^ Math.imul(b, 0x85eb_ca6b) ^ Math.imul(c, 0xc2b2_ae35);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b_3c6d);
  return h ^ (h >>> 13);
}
