/** A set of packets as a list of boxes: each a range of values per field, together exactly the set. */
import type { Interval } from '../../lib/intervals.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import { equal } from '../diagrams/vector.ts';
import type { VariableRange } from '../space/project.ts';
import { intervalsOf, project } from '../space/project.ts';
import type { Space, StartField } from '../space/space.ts';
import { START_FIELDS, widthOf } from '../space/space.ts';

/** Fields that are not there may have any value. `who` is the sending socket. */
export interface Box {
  readonly fields: Readonly<Partial<Record<StartField, readonly Interval<bigint>[]>>>;
  readonly who: 'anybody' | 'a process' | 'the kernel' | 'nobody';
}

export interface Boxes {
  readonly boxes: readonly Box[];
  /** there are more than the limit */
  readonly more: boolean;
}

const MAX_INTERVALS = 64;
/** What people cut by first. */
const CUT_ORDER: readonly StartField[] = [
  'proto',
  'uid',
  'gid',
  'mark',
  'dport',
  'flags',
  'icmpType',
  'dst',
  'src',
  'sport',
  'icmpCode',
  'ttl',
  'length',
  'tos',
  'fragOffset',
  'mac',
  'spi',
];

/** `within`: what is taken for granted; the boxes describe the set as a part of it. */
export function boxesOf(space: Space, set: Bdd, options: { readonly within: Bdd; readonly limit: number }): Boxes {
  const boxes: Box[] = [];
  let left = set;
  while (left !== EMPTY && boxes.length < options.limit) {
    const { box, covered } = largestBox(space, left, { all: set, within: options.within });
    boxes.push(box);
    left = space.manager.minus(left, covered);
  }
  return { boxes, more: left !== EMPTY };
}

interface Whole {
  readonly all: Bdd;
  readonly within: Bdd;
}

/** Cuts field by field until what is left is a product of ranges. */
function largestBox(space: Space, set: Bdd, whole: Whole): { readonly box: Box; readonly covered: Bdd } {
  const { manager } = space;
  let left = set;
  for (const field of CUT_ORDER) {
    const product = productOf(space, left);
    if (manager.minus(manager.and(product.set, whole.within), whole.all) === EMPTY) return { box: product.box, covered: product.set };
    left = cut(space, left, field);
  }
  const product = productOf(space, left);
  return { box: product.box, covered: product.set };
}

/** The packets of the set whose value of the field goes with the same rest as its first value does. */
function cut(space: Space, set: Bdd, field: StartField): Bdd {
  const { manager } = space;
  const range = { start: space.offsets[field], width: widthOf(field, space.family) };
  const first = lowest(space, project(manager, set, range), range);
  const rest = forget(space, manager.and(set, equal(manager, space.start[field], first)), range);
  const unlike = project(manager, manager.xor(set, rest), range);
  return manager.minus(rest, unlike);
}

/** The least number of a set over one field. */
function lowest({ manager }: Space, values: Bdd, { start, width }: VariableRange): bigint {
  let number = 0n;
  let at = values;
  for (let bit = 0; bit < width; bit++) {
    const asks = manager.variableOf(at) === start + bit;
    const one = asks && manager.low(at) === EMPTY;
    if (asks) at = one ? manager.high(at) : manager.low(at);
    number = (number << 1n) | (one ? 1n : 0n);
  }
  return number;
}

function forget(space: Space, set: Bdd, range: { readonly start: number; readonly width: number }): Bdd {
  const { manager } = space;
  const known = new Map<Bdd, Bdd>();
  const walk = (at: Bdd): Bdd => {
    if (at < 2) return at;
    const cached = known.get(at);
    if (cached !== undefined) return cached;
    manager.count(2);
    const variable = manager.variableOf(at);
    const low = walk(manager.low(at));
    const high = walk(manager.high(at));
    const result =
      variable >= range.start && variable < range.start + range.width ? manager.or(low, high) : manager.node(variable, low, high);
    known.set(at, result);
    return result;
  };
  return walk(set);
}

/** The product of the set's projections: contains the set, and equals it when the fields are independent. */
function productOf(space: Space, set: Bdd): { readonly box: Box; readonly set: Bdd } {
  const { manager } = space;
  const fields: Partial<Record<StartField, readonly Interval<bigint>[]>> = {};
  let product: Bdd = FULL;
  for (const field of START_FIELDS) {
    const range = { start: space.offsets[field], width: widthOf(field, space.family) };
    const values = project(manager, set, range);
    product = manager.and(product, values);
    const intervals = values === FULL ? undefined : intervalsOf(manager, values, range, MAX_INTERVALS);
    if (intervals !== undefined) fields[field] = intervals;
  }
  const { start, width } = { start: manager.variableOf(space.socket), width: 2 };
  const who = project(manager, set, { start, width });
  return { box: { fields, who: whoOf(space, who) }, set: manager.and(product, who) };
}

function whoOf({ manager, socket, process }: Space, set: Bdd): Box['who'] {
  if (manager.minus(set, manager.and(socket, process)) === EMPTY) return 'a process';
  if (manager.and(set, socket) === EMPTY) return 'nobody';
  return manager.and(set, manager.and(socket, process)) === EMPTY ? 'the kernel' : 'anybody';
}
