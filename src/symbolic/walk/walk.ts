/** The walk of all packets through one table, from one of its base chains: simulate/walkChain.ts for sets.
 *  A chain that several rules call is walked once, for every packet, and its result cut to each caller's. */

import type { Effect } from '../../netfilter/effect.ts';
import { type CallEffect, isCall, lastEffect } from '../../netfilter/everyEffect.ts';
import type { LostReason } from '../../netfilter/lost.ts';
import type { BaseChain, Chain, Rule, Table } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { FULL } from '../diagrams/bdd.ts';
import type { Space } from '../space/space.ts';
import { callersFirst, sharedChains } from './callers.ts';
import { chainReads } from './reads.ts';
import { rejected } from './reject.ts';
import { split } from './split.ts';
import type { PacketClass } from './state.ts';
import { merge } from './state.ts';
import { partsKey } from './stateKeys.ts';
import type { Noted, Summaries } from './summaries.ts';
import { keepSummary, knownResult, summaryKey } from './summaries.ts';

/** Where classes of packets are after a table. Every packet that came in is in at least one. */
export interface TableResult {
  /** goes on to the next table */
  readonly accepted: readonly PacketClass[];
  readonly ended: readonly EndedClass[];
}

export interface EndedClass extends PacketClass {
  readonly end: 'dropped' | 'rejected' | 'undecided' | LostReason;
  /** the base chain whose policy dropped them, where no rule did */
  readonly policy?: Pick<Chain, 'table' | 'name'>;
}

/** What a target that is not a plain verdict does to a class. */
export type Act = (one: PacketClass, effect: Effect, rule: Rule) => Acted;
export interface Acted {
  readonly on: readonly PacketClass[];
  readonly accepted: readonly PacketClass[];
  readonly ended: readonly EndedClass[];
}

export interface TableWalk {
  readonly space: Space;
  readonly table: Table;
  /** where the walk begins */
  readonly base: BaseChain;
  readonly act: Act;
  /** results of chains that several rules call; may be shared by walks of one table with one `act` */
  readonly summaries: Summaries;
  /** called for each rule with the packets that reach it; for dead rules */
  readonly visit?: (rule: Rule, reaching: Bdd, matching: Bdd) => void;
  /** where packets are noted that come to shared chains, for visitShared; absent: it is done at the end of this walk */
  readonly arrivals?: Arrivals;
  /** chains that are walked anew for every call: `act` forgets in them which packets came */
  readonly unshared?: ReadonlySet<string>;
  /** packets about which something unmodelled decides are not followed: what is visited then is visited for sure */
  readonly sureOnly?: boolean;
}

/** By chain. */
export type Arrivals = Map<string, PacketClass[]>;

interface Walker extends TableWalk {
  readonly shared: ReadonlySet<string>;
}

export interface ChainResult extends TableResult {
  /** comes back to the caller: the end of the chain, or RETURN */
  readonly back: readonly PacketClass[];
}

export function walkTableOfSets(walk: TableWalk, classes: readonly PacketClass[]): TableResult {
  const { base } = walk;
  const arrivals: Arrivals = walk.arrivals ?? new Map();
  const walker: Walker = { ...walk, ...(walk.visit === undefined ? {} : { arrivals }), shared: sharedBy(walk) };
  const { back, accepted, ended } = run(walker, base, classes);
  if (walk.visit !== undefined && walk.arrivals === undefined) visitShared(walk, arrivals);
  if (base.base.policy !== 'DROP') return { accepted: [...accepted, ...back], ended };
  return { accepted, ended: [...ended, ...back.map((one) => ({ ...one, end: 'dropped' as const, decided: undefined, policy: base }))] };
}

function sharedBy({ table, unshared }: TableWalk): ReadonlySet<string> {
  const shared = sharedChains(table);
  return unshared === undefined ? shared : new Set([...shared].filter((name) => !unshared.has(name)));
}

/** Walks every shared chain once, with exactly those packets that came to it in the walks that noted `arrivals`. */
export function visitShared(walk: TableWalk, arrivals: Arrivals): void {
  const walker: Walker = { ...walk, arrivals, shared: sharedBy(walk) };
  for (const name of callersFirst(walk.table)) {
    const chain = walk.table.chains.get(name);
    const classes = arrivals.get(name);
    if (chain === undefined || classes === undefined) continue;
    const groups = alike(walk, name, classes);
    const others = groups.filter((one) => !recall(walker, name, one));
    if (others.length > 0) run(walker, chain, others);
  }
}

/** When every packet comes to the chain, its summary has seen all there is to see. */
function recall(walker: Walker, name: string, { set, env }: PacketClass): boolean {
  const noted = set === FULL ? walker.summaries.get(summaryKey(walker, name, env))?.noted : undefined;
  if (noted === undefined) return false;
  for (const visit of noted.visits) walker.visit?.(...visit);
  for (const [called, hits] of noted.arrivals) for (const hit of hits) noteArrival(walker, called, hit);
  return true;
}

/** One class for all that the chain cannot distinguish. */
function alike({ space, table, base }: TableWalk, name: string, classes: readonly PacketClass[]): readonly PacketClass[] {
  const reads = chainReads(table, name);
  const byKey = new Map<string, { readonly one: PacketClass; readonly sets: Bdd[] }>();
  for (const one of classes) {
    const key = partsKey(one.env, base.base.hook, reads);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, { one, sets: [one.set] });
    else known.sets.push(one.set);
  }
  return [...byKey.values()].map(({ one, sets }) => ({ ...one, set: space.manager.any(sets), doubts: [], decided: undefined }));
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

function* walkChain(walker: Walker, chain: Chain, classes: readonly PacketClass[]): ChainWalk {
  const { budget } = walker.space;
  const accepted: PacketClass[] = [];
  const ended: EndedClass[] = [];
  const back: PacketClass[] = [];
  let live = merge(walker.space, classes);
  let held = 0;
  for (const rule of chain.rules) {
    if (live.length === 0) break;
    const next: PacketClass[] = [];
    for (const one of live) {
      const { taken, passed } = split(walker, one, rule);
      append(next, passed);
      for (const hit of taken) {
        const effect = lastEffect(rule);
        const result = isCall(effect) ? yield* call(walker, effect, hit) : follow(walker, rule, hit);
        append(next, result.on);
        append(accepted, result.accepted);
        append(ended, result.ended);
        append(back, result.back);
      }
      const alive = next.length + accepted.length + ended.length + back.length;
      budget.hold(alive - held);
      held = alive;
    }
    live = next.length === 1 ? next : merge(walker.space, next);
  }
  budget.hold(-held);
  return {
    accepted: merge(walker.space, accepted, true),
    ended: mergeEnded(walker.space, ended),
    back: merge(walker.space, [...back, ...live]),
  };
}

/** As `push(...more)`, which takes no more than functions have arguments. */
function append<T>(list: T[], more: readonly T[]): void {
  for (const one of more) list.push(one);
}

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

interface Followed extends Acted {
  readonly back: readonly PacketClass[];
}

function follow(walker: Walker, rule: Rule, hit: PacketClass): Followed {
  const effect = lastEffect(rule);
  const nothing = { on: [], accepted: [], ended: [], back: [] };
  switch (effect.kind) {
    case 'accept':
      return { ...nothing, accepted: [{ ...hit, decided: rule }] };
    case 'drop':
      return { ...nothing, ended: [{ ...hit, decided: rule, end: 'dropped' }] };
    case 'reject':
      return { ...nothing, ended: rejected(walker.space, hit, { rule, effect }) };
    case 'return':
      return { ...nothing, back: [hit] };
    default:
      return { ...walker.act(hit, effect, rule), back: [] };
  }
}

function* call(walker: Walker, { kind, chain }: CallEffect, hit: PacketClass): Generator<ChainWalk, Followed, ChainResult> {
  const { back, accepted, ended } = yield* enter(walker, chain, hit);
  return kind === 'jump' ? { on: back, accepted, ended, back: [] } : { on: [], accepted, ended, back };
}

/** Into a user chain: by the summary when several rules call it, else with just these packets. */
function* enter(walker: Walker, name: string, hit: PacketClass): ChainWalk {
  const chain = walker.table.chains.get(name);
  if (chain === undefined) return { back: [hit], accepted: [], ended: [] };
  if (!walker.shared.has(name)) return yield walkChain(walker, chain, [hit]);
  noteArrival(walker, name, hit);
  const known = knownResult(walker, name, hit);
  if (known !== undefined) return known;
  const { visit: seen, arrivals: _arrivals, ...silent } = walker;
  const noted: Noted | undefined = seen && { visits: [], arrivals: new Map() };
  const noting = noted && { visit: (...visit: Noted['visits'][number]) => noted.visits.push(visit), arrivals: noted.arrivals };
  const whole: PacketClass = { set: FULL, env: hit.env, doubts: [], decided: undefined };
  const result = yield walkChain({ ...silent, ...noting }, chain, [whole]);
  return keepSummary(walker, name, { hit, result, noted });
}

function noteArrival({ arrivals }: Walker, name: string, hit: PacketClass): void {
  if (arrivals?.get(name)?.push(hit) === undefined) arrivals?.set(name, [hit]);
}
