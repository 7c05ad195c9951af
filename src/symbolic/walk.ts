/** The walk of all packets through one table at one hook: simulate/walkChain.ts for sets.
 *  A chain that several rules call is walked once, for every packet, and its result cut to each caller's. */

import type { Effect } from '../netfilter/effect.ts';
import type { HookName } from '../netfilter/hooks.ts';
import type { LostReason } from '../netfilter/lost.ts';
import { mentionsUnmodelled, someLeaf } from '../netfilter/matchExpr.ts';
import type { Chain, Rule, Table } from '../ruleset/ruleset.ts';
import type { Bdd } from './bdd.ts';
import { BudgetError, EMPTY, FULL } from './bdd.ts';
import { callersFirst, sharedChains } from './callers.ts';
import { encode } from './encode.ts';
import { chainReads } from './reads.ts';
import type { Space } from './space.ts';
import type { Doubt, PacketClass } from './state.ts';
import { merge, partsKey } from './state.ts';
import type { Summaries } from './summaries.ts';
import { summarised, summaryKey } from './summaries.ts';

/** Where classes of packets are after a table. Every packet that came in is in at least one. */
export interface TableResult {
  /** goes on to the next table */
  readonly accepted: readonly PacketClass[];
  readonly ended: readonly EndedClass[];
}

export interface EndedClass extends PacketClass {
  readonly end: 'dropped' | 'rejected' | 'undecided' | LostReason;
}

/** What a target that is no plain verdict does to a class. */
export type Act = (one: PacketClass, effect: Effect, rule: Rule) => Acted;
export interface Acted {
  readonly on: readonly PacketClass[];
  readonly accepted: readonly PacketClass[];
  readonly ended: readonly EndedClass[];
}

export interface TableWalk {
  readonly space: Space;
  readonly table: Table;
  readonly hook: HookName;
  readonly act: Act;
  /** results of chains that several rules call; may be shared by walks of one table with one `act` */
  readonly summaries: Summaries;
  /** told of each rule and the packets that reach it; for dead rules */
  readonly visit?: (rule: Rule, reaching: Bdd, matching: Bdd) => void;
  /** where packets are noted that come to shared chains, for visitShared; absent: it is done at the end of this walk */
  readonly arrivals?: Arrivals;
  /** chains that are walked anew for every call: `act` forgets in them which packets came */
  readonly unshared?: { readonly chains: ReadonlySet<string>; callsLeft: number };
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

export function walkTable(walk: TableWalk, classes: readonly PacketClass[]): TableResult {
  const base = walk.table.chains.get(walk.hook);
  if (base === undefined) return { accepted: classes, ended: [] };
  const arrivals: Arrivals = walk.arrivals ?? new Map();
  const walker: Walker = { ...walk, ...(walk.visit === undefined ? {} : { arrivals }), shared: sharedBy(walk) };
  const { back, accepted, ended } = walkChain(walker, base, classes);
  if (walk.visit !== undefined && walk.arrivals === undefined) visitShared(walk, arrivals);
  if (base.policy !== 'DROP') return { accepted: [...accepted, ...back], ended };
  return { accepted, ended: [...ended, ...back.map((one) => ({ ...one, end: 'dropped' as const, decided: undefined }))] };
}

function sharedBy({ table, unshared }: TableWalk): ReadonlySet<string> {
  const shared = sharedChains(table);
  return unshared === undefined ? shared : new Set([...shared].filter((name) => !unshared.chains.has(name)));
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
    if (others.length > 0) walkChain(walker, chain, others);
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

/** One class for all that the chain cannot tell apart. */
function alike({ space, table, hook }: TableWalk, name: string, classes: readonly PacketClass[]): readonly PacketClass[] {
  const reads = chainReads(table, name);
  const byKey = new Map<string, { readonly one: PacketClass; readonly sets: Bdd[] }>();
  for (const one of classes) {
    const key = partsKey(one.env, hook, reads);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, { one, sets: [one.set] });
    else known.sets.push(one.set);
  }
  return [...byKey.values()].map(({ one, sets }) => ({ ...one, set: space.manager.any(sets), doubts: [], decided: undefined }));
}

function walkChain(walker: Walker, chain: Chain, classes: readonly PacketClass[]): ChainResult {
  const accepted: PacketClass[] = [];
  const ended: EndedClass[] = [];
  const back: PacketClass[] = [];
  let live = merge(walker.space, classes);
  for (const rule of chain.rules) {
    if (live.length === 0) break;
    const next: PacketClass[] = [];
    for (const one of live) {
      const { taken, passed } = split(walker, one, rule);
      next.push(...passed);
      for (const hit of taken) {
        const result = follow(walker, rule, hit);
        next.push(...result.on);
        accepted.push(...result.accepted);
        ended.push(...result.ended);
        back.push(...result.back);
      }
    }
    live = next.length === 1 ? next : merge(walker.space, next);
  }
  return {
    accepted: merge(walker.space, accepted, true),
    ended: mergeEnded(walker.space, ended),
    back: merge(walker.space, [...back, ...live]),
  };
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

/** The packets that a rule takes and those it lets pass. What is unknown goes both ways, with the doubt noted. */
function split(
  walker: Walker,
  one: PacketClass,
  rule: Rule,
): { readonly taken: readonly PacketClass[]; readonly passed: readonly PacketClass[] } {
  const { manager } = walker.space;
  const { must, may } = encode(walker.space, one.env, rule.match);
  const certain = manager.and(one.set, must);
  const possible = must === may ? certain : manager.and(one.set, may);
  const isUnclear = certain !== possible && walker.sureOnly === true && mentionsUnmodelled(rule.match);
  walker.visit?.(rule, one.set, isUnclear ? certain : possible);
  if (possible === EMPTY || rule.effect.kind === 'continue') return { taken: [], passed: [one] };
  const unknown = certain === possible || isUnclear ? EMPTY : manager.minus(possible, certain);
  const doubts: readonly Doubt[] = unknown === EMPTY ? one.doubts : [...one.doubts, doubtOf(rule)];
  const parts = (certainSet: Bdd): readonly PacketClass[] => [
    ...(certainSet === EMPTY ? [] : [{ ...one, set: certainSet }]),
    ...(unknown === EMPTY ? [] : [{ ...one, set: unknown, doubts }]),
  ];
  return { taken: parts(certain), passed: parts(manager.minus(one.set, possible)) };
}

function doubtOf(rule: Rule): Doubt {
  const unmodelled = rule.clauses.find(({ expr }) => mentionsUnmodelled(expr));
  const chance = rule.clauses.find(({ expr }) => someLeaf(expr, ({ kind }) => kind === 'chance'));
  const clause = unmodelled ?? chance;
  return { why: unmodelled === undefined ? 'chance' : 'unmodelled', what: clause?.text ?? rule.text, rule };
}

interface Followed extends Acted {
  readonly back: readonly PacketClass[];
}

function follow(walker: Walker, rule: Rule, hit: PacketClass): Followed {
  const { effect } = rule;
  const nothing = { on: [], accepted: [], ended: [], back: [] };
  switch (effect.kind) {
    case 'accept':
      return { ...nothing, accepted: [{ ...hit, decided: rule }] };
    case 'drop':
      return { ...nothing, ended: [{ ...hit, decided: rule, end: 'dropped' }] };
    case 'reject':
      return { ...nothing, ended: [{ ...hit, decided: rule, end: 'rejected' }] };
    case 'return':
      return { ...nothing, back: [hit] };
    case 'jump':
    case 'goto': {
      const { back, accepted, ended } = enter(walker, effect.chain, hit);
      return effect.kind === 'jump' ? { on: back, accepted, ended, back: [] } : { on: [], accepted, ended, back };
    }
    default:
      return { ...walker.act(hit, effect, rule), back: [] };
  }
}

/** Into a user chain: by the summary when several rules call it, else with just these packets. */
function enter(walker: Walker, name: string, hit: PacketClass): ChainResult {
  const chain = walker.table.chains.get(name);
  if (chain === undefined) return { back: [hit], accepted: [], ended: [] };
  if (!walker.shared.has(name)) {
    if (walker.unshared !== undefined && --walker.unshared.callsLeft < 0) throw new BudgetError('too many calls of chains');
    return walkChain(walker, chain, [hit]);
  }
  noteArrival(walker, name, hit);
  return summarised(walker, name, hit, (whole, noted) => {
    const { visit: _visit, arrivals: _arrivals, ...silent } = walker;
    const noting = noted && { visit: (...seen: (typeof noted.visits)[number]) => noted.visits.push(seen), arrivals: noted.arrivals };
    return walkChain({ ...silent, ...noting }, chain, [whole]);
  });
}

function noteArrival({ arrivals }: Walker, name: string, hit: PacketClass): void {
  const known = arrivals?.get(name);
  if (known === undefined) arrivals?.set(name, [hit]);
  else known.push(hit);
}
