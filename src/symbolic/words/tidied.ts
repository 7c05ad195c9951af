/** A cube as it is shortest to write. */
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import { project } from '../space/project.ts';
import type { Space } from '../space/space.ts';
import { type Cube, type CubeField, type CubeTerm, eachInTurn, type FieldPlace, termSet } from './cubeFields.ts';
import { lengthOf, simplest } from './listed.ts';

interface Tidying {
  readonly cube: Cube;
  /** must stay inside */
  readonly good: Bdd;
  /** must stay outside */
  readonly bad: Bdd;
}

/** Where packets that do not count leave a choice: what is shortest to write. */
export function tidied(space: Space, places: ReadonlyMap<CubeField, FieldPlace>, { cube, good, bad }: Tidying): Cube {
  const { manager } = space;
  const terms = new Map(cube.terms);
  const given = [...cube.terms].map(([field, term]) => ({ field, term, place: places.get(field) as FieldPlace }));
  const wholes = given.map(({ term, place }) => termSet(space, term, place));
  const set = eachInTurn(space, wholes, (others, at) => {
    const {
      field,
      term: { values, absent },
      place,
    } = given[at] as (typeof given)[number];
    const { range, absent: without } = place;
    const whole = wholes[at] ?? FULL;
    const [needed, forbidden] = [manager.all([others, whole, good]), manager.and(others, bad)];
    const core = project(manager, manager.minus(needed, without), range);
    const most = manager.not(project(manager, manager.minus(forbidden, without), range));
    const mayLack = manager.and(others, without) !== EMPTY;
    const isNeeded = manager.and(needed, without) !== EMPTY;
    const isForbidden = manager.and(forbidden, without) !== EMPTY;
    const between = [values, most, core, ...simplest(space, field, { core, most })];
    const choices = between.flatMap((one) => [true, false].map((lacks): CubeTerm => ({ values: one, absent: lacks })));
    const allowed = choices.filter((one) => !mayLack || (one.absent ? !isForbidden : !isNeeded));
    const priced = (term: CubeTerm) => ({ term, cost: lengthOf(space, field, { ...term, mayLack }) });
    const [best] = allowed.map(priced).toSorted((one, other) => one.cost - other.cost);
    const own = priced({ values, absent });
    const chosen = best === undefined || best.cost >= own.cost ? own.term : best.term;
    terms.set(field, chosen);
    return termSet(space, chosen, place);
  });
  return { terms, set };
}
