/** Which packets fare otherwise under another ruleset: an answer for every packet that may be sent here or arrive, as the first of
 *  its connection. A packet changes when its outcome or the end of its first leg does; what changes further on is a change
 *  of the proxy's own packets, which are among all packets. */
import type { Host } from '../host/host.ts';
import type { MeshProfile } from '../mesh/profile.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import type { Family } from '../packet/address.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import type { Bdd } from '../symbolic/bdd.ts';
import { BudgetError, EMPTY, FULL } from '../symbolic/bdd.ts';
import { encode } from '../symbolic/encode.ts';
import type { Space } from '../symbolic/space.ts';
import { makeSpace } from '../symbolic/space.ts';
import { startEnv } from '../symbolic/state.ts';
import type { FateClass } from '../symbolic/traverse.ts';
import { traverseIn, traverseOut } from '../symbolic/traverse.ts';
import { equal } from '../symbolic/vector.ts';
import type { Alignment } from './diffAlign.ts';
import { align } from './diffAlign.ts';
import type { Change, End } from './diffEnds.ts';
import { compareEnds, endsOf } from './diffEnds.ts';
import type { LoopScene } from './diffLoops.ts';
import { onward, proxyPackets } from './diffLoops.ts';
import { mayMatch } from './diffReach.ts';
import { sliceOf } from './diffSlice.ts';
import type { ChangedClass, UnclearClass } from './diffWitness.ts';
import { changedClasses, unclearClasses } from './diffWitness.ts';

export interface DiffQuestion {
  /** of one family */
  readonly base: Ruleset;
  readonly head: Ruleset;
  readonly host: Host;
  readonly profile?: MeshProfile;
  /** only these packets; absent: all */
  readonly where?: { readonly dir?: 'in' | 'out'; readonly expr: Readonly<Record<Family, MatchExpr>> };
  /** most decision nodes that may be made */
  readonly limit?: number;
}

/** Without changes and undecided classes the rulesets are equivalent, which is proved. */
export interface Diff {
  readonly family: Family;
  /** the most serious first */
  readonly changes: readonly ChangedClass[];
  readonly undecided: readonly UnclearClass[];
}

export interface Sides<T> {
  readonly base: T;
  readonly head: T;
}

/** Changes of the packets that go one way. */
export interface WayChanges {
  /** where the packets arrive; undefined: they are sent here */
  readonly iif: string | undefined;
  readonly changes: readonly Change[];
  readonly unclear: readonly Change[];
}

export function diffRules(question: DiffQuestion): Diff {
  const { family } = question.base;
  const space = makeSpace(family, question.host, question.limit);
  try {
    const ways = changedPackets(space, question);
    return { family, changes: changedClasses(space, question, ways), undecided: unclearClasses(space, ways) };
  } catch (error) {
    if (!(error instanceof BudgetError)) throw error;
    return {
      family,
      changes: [],
      undecided: [{ packets: 'any packet', reason: `budget: ${error.message}`, rules: { base: [], head: [] } }],
    };
  }
}

/** The changes as sets, way by way; ways without any are left out. */
export function changedPackets(space: Space, question: DiffQuestion): readonly WayChanges[] {
  const aligned = align(question.base, question.head);
  const same = !aligned.everywhere && aligned.base.size === 0 && aligned.head.size === 0;
  return same ? [] : compareWays(space, question, aligned);
}

function compareWays(space: Space, question: DiffQuestion, aligned: Alignment): readonly WayChanges[] {
  const { manager } = space;
  const { host, profile, where } = question;
  const concerned = (iif: string | undefined): Bdd => {
    if (aligned.everywhere) return FULL;
    const side = (name: 'base' | 'head') => mayMatch(space, question[name], { rules: aligned[name], iif });
    return manager.any([...side('base'), ...side('head')]);
  };
  const sent = concerned(undefined);
  const loops: Sides<LoopScene> = { base: loopScene(space, question, 'base'), head: loopScene(space, question, 'head') };
  const emitted = manager.and(sent, proxyPackets({ space, host, profile }));
  const further = emitted === EMPTY ? EMPTY : furtherOn(space, loops);
  const arrivals = host.interfaces.map(({ name }) => name).filter((name) => name !== 'lo');
  return [undefined, ...arrivals].flatMap((iif): readonly WayChanges[] => {
    const dir = iif === undefined ? 'out' : 'in';
    if (where?.dir !== undefined && where.dir !== dir) return [];
    const asked = where === undefined ? FULL : encode(space, startEnv(space, { iif, owned: dir === 'out' }), where.expr[space.family]).may;
    // a packet without a source gets one before it is routed, and is then one of the others
    const real = dir === 'out' ? manager.not(equal(manager, space.start.src, 0)) : FULL;
    const within = manager.all([asked, real, manager.or(iif === undefined ? sent : concerned(iif), further)]);
    if (within === EMPTY) return [];
    const ends = (name: 'base' | 'head'): readonly End[] => {
      const ask = { space, ruleset: sliceOf(space, question[name], { within, iif }), within };
      const classes = iif === undefined ? traverseOut(ask) : traverseIn(ask, iif);
      return endsOf({ space, profile }, classes, (fate) => onward(loops[name], fate));
    };
    const { changes, unclear } = compareEnds({ space }, ends('base'), ends('head'));
    return changes.length + unclear.length === 0 ? [] : [{ iif, changes, unclear }];
  });
}

function loopScene(space: Space, question: DiffQuestion, name: 'base' | 'head'): LoopScene {
  const { host, profile } = question;
  let emitted: readonly FateClass[] | undefined;
  return {
    space,
    host,
    profile,
    known: new Map(),
    emitted: () => {
      if (emitted !== undefined) return emitted;
      const within = proxyPackets({ space, host, profile });
      emitted = traverseOut({ space, ruleset: sliceOf(space, question[name], { within, iif: undefined }), within });
      return emitted;
    },
  };
}

/** Packets for which it may matter that the proxy's own fare otherwise: whether they loop. */
function furtherOn({ manager, host }: Space, { base, head }: Sides<LoopScene>): Bdd {
  const fates = host.listeners.flatMap((listener) =>
    [false, true].map((transparent) => ({ kind: 'delivered' as const, listener, transparent })),
  );
  return manager.any(
    fates.flatMap((fate) => {
      const one = onward(base, fate);
      const other = onward(head, fate);
      return [manager.xor(one.loops, other.loops), manager.xor(one.ends, other.ends), one.unclear, other.unclear];
    }),
  );
}
