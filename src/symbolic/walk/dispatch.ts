/** Which branch of a switch the packets of a class take: the first that holds. A map of thousands of elements is looked at where packets
 *  of the class are. */
import type { Switch, SwitchBranch } from '../../netfilter/effect.ts';
import { mentionsUnmodelled } from '../../netfilter/matchExpr.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import { partsAmong, type UnionTree, unionOf, unionTree } from '../diagrams/unionTree.ts';
import type { Space } from '../space/space.ts';
import { doubtOf, eitherOdds } from './doubtOf.ts';
import { type Encoded, encode } from './encode.ts';
import { pointBranches } from './pointRows.ts';
import { matchFields, matchReads } from './reads.ts';
import type { Env, PacketClass } from './state.ts';
import { partsKey } from './stateKeys.ts';

/** In the order of the branches. */
export interface TakenBranch {
  readonly branch: SwitchBranch;
  readonly hit: PacketClass;
}

/** Branches that certainly hold or do not, one after the other; or one that may. */
type Stretch =
  | { readonly tree: UnionTree<SwitchBranch> }
  | { readonly branch: SwitchBranch; readonly encoded: Encoded; readonly isUnmodelled: boolean };

interface Sorted {
  readonly stretches: readonly Stretch[];
  /** some branch holds; `must`: whatever is not modelled */
  readonly some: Encoded;
}

const known = new WeakMap<Space, WeakMap<Switch, Map<string, Sorted>>>();

function sortedBranches(space: Space, env: Env, effect: Switch): Sorted {
  const ofSpace = known.get(space) ?? new WeakMap<Switch, Map<string, Sorted>>();
  known.set(space, ofSpace);
  const byState = ofSpace.get(effect) ?? new Map<string, Sorted>();
  ofSpace.set(effect, byState);
  const { free } = env;
  const asksFree = free !== undefined && [...matchFields(effect, '')].some((field) => free.has(field));
  const key = `${asksFree ? freeNumber(free) : ''} ${partsKey(env, '', matchReads(effect, ''))}`;
  const sorted = byState.get(key) ?? sortBranches(space, env, effect);
  byState.set(key, sorted);
  return sorted;
}

/** Fields that may have any value are those of one question about rules. */
const freeNumbers = new WeakMap<object, number>();
let nextFree = 0;
function freeNumber(fields: object): number {
  const number = freeNumbers.get(fields) ?? nextFree++;
  freeNumbers.set(fields, number);
  return number;
}

function sortBranches(space: Space, env: Env, { branches }: Switch): Sorted {
  const { manager } = space;
  const points = pointBranches(space, env, branches);
  if (points === 'empty') return { stretches: [], some: { must: EMPTY, may: EMPTY } };
  if (points !== undefined) return { stretches: [{ tree: points }], some: { must: points.set, may: points.set } };
  const stretches: Stretch[] = [];
  const exact: { set: Bdd; of: SwitchBranch }[] = [];
  const flush = (): void => {
    const tree = unionTree(manager, exact.splice(0));
    if (tree !== undefined) stretches.push({ tree });
  };
  for (const branch of branches) {
    const encoded = encode(space, env, branch.match);
    if (encoded.must === encoded.may) exact.push({ set: encoded.may, of: branch });
    else {
      flush();
      stretches.push({ branch, encoded, isUnmodelled: mentionsUnmodelled(branch.match) });
    }
  }
  flush();
  const of = (side: keyof Encoded): Bdd =>
    unionOf(
      manager,
      // what is left to chance happens to some packet
      stretches.map((one) => ('tree' in one ? one.tree.set : one.encoded[one.isUnmodelled ? side : 'may'])),
    );
  return { stretches, some: { must: of('must'), may: of('may') } };
}

/** What packets need to have some branch of the rule's first effect, if that is a switch. */
export function firstSwitch(space: Space, env: Env, { effects: [first] }: Rule): Encoded {
  return first?.kind === 'switch' ? sortedBranches(space, env, first).some : ANY;
}

const ANY: Encoded = { must: FULL, may: FULL };

interface Dispatching {
  readonly rule: Rule;
  readonly effect: Switch;
  /** packets about which something unmodelled decides are not followed */
  readonly sureOnly: boolean | undefined;
  /** nobody asks for doubts */
  readonly isSilent: boolean;
  /** nobody asks who takes it; asked again before each */
  readonly isNeedless?: ((branch: SwitchBranch) => boolean) | undefined;
}

/** Who takes each branch, found out as it is asked for; at the end the packets for which none holds. */
export function* takeBranches(
  space: Space,
  one: PacketClass,
  { rule, effect, sureOnly, isSilent, isNeedless }: Dispatching,
): Generator<TakenBranch, readonly PacketClass[]> {
  const { manager } = space;
  let left: readonly PacketClass[] = [one];
  for (const stretch of sortedBranches(space, one.env, effect).stretches) {
    const rest: PacketClass[] = [];
    for (const part of left) {
      const keep = (set: Bdd, doubts = part.doubts): void => {
        if (set !== EMPTY) rest.push({ ...part, set, doubts });
      };
      if ('tree' in stretch) {
        for (const { set, of } of partsAmong(manager, stretch.tree, { within: part.set, isNeedless }))
          yield { branch: of, hit: { ...part, set } };
        keep(manager.minus(part.set, stretch.tree.set));
        continue;
      }
      const { branch, encoded, isUnmodelled } = stretch;
      const certain = manager.and(part.set, encoded.must);
      const possible = manager.and(part.set, encoded.may);
      const unknown = isUnmodelled && sureOnly === true ? EMPTY : manager.minus(possible, certain);
      // most branches are never put into words
      const doubt = () => doubtOf(space, rule, [{ text: branch.text ?? effect.text ?? rule.text, expr: branch.match }]);
      const open = unknown === EMPTY || isSilent ? undefined : eitherOdds(doubt(), branch.match);
      if (certain !== EMPTY) yield { branch, hit: { ...part, set: certain } };
      keep(manager.minus(part.set, possible));
      if (unknown === EMPTY) continue;
      yield { branch, hit: { ...part, set: unknown, doubts: open === undefined ? part.doubts : [...part.doubts, open.taken] } };
      keep(unknown, open === undefined ? part.doubts : [...part.doubts, open.passed]);
    }
    left = rest;
    if (left.length === 0) break;
  }
  return left;
}
