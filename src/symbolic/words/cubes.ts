/** A set of packets as a list of cubes: one condition for each field, each cube as large as the set allows. */
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import { shareOf } from '../diagrams/fractionOfSpace.ts';
import { equal } from '../diagrams/vector.ts';
import { type Assignment, assignmentOf, setContains } from '../space/member.ts';
import { project, type VariableRange } from '../space/project.ts';
import type { Space } from '../space/space.ts';
import { type Cube, type CubeField, type CubeTerm, eachInTurn, type FieldPlace, fieldPlaces, termSet } from './cubeFields.ts';
import { isListable } from './listed.ts';
import { tidied } from './tidied.ts';
import { pickWitness, usualPreferences, type WitnessPlace } from './witness.ts';

export interface Cover {
  readonly cubes: readonly Cube[];
  /** what they leave out */
  readonly left: Bdd;
}

export interface CoverQuestion {
  readonly set: Bdd;
  /** packets that count: of others a cube may have any */
  readonly care: Bdd;
  /** that the first cube contains */
  readonly first?: Assignment;
  readonly limit: number;
  readonly place: Omit<WitnessPlace, 'preferences'>;
}

/** The later a field comes, the sooner it has to be narrow: fields that decide whether others are there come last. */
const LATE_ADDRESSES: readonly CubeField[] = [
  'spi',
  'mac',
  'hasMac',
  'tos',
  'length',
  'ttl',
  'icmpCode',
  'sport',
  'src',
  'icmpType',
  'flags',
  'dport',
  'mark',
  'gid',
  'uid',
  'dst',
  'process',
  'socket',
  'fragOffset',
  'proto',
];
const LATE_PORTS: readonly CubeField[] = [
  ...LATE_ADDRESSES.slice(0, LATE_ADDRESSES.indexOf('src')),
  'src',
  'dst',
  'icmpType',
  'flags',
  'mark',
  'gid',
  'uid',
  'dport',
  'process',
  'socket',
  'fragOffset',
  'proto',
];

/** Together the cubes are the set, as far as packets count, but for what is left; none of them has a packet outside of it. */
export function coverOf(space: Space, { set, care, first, limit, place }: CoverQuestion): Cover {
  const { manager } = space;
  const bad = manager.minus(care, set);
  const places = fieldPlaces(space);
  const cubes: Cube[] = [];
  let left = manager.and(set, care);
  while (left !== EMPTY && cubes.length < limit) {
    const seed = cubes.length === 0 && first !== undefined ? first : seedIn(space, left, place);
    if (seed === undefined) break;
    const cube = tidied(space, places, { cube: broadest(space, places, { seed, bad }), bad, good: manager.and(set, care) });
    cubes.push(cube);
    left = manager.minus(left, cube.set);
  }
  return { cubes: left === EMPTY ? needed(space, cubes, manager.and(set, care)) : cubes, left };
}

/** Which of two fields is to be broad matters only where both are narrow. */
function broadest(space: Space, places: ReadonlyMap<CubeField, FieldPlace>, widening: Omit<Widening, 'order'>): Cube {
  const one = widened(space, places, { ...widening, order: LATE_PORTS });
  if (!one.terms.has('dst') || !one.terms.has('dport')) return one;
  const other = widened(space, places, { ...widening, order: LATE_ADDRESSES });
  return breadth(space, one) >= breadth(space, other) ? one : other;
}

function breadth({ manager }: Space, { set, terms }: Cube): number {
  return Math.log2(shareOf(manager, set)) - 2 * terms.size;
}

/** Without those that the others make superfluous. */
function needed({ manager }: Space, cubes: readonly Cube[], all: Bdd): readonly Cube[] {
  return cubes.toReversed().reduce<readonly Cube[]>((kept, cube) => {
    const others = kept.filter((one) => one !== cube);
    return manager.minus(all, manager.any(others.map(({ set }) => set))) === EMPTY ? others : kept;
  }, cubes);
}

function seedIn(space: Space, left: Bdd, place: CoverQuestion['place']): Assignment | undefined {
  const packet = pickWitness(space, left, { ...place, preferences: usualPreferences(space, place.dir) });
  const seed = packet && assignmentOf(space, packet);
  return seed !== undefined && setContains(space, left, seed) ? seed : undefined;
}

interface Widening {
  readonly seed: Assignment;
  /** must stay outside */
  readonly bad: Bdd;
  readonly order: readonly CubeField[];
}

/** One packet, and then field by field every value that goes with what is there already. */
function widened(space: Space, places: ReadonlyMap<CubeField, FieldPlace>, { seed, bad, order }: Widening): Cube {
  const { manager } = space;
  const terms = new Map<CubeField, CubeTerm>();
  const asked = supportOf(space, bad);
  const setOf = (field: CubeField, term: CubeTerm): Bdd => termSet(space, term, places.get(field) as FieldPlace);
  for (const [field, { range, absent }] of places) {
    if (!asked(range)) continue;
    const none = setContains(space, absent, seed);
    terms.set(field, { values: none ? EMPTY : valueAt(space, seed, range), absent: none });
  }
  const fields = order.filter((field) => terms.has(field));
  const narrow = fields.map((field) => setOf(field, terms.get(field) as CubeTerm));
  const set = eachInTurn(space, narrow, (others, at) => {
    const field = fields[at] as CubeField;
    const { range, absent } = places.get(field) as FieldPlace;
    const around = manager.and(others, bad);
    const values = manager.not(project(manager, manager.minus(around, absent), range));
    const term = {
      values: isListable(space, field, values) ? values : blockAround(space, values, { seed, range }),
      absent: manager.and(around, absent) === EMPTY,
    };
    if (term.values === FULL && term.absent) {
      terms.delete(field);
      return FULL;
    }
    terms.set(field, term);
    return setOf(field, term);
  });
  return { terms, set };
}

/** As many values as have one prefix with that of the packet, which may not have the field. */
function blockAround({ manager }: Space, values: Bdd, { seed, range }: { readonly seed: Assignment; readonly range: VariableRange }): Bdd {
  const { start, width } = range;
  const path: number[] = [];
  let at = values;
  for (let bit = 0; bit < width && at !== FULL && at !== EMPTY; bit++) {
    const value = seed[start + bit] ?? 0;
    path.push(value);
    if (manager.variableOf(at) === start + bit) at = value === 1 ? manager.high(at) : manager.low(at);
  }
  return path.reduceRight(
    (set, value, bit) => (value === 1 ? manager.node(start + bit, EMPTY, set) : manager.node(start + bit, set, EMPTY)),
    at,
  );
}

function valueAt({ manager }: Space, seed: Assignment, { start, width }: VariableRange): Bdd {
  let value = 0n;
  for (let bit = 0; bit < width; bit++) value = (value << 1n) | BigInt(seed[start + bit] ?? 0);
  const vector = Array.from({ length: width }, (_, bit) => manager.variable(start + bit));
  return equal(manager, vector, value);
}

/** Which variables a set asks about. */
function supportOf({ manager }: Space, set: Bdd): (range: VariableRange) => boolean {
  const seen = new Set<Bdd>();
  const variables = new Set<number>();
  const open = [set];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at < 2 || seen.has(at)) continue;
    seen.add(at);
    manager.count(1);
    variables.add(manager.variableOf(at));
    open.push(manager.low(at), manager.high(at));
  }
  return ({ start, width }) => Array.from({ length: width }, (_, bit) => start + bit).some((variable) => variables.has(variable));
}
