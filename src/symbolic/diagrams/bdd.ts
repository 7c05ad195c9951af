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
  /** Four numbers a node: variable, low, high, and the next node of its bucket (0: none). One place in memory for each node, and for each
   *  known result: questions with millions of nodes, which mostly wait for memory, take 6 % less time. */
  #nodes = new Int32Array(FIRST_SIZE * WORDS);
  /** the first node of each; 0: none, as nodes 0 and 1 are in no bucket */
  #buckets = new Int32Array(FIRST_SIZE);
  #count = 2;
  /** four numbers a slot: two of the question (0: free), then the result */
  #cache = new Int32Array(FIRST_SIZE * WORDS);

  /** Operations and nodes count on `budget`. */
  constructor(budget = new Budget()) {
    this.#budget = budget;
    this.#nodes[EMPTY * WORDS] = TERMINAL;
    this.#nodes[FULL * WORDS] = TERMINAL;
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
    return this.#nodes[a * WORDS] as number;
  }

  low(a: Bdd): Bdd {
    return this.#nodes[a * WORDS + LOW] as number;
  }

  high(a: Bdd): Bdd {
    return this.#nodes[a * WORDS + HIGH] as number;
  }

  /** The node that decides `variable`, which must stand above those of `low` and `high`. */
  node(variable: number, low: Bdd, high: Bdd): Bdd {
    if (low === high) return low;
    const nodes = this.#nodes;
    const bucket = hash(variable, low, high) & (this.#buckets.length - 1);
    for (let at = this.#buckets[bucket] as number; at > FULL; at = nodes[at * WORDS + NEXT] as number) {
      const word = at * WORDS;
      if (nodes[word] === variable && nodes[word + LOW] === low && nodes[word + HIGH] === high) return at;
    }
    if (this.#count >= this.#room) this.#room += this.#budget.takeNodes(NODES_AT_ONCE);
    const word = this.#count * WORDS;
    if (word === nodes.length) {
      this.#grow();
      return this.node(variable, low, high);
    }
    const made = this.#count++;
    nodes[word] = variable;
    nodes[word + LOW] = low;
    nodes[word + HIGH] = high;
    nodes[word + NEXT] = this.#buckets[bucket] as number;
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
    const sorted = [...sets].sort((a, b) => this.variableOf(b) - this.variableOf(a));
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
    const cache = this.#cache;
    const slot = (hash(op, left, right) & (cache.length / WORDS - 1)) * WORDS;
    const key = left * 4 + op;
    if (cache[slot] === key && cache[slot + KEY_B] === right) return cache[slot + RESULT] as number;
    if (++this.#untold >= TOLD_AT_ONCE) this.#tell();
    const nodes = this.#nodes;
    const at = left * WORDS;
    const other = right * WORDS;
    const va = nodes[at] as number;
    const vb = nodes[other] as number;
    const top = Math.min(va, vb);
    const low = this.#apply(op, va === top ? (nodes[at + LOW] as number) : left, vb === top ? (nodes[other + LOW] as number) : right);
    const high = this.#apply(op, va === top ? (nodes[at + HIGH] as number) : left, vb === top ? (nodes[other + HIGH] as number) : right);
    const result = this.node(top, low, high);
    cache[slot] = key;
    cache[slot + KEY_B] = right;
    cache[slot + RESULT] = result;
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
    const held = this.#count;
    const size = held + Math.min(held, MOST_MORE);
    const nodes = new Int32Array(size * WORDS);
    nodes.set(this.#nodes);
    this.#nodes = nodes;
    if (size > this.#buckets.length * MOST_A_BUCKET) this.#sortIntoBuckets(this.#buckets.length * 2);
    const cached = Math.min(size / NODES_PER_SLOT, MOST_CACHED);
    // what an `#apply` under way still puts into its old cache is lost, which is never wrong
    if (cached * WORDS > this.#cache.length) this.#cache = new Int32Array(cached * WORDS);
  }

  #sortIntoBuckets(size: number): void {
    const nodes = this.#nodes;
    const buckets = new Int32Array(size);
    for (let at = FULL + 1; at < this.#count; at++) {
      const word = at * WORDS;
      const bucket = hash(nodes[word] as number, nodes[word + LOW] as number, nodes[word + HIGH] as number) & (size - 1);
      nodes[word + NEXT] = buckets[bucket] as number;
      buckets[bucket] = at;
    }
    this.#buckets = buckets;
  }
}

const WORDS = 4;
const LOW = 1;
const HIGH = 2;
const NEXT = 3;
const KEY_B = 1;
const RESULT = 2;

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
