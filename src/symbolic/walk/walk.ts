/** The walk of all packets through one table, from one of its base chains: simulate/walkChain.ts for sets.
 *  A chain that several rules call is walked once, for every packet, and its result cut to each caller's. */

import type { SwitchBranch } from '../../netfilter/effect.ts';
import { firstEffect, hasOneEffect } from '../../netfilter/everyEffect.ts';
import type { Chain } from '../../ruleset/ruleset.ts';
import { FULL } from '../diagrams/bdd.ts';
import type { Space } from '../space/space.ts';
import { type AskedParts, alike } from './alike.ts';
import { callersFirst } from './callers.ts';
import { append, type CarriedSets, carryOutSets, type OneEffect } from './carryOutSets.ts';
import { focused, unfocused } from './focus.ts';
import { isLarge, layLargeAside } from './laidAside.ts';
import { hasNothingOpen, isNeedlessBranch } from './needless.ts';
import { chainAsks, chainReads, changesNothing, leavesAlone } from './reads.ts';
import { rejected } from './reject.ts';
import { type Sharing, sharingOf } from './sharing.ts';
import { split } from './split.ts';
import type { PacketClass } from './state.ts';
import { merge } from './state.ts';
import type { Noted } from './summaries.ts';
import { keepSummary, knownResult, summaryKey } from './summaries.ts';
import type { Arrivals, ChainResult, EndedClass, TableResult, TableWalk } from './tableWalk.ts';

interface Walker extends TableWalk, Sharing {
  /** where only open rules are asked about, what may still be asked about packets: those that agree there are one class */
  readonly asks?: AskedParts | undefined;
  /** the same of all that comes after the start of the walk */
  readonly asksAfterStart?: AskedParts | undefined;
  /** of packets some of whose bits are constants here: what they were before */
  readonly widened?: (hit: PacketClass) => PacketClass;
}

export function walkTableOfSets(walk: TableWalk, classes: readonly PacketClass[]): TableResult {
  const { base } = walk;
  const arrivals: Arrivals = walk.arrivals ?? new Map();
  const walker: Walker = {
    ...walk,
    ...(walk.visit === undefined ? {} : { arrivals }),
    ...(walk.sharing ?? sharingOf(walk)),
    asksAfterStart: asksFrom(walk, base.name),
  };
  const { back, accepted, ended } = run(walker, base, classes);
  if (walk.visit !== undefined && walk.arrivals === undefined) visitShared(walk, arrivals);
  if (base.base.policy !== 'DROP') return { accepted: [...accepted, ...back], ended };
  return { accepted, ended: [...ended, ...back.map((one) => ({ ...one, end: 'dropped' as const, decided: undefined, policy: base }))] };
}

function asksFrom({ table, open }: TableWalk, chain: string): AskedParts | undefined {
  return open && chainAsks(table, chain);
}

/** Walks every shared chain once, with exactly those packets that came to it in the walks that noted `arrivals`. */
export function visitShared(walk: TableWalk, arrivals: Arrivals): void {
  const walker: Walker = { ...walk, arrivals, ...(walk.sharing ?? sharingOf(walk)) };
  for (const name of callersFirst(walk.table)) {
    const chain = walk.table.chains.get(name);
    const classes = arrivals.get(name);
    if (chain === undefined || classes === undefined || walk.open?.isSettled(name) === true) continue;
    const groups = alike(walk, partsOf(walk, name), classes);
    const others = groups.filter((one) => !recall(walker, name, one));
    if (others.length > 0) run({ ...walker, asksAfterStart: asksFrom(walk, name) }, chain, others);
  }
}

/** When every packet comes to the chain, its summary has seen all there is to see. */
function recall(walker: Walker, name: string, { set, aside, env }: PacketClass): boolean {
  const noted = set === FULL && aside === undefined ? walker.summaries.get(summaryKey(walker, name, env))?.noted : undefined;
  if (noted === undefined) return false;
  for (const visit of noted.visits) walker.visit?.(...visit);
  for (const [called, hits] of noted.arrivals) for (const hit of hits) noteArrival(walker, called, hit);
  return true;
}

function partsOf({ table, deferred }: TableWalk, name: string): AskedParts {
  return deferred?.has(name) ? chainAsks(table, name) : chainReads(table, name);
}

/** A walk of a chain, which needs the walks of the chains that it calls. */
type ChainWalk = Generator<ChainWalk, ChainResult, ChainResult>;

/** Chains may call each other deeper than functions can. */
function run(walker: Walker, chain: Chain, classes: readonly PacketClass[]): ChainResult {
  const { budget } = walker.space;
  const alive = budget.classes;
  try {
    const callers: ChainWalk[] = [];
    let walk = walkChain(walker, chain, classes);
    let next = walk.next();
    for (;;) {
      if (next.done !== true) {
        callers.push(walk);
        walk = next.value;
        next = walk.next();
        continue;
      }
      const caller = callers.pop();
      if (caller === undefined) return next.value;
      walk = caller;
      next = walk.next(next.value);
    }
  } finally {
    budget.hold(alive - budget.classes);
  }
}

function* walkChain(given: Walker, chain: Chain, classes: readonly PacketClass[]): ChainWalk {
  const { budget } = given.space;
  const isUnasked = given.open !== undefined && given.deferred?.has(chain.name) === true;
  const asks = isUnasked ? chainAsks(given.table, chain.name) : given.open && given.asksAfterStart;
  const walker: Walker = { ...given, asks };
  const join = (all: readonly PacketClass[]) => (walker.asks === undefined ? merge(walker.space, all) : alike(walker, walker.asks, all));
  const isNeedless = given.open && ((branch: SwitchBranch) => isNeedlessBranch(walker, branch));
  const accepted: PacketClass[] = [];
  const ended: EndedClass[] = [];
  const back: PacketClass[] = [];
  let live = join(classes);
  let held = 0;
  for (const rule of chain.rules) {
    if (live.length === 0) break;
    const next: PacketClass[] = [];
    let worked = 0;
    const isPlain = hasOneEffect(rule);
    const isMoot = asks !== undefined && isPlain && changesNothing(walker.table, firstEffect(rule), asks);
    if (isMoot && hasNothingOpen(walker, rule)) continue;
    for (const one of live) {
      const { taken, passed, steps } = split(walker, one, rule, isMoot);
      worked += steps;
      append(next, passed);
      for (const hit of taken) {
        const result = isPlain
          ? yield* carryOut(walker, { rule, effect: firstEffect(rule) }, hit)
          : yield* carryOutSets({ ...walker, isNeedless, carryOut: (one, at) => carryOut(walker, at, one) }, rule, [hit]);
        if (isMoot) continue;
        append(next, result.on);
        append(next, result.left);
        append(accepted, result.accepted);
        append(ended, result.ended);
        append(back, result.back);
      }
      const alive = next.length + accepted.length + ended.length + back.length;
      budget.hold(alive - held);
      held = alive;
    }
    live = next.length === 1 ? next : join(next);
    if (walker.open !== undefined) live = layLargeAside(walker, live, worked);
  }
  budget.hold(-held);
  if (isUnasked) return NOTHING_ASKED;
  const passed = join([...back, ...live]);
  if (walker.open !== undefined) return { accepted: [], ended: [], back: passed };
  return { accepted: merge(walker.space, accepted, true), ended: mergeEnded(walker.space, ended), back: passed };
}

const NOTHING_ASKED: ChainResult = { back: [], accepted: [], ended: [] };

function mergeEnded(space: Space, ended: readonly EndedClass[]): readonly EndedClass[] {
  const kinds = new Set(ended.map(({ end }) => end));
  return [...kinds].flatMap((end) =>
    merge(
      space,
      ended.filter((one) => one.end === end),
      true,
    ).map((one) => ({ ...one, end })),
  );
}

const NOWHERE: CarriedSets = { on: [], accepted: [], ended: [], left: [], back: [] };

/** After a call the next rule runs, whatever else this one would do. */
function* carryOut(walker: Walker, { rule, effect }: OneEffect, hit: PacketClass): Generator<ChainWalk, CarriedSets, ChainResult> {
  const decided = { ...hit, decided: rule, did: effect };
  switch (effect.kind) {
    case 'accept':
      return { ...NOWHERE, accepted: [decided] };
    case 'drop':
      return { ...NOWHERE, ended: [{ ...decided, end: 'dropped' }] };
    case 'reject':
      return { ...NOWHERE, ended: rejected(walker.space, hit, { rule, effect }) };
    case 'return':
      return { ...NOWHERE, back: [hit] };
    case 'jump': {
      const { back, accepted, ended } = yield* enter(walker, effect.chain, hit);
      return { ...NOWHERE, accepted, ended, left: back };
    }
    case 'goto':
      return { ...NOWHERE, ...(yield* enter(walker, effect.chain, hit)) };
    default:
      return { back: [], ...walker.act(hit, effect, rule) };
  }
}

/** Into a user chain: by the summary when several rules call it, else with just these packets. */
function* enter(walker: Walker, name: string, hit: PacketClass): ChainWalk {
  const chain = walker.table.chains.get(name);
  if (chain === undefined) return { back: [hit], accepted: [], ended: [] };
  const isDeferred = walker.deferred?.has(name) === true;
  if (!isDeferred && !walker.shared.has(name)) return yield* enterAlone(walker, chain, hit);
  if (walker.open?.isSettled(name) !== true) {
    if (walker.isTry !== true) noteArrival(walker, name, hit);
    if (walker.open?.mayTry(name) === true) yield walkChain({ ...walker, isTry: true }, chain, [tried(walker, name, hit)]);
  }
  if (isDeferred) return NOTHING_ASKED;
  if (walker.asks !== undefined && leavesAlone(walker.table, name, walker.asks)) return { ...NOTHING_ASKED, back: [hit] };
  const known = knownResult(walker, name, hit);
  if (known !== undefined) return known;
  const { visit: seen, arrivals: _arrivals, open: _open, isTry: _isTry, ...silent } = walker;
  const noted: Noted | undefined = seen && { visits: [], arrivals: new Map() };
  const noting = noted && { visit: (...visit: Noted['visits'][number]) => noted.visits.push(visit), arrivals: noted.arrivals };
  const whole: PacketClass = { set: FULL, env: hit.env, doubts: [], decided: undefined };
  const result = yield walkChain({ ...silent, ...noting }, chain, [whole]);
  return keepSummary(walker, name, { hit, result, noted });
}

/** What the chains of a service of kube-proxy ask is the same for all of them where its address is a constant: 12,500 services are walked with
 *  a third of the nodes. */
function* enterAlone(walker: Walker, chain: Chain, hit: PacketClass): ChainWalk {
  // where `act` forgets which packets came, others come back; and those of a large set are put together again at a cost
  const isKept = walker.unshared?.has(chain.name) === true || isLarge(walker, hit.set);
  const narrow = isKept ? hit : tried(walker, chain.name, hit);
  if (narrow === hit) return yield walkChain(walker, chain, [hit]);
  const wide = unfocused(walker.space, hit, narrow);
  const { widened = (one) => one } = walker;
  const { back } = yield walkChain({ ...walker, widened: (one) => widened(wide(one)) }, chain, [narrow]);
  return { ...NOTHING_ASKED, back: back.map(wide) };
}

function tried({ space, unfocused }: Walker, name: string, hit: PacketClass): PacketClass {
  return unfocused?.has(name) === false ? focused(space, hit) : hit;
}

function noteArrival({ arrivals, widened }: Pick<Walker, 'arrivals' | 'widened'>, name: string, hit: PacketClass): void {
  if (arrivals === undefined) return;
  const one = widened === undefined ? hit : widened(hit);
  if (arrivals.get(name)?.push(one) === undefined) arrivals.set(name, [one]);
}
