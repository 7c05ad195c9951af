/** What a cube has a condition on: each field, with the packets that do not have it. */
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import type { VariableRange } from '../space/project.ts';
import type { Space, StartField } from '../space/space.ts';
import { START_FIELDS, widthOf } from '../space/space.ts';

/** Fields of the notation, and what the socket and the link header decide: each 0 or 1. */
export type CubeField = StartField | 'socket' | 'process' | 'hasMac';

export interface CubeTerm {
  /** over the variables of the field alone */
  readonly values: Bdd;
  /** packets without the field are in it too */
  readonly absent: boolean;
}

export interface Cube {
  /** a field that is not there may be anything */
  readonly terms: ReadonlyMap<CubeField, CubeTerm>;
  readonly set: Bdd;
}

export interface FieldPlace {
  readonly range: VariableRange;
  /** packets that do not have it */
  readonly absent: Bdd;
}

export function fieldPlaces(space: Space): ReadonlyMap<CubeField, FieldPlace> {
  const known = PLACES.get(space) ?? placesIn(space);
  PLACES.set(space, known);
  return known;
}

const PLACES = new WeakMap<Space, ReadonlyMap<CubeField, FieldPlace>>();

function placesIn(space: Space): ReadonlyMap<CubeField, FieldPlace> {
  const { manager, has } = space;
  const unless = (present: Bdd): Bdd => manager.not(present);
  const owner = unless(manager.and(space.socket, space.process));
  const absent: Readonly<Partial<Record<StartField, Bdd>>> = {
    sport: unless(has.ports),
    dport: unless(has.ports),
    flags: unless(has.tcp),
    icmpType: unless(has.icmp),
    icmpCode: unless(has.icmp),
    spi: unless(has.index),
    uid: owner,
    gid: owner,
    mac: unless(space.hasMac),
  };
  const bit = (set: Bdd): FieldPlace => ({ range: { start: manager.variableOf(set), width: 1 }, absent: EMPTY });
  const fields = START_FIELDS.map((field): readonly [CubeField, FieldPlace] => [
    field,
    { range: { start: space.offsets[field], width: widthOf(field, space.family) }, absent: absent[field] ?? EMPTY },
  ]);
  return new Map([...fields, ['socket', bit(space.socket)], ['process', bit(space.process)], ['hasMac', bit(space.hasMac)]]);
}

export function termSet({ manager }: Space, { values, absent }: CubeTerm, place: FieldPlace): Bdd {
  return absent ? manager.or(values, place.absent) : manager.minus(values, place.absent);
}

/** Puts another set in the place of each, which may depend on all others as they are by then. Gives what is in all of them at the end. */
export function eachInTurn({ manager }: Pick<Space, 'manager'>, sets: readonly Bdd[], step: (others: Bdd, at: number) => Bdd): Bdd {
  const after = [FULL];
  for (const set of sets.toReversed()) after.push(manager.and(after.at(-1) ?? FULL, set));
  let before = FULL;
  for (const at of sets.keys()) before = manager.and(before, step(manager.and(before, after[sets.length - 1 - at] ?? FULL), at));
  return before;
}

/** Some packet that the other fields allow does not have this one. */
export function mayBeAbsent(space: Space, { terms }: Cube, field: CubeField): boolean {
  const places = fieldPlaces(space);
  const around = [...terms].flatMap(([other, term]) => (other === field ? [] : [termSet(space, term, places.get(other) as FieldPlace)]));
  const whole = [...around, validOwner(space), places.get(field)?.absent ?? EMPTY];
  return space.manager.all(whole) !== EMPTY;
}

/** A process has a socket. */
export function validOwner({ manager, socket, process }: Space): Bdd {
  return manager.or(socket, manager.not(process));
}
