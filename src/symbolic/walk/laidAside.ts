/** Sets that are laid aside. Where only rules are asked about, packets that came through one long list go on to the next: a firewall pairs
 *  thousands of senders with their network cards, then has thousands of services by destination. Which packets came through is a set of a
 *  hundred thousand nodes, and each rule of the next list would work on all of it. It is laid aside; the walk goes on with every packet, and
 *  a rule asks the sets aside whether they have a packet in common with what it matches. 4,000 such rules are decided in a second, and were
 *  not before 30 million steps. */
import { groupBy } from '../../lib/groupBy.ts';
import type { Bdd, BddManager } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import { haveCommon, isLarger } from '../diagrams/common.ts';
import type { Aside, PacketClass } from './state.ts';
import type { TableWalk } from './tableWalk.ts';

/** When a rule has worked on a large set. */
export interface LargeSet {
  /** steps of one rule before it is asked whether its packets are one */
  readonly steps: number;
  readonly nodes: number;
  /** most of the set: a rule that looks at each node once takes as many steps as there are */
  readonly nodesAStep: number;
}

const LARGE: LargeSet = { steps: 1 << 14, nodes: 1 << 10, nodesAStep: 2 };

type Laying = Pick<TableWalk, 'space' | 'large'>;

export function isLarge({ space: { manager }, large = LARGE }: Laying, set: Bdd): boolean {
  return isLarger(manager, set, large.nodes);
}

/** The classes behind a rule that worked so many steps on their sets: one is laid aside where that was most of it. */
export function layLargeAside(
  { space: { manager }, large = LARGE }: Laying,
  classes: readonly PacketClass[],
  steps: number,
): readonly PacketClass[] {
  if (steps < large.steps) return classes;
  const isWhole = ({ set }: PacketClass) => isLarger(manager, set, large.nodes) && !isLarger(manager, set, large.nodesAStep * steps);
  return classes.map((one) => (isWhole(one) ? laidAside(one) : one));
}

function laidAside(one: PacketClass): PacketClass {
  return { ...one, set: FULL, aside: [{ set: one.set, aside: one.aside }] };
}

/** What a chain does to every packet, cut to those of `hit`; of two large sets one is laid aside. */
export function cutLarge(walk: Laying, set: Bdd, hit: PacketClass): Pick<PacketClass, 'set' | 'aside'> {
  const isHeavy = isLarge(walk, set) && isLarge(walk, hit.set);
  return isHeavy ? { set, aside: [{ set: hit.set, aside: hit.aside }] } : { set: walk.space.manager.and(set, hit.set), aside: hit.aside };
}

/** Some packet of `set` is in the sets aside as well. */
export function hasPacketAside(manager: BddManager, set: Bdd, aside: Aside | undefined): boolean {
  return set !== EMPTY && (aside === undefined || meets(manager, [set], aside));
}

function meets(manager: BddManager, sets: readonly Bdd[], aside: Aside): boolean {
  return aside.some((part) => {
    const all = [...sets, part.set];
    return haveCommon(manager, all) && (part.aside === undefined || meets(manager, all, part.aside));
  });
}

/** The packets of all these. */
export function joinedWithAside(
  manager: BddManager,
  classes: readonly Pick<PacketClass, 'set' | 'aside'>[],
): Pick<PacketClass, 'set' | 'aside'> {
  const parts = [...groupBy(classes, ({ aside }) => aside)].map(([aside, alike]) => ({
    set: manager.any(alike.map(({ set }) => set)),
    aside,
  }));
  const [first, ...others] = parts.filter(({ set }) => set !== EMPTY);
  if (first === undefined) return { set: EMPTY };
  return others.length === 0 ? first : { set: FULL, aside: [first, ...others] };
}
