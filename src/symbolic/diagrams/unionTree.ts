/** The union of many sets as a tree of unions: a set is split among them by a look at those that it meets. */
import type { Bdd, BddManager } from './bdd.ts';
import { EMPTY } from './bdd.ts';

export interface UnionTree<T> {
  /** of all that are below */
  readonly set: Bdd;
  readonly below: readonly UnionTree<T>[] | undefined;
  /** of a leaf */
  readonly of: T | undefined;
  /** no two sets below have a packet in common */
  readonly apart: boolean;
}

export interface Labelled<T> {
  readonly set: Bdd;
  readonly of: T;
}

/** Undefined: all of the sets are empty. Where no two of them meet, neighbours in the order of variables are joined first, which keeps unions small. */
export function unionTree<T>(manager: BddManager, sets: readonly Labelled<T>[]): UnionTree<T> | undefined {
  const leaves = sets.filter(({ set }) => set !== EMPTY);
  const sorted = inOrder(manager, leaves);
  const tree = grow(manager, sorted);
  return tree === undefined || tree.apart ? tree : grow(manager, leaves);
}

function grow<T>(manager: BddManager, leaves: readonly Labelled<T>[]): UnionTree<T> | undefined {
  let level = leaves.map(({ set, of }): UnionTree<T> => ({ set, of, below: undefined, apart: true }));
  while (level.length > 1) {
    const joined: UnionTree<T>[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = [level[at] as UnionTree<T>, level[at + 1]];
      if (right === undefined) joined.push(left);
      else {
        const apart = left.apart && right.apart && manager.and(left.set, right.set) === EMPTY;
        joined.push({ set: manager.or(left.set, right.set), below: [...branchesOf(left), ...branchesOf(right)], of: undefined, apart });
      }
    }
    level = joined;
  }
  return level[0];
}

/** A set is cut to every level of the tree: with eight branches a level there are a third of them, and the cut of a map of 30,000 elements
 *  takes half of the time. */
export const MOST_BELOW = 8;

function branchesOf<T>(tree: UnionTree<T>): readonly UnionTree<T>[] {
  return tree.below !== undefined && tree.below.length < MOST_BELOW ? tree.below : [tree];
}

/** The parts of `within` that the sets take, one after the other: each what those before it have left. A part is made when it is asked for;
 *  `isNeedless`: of which sets none is, as may be said anew each time. */
export function* partsAmong<T>(
  manager: BddManager,
  tree: UnionTree<T>,
  { within: all, isNeedless }: { readonly within: Bdd; readonly isNeedless?: ((of: T) => boolean) | undefined },
): Generator<Labelled<T>, void> {
  const open: { readonly tree: UnionTree<T>; readonly within: Bdd }[] = [{ tree, within: all }];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (isNeedless !== undefined && isWhollyNeedless(one.tree, isNeedless)) continue;
    const set = manager.and(one.within, one.tree.set);
    if (set === EMPTY) continue;
    const { below } = one.tree;
    if (below === undefined) {
      yield { set, of: one.tree.of as T };
      continue;
    }
    let left = set;
    const next = below.map((tree) => {
      const within = left;
      if (!(one as (typeof open)[number]).tree.apart) left = manager.minus(left, tree.set);
      return { tree, within };
    });
    for (const branch of next.reverse()) open.push(branch);
  }
}

function isWhollyNeedless<T>({ below, of }: UnionTree<T>, isNeedless: (of: T) => boolean): boolean {
  return below === undefined ? isNeedless(of as T) : below.every((one) => isWhollyNeedless(one, isNeedless));
}

/** The union of sets, of which neighbours in the order of variables are joined first. */
export function unionOf(manager: BddManager, sets: readonly Bdd[]): Bdd {
  return manager.any(
    sets.length < 3
      ? sets
      : inOrder(
          manager,
          sets.map((set) => ({ set })),
        ).map(({ set }) => set),
  );
}

/** By the first packet of each set, of those that have the lowest values. */
function inOrder<S extends { readonly set: Bdd }>(manager: BddManager, sets: readonly S[]): readonly S[] {
  return sets
    .map((one) => ({ one, path: firstPath(manager, one.set) }))
    .sort((a, b) => comparePaths(a.path, b.path))
    .map(({ one }) => one);
}

/** Variables that are true in it. */
function firstPath(manager: BddManager, set: Bdd): readonly number[] {
  const path: number[] = [];
  let at = set;
  // the two constants have no variable
  while (at > 1) {
    const low = manager.low(at);
    if (low === EMPTY) path.push(manager.variableOf(at));
    at = low === EMPTY ? manager.high(at) : low;
  }
  manager.count(path.length);
  return path;
}

function comparePaths(a: readonly number[], b: readonly number[]): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) {
    // who has the earlier variable has the higher value
    if (a[at] !== b[at]) return (b[at] as number) - (a[at] as number);
  }
  return a.length - b.length;
}
