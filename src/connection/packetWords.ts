/** Sets of packets in the notation of `--where`: exactly, and as people speak of them. */

import { BudgetError } from '../lib/budget.ts';
import { protocolName } from '../packet/notation.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../symbolic/diagrams/bdd.ts';
import { equal } from '../symbolic/diagrams/vector.ts';
import type { Assignment } from '../symbolic/space/member.ts';
import { setContains } from '../symbolic/space/member.ts';
import { intervalsOf, project } from '../symbolic/space/project.ts';
import type { Space } from '../symbolic/space/space.ts';
import { fieldPlaces, validOwner } from '../symbolic/words/cubeFields.ts';
import { type Cover, coverOf } from '../symbolic/words/cubes.ts';
import { cubeText } from './cubeText.ts';
import { type GeneralWords, generalText } from './generalWords.ts';
import { conditionsOfWords, type UsualCondition } from './typicalPackets.ts';

export interface SpokenPackets {
  readonly set: Bdd;
  readonly dir: 'in' | 'out';
  /** where they arrive */
  readonly iif?: string;
  /** one that is spoken of first */
  readonly first?: Assignment;
  /** packets of a connection that is there already: of none of them the usual conditions are taken for granted */
  readonly isLater?: boolean;
}

/** Said of a set that would take more than `WORDS` to describe: what was proved of it stands all the same. */
export const NO_WORDS = 'packets of more kinds than can be described';
const WORDS = { steps: 4_000_000, nodes: 1_000_000 };
const MOST_GENERAL = 2;
const MOST_EXACT = 16;
/** Those beyond are counted. */
const MOST_COUNTED = 48;

/** All of them: read as a set of packets it is the same set, unless it ends in how many more there are. */
export function exactWords(space: Space, packets: SpokenPackets): string {
  const cover = (limit: number) => coverOf(space, { ...packets, care: validPackets(space, packets), limit, place: placeOf(packets) });
  const counted = withinBudget<ReturnType<typeof coverOf> | undefined>(space, undefined, () => cover(MOST_COUNTED));
  return withinBudget(space, NO_WORDS, () => {
    const { cubes, left } = counted ?? cover(MOST_EXACT);
    const more = cubes.length - MOST_EXACT;
    const isAll = left === EMPTY;
    const rest = more > 0 ? ` and ${isAll ? '' : 'over '}${more} more` : isAll ? '' : ' and more';
    return `${texts(space, packets, cubes.slice(0, MOST_EXACT)).join(' or ')}${rest}`;
  });
}

/** As people would say it. */
export function generalWords(space: Space, packets: SpokenPackets): GeneralWords {
  return withinBudget<GeneralWords>(space, { sets: [NO_WORDS] }, () => {
    const { manager } = space;
    const valid = validPackets(space, packets);
    const granted = grantedFor(space, packets);
    const care = manager.all([valid, ...granted.map(({ set }) => set)]);
    const { cubes } = coverOf(space, { ...packets, care, limit: MOST_GENERAL, place: placeOf(packets) });
    const covered = manager.any(cubes.map(({ set }) => set));
    return {
      sets: texts(space, packets, cubes),
      ...remarkOn(space, manager.minus(manager.and(covered, valid), packets.set), granted),
      ...othersIn(space, manager.minus(manager.and(packets.set, valid), covered)),
    };
  });
}

/** `generalWords` in one text, which reads as a set of packets. */
export function packetWords(space: Space, packets: SpokenPackets): string {
  return generalText(generalWords(space, packets));
}

function withinBudget<T>(space: Space, otherwise: T, work: () => T): T {
  try {
    return space.budget.share(1 / 2, work, WORDS);
  } catch (error) {
    if (error instanceof BudgetError) return otherwise;
    throw error;
  }
}

function placeOf({ dir, iif }: SpokenPackets) {
  return { dir, ...(iif !== undefined && { iif }) };
}

/** Packets that there are. Who sends without a source gets one before anything is asked. */
export function validPackets(space: Space, { dir }: Pick<SpokenPackets, 'dir'>): Bdd {
  const { manager, start, socket, hasMac } = space;
  const ids = [start.uid, start.gid].map((id) => manager.not(equal(manager, id, NO_ID)));
  return dir === 'in'
    ? manager.not(socket)
    : manager.all([validOwner(space), manager.not(hasMac), manager.not(equal(manager, start.src, 0)), ...ids]);
}

const NO_ID = 0xffff_ffff;

/** Conditions that hold for the packet, or else for some packet of the set. */
function grantedFor(space: Space, { set, iif, first, isLater = false }: SpokenPackets): readonly UsualCondition[] {
  if (isLater) return [];
  let left = set;
  return conditionsOfWords(space, iif).filter((condition) => {
    if (first !== undefined) return setContains(space, condition.set, first);
    const narrowed = space.manager.and(left, condition.set);
    if (narrowed !== EMPTY) left = narrowed;
    return narrowed !== EMPTY;
  });
}

/** What has to be said beside the sets, as they would say too much: fewest conditions first. */
function remarkOn({ manager }: Space, excess: Bdd, granted: readonly UsualCondition[]): Pick<GeneralWords, 'only'> {
  if (excess === EMPTY) return {};
  const opening = granted.filter(({ opens }) => opens);
  if (manager.all([excess, ...opening.map(({ set }) => set)]) === EMPTY) return { only: FIRST };
  const other = granted.filter(({ opens }) => !opens);
  return { only: manager.all([excess, ...other.map(({ set }) => set)]) === EMPTY ? 'ordinary packets' : `ordinary ${FIRST}` };
}

/** Protocols that few have are named. */
function othersIn(space: Space, rest: Bdd): Pick<GeneralWords, 'more'> {
  if (rest === EMPTY) return {};
  const { range } = fieldPlaces(space).get('proto') ?? {};
  const protocols = range && intervalsOf(space.manager, project(space.manager, rest, range), range, MOST_NAMED);
  const isFew = protocols?.every(({ lo, hi }) => lo === hi) === true;
  return { more: isFew ? protocols.map(({ lo }) => protocolName(Number(lo))) : [] };
}

const MOST_NAMED = 2;
const FIRST = 'first packets';

function texts(space: Space, { dir, iif }: SpokenPackets, cubes: Cover['cubes']): readonly string[] {
  const arrivals = space.host.interfaces.filter(({ name }) => name !== 'lo');
  const isOnly = arrivals.length === 1 && arrivals[0]?.name === iif;
  return [...new Set(cubes.map((cube) => cubeText(space, cube, { dir, iif: isOnly ? undefined : iif })))];
}
