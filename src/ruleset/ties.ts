/** Base chains of one hook and one priority. The kernel runs first what was registered last, and a listing does not show that across tables:
 *  a chain that was added later to an earlier table is listed with its table. Every order is walked, unless all of them do the same.
 *  kernel net/netfilter/core.c nf_hook_entries_grow() */

import { memoize } from '../lib/memo.ts';
import { everyEffect } from '../netfilter/everyEffect.ts';
import { chainsCalled, mayChangePackets } from './chainsCalled.ts';
import { LinkedRule } from './linkedRule.ts';
import type { BaseChain, Chain, Rule, Ruleset, Table } from './ruleset.ts';

export interface AttachedChain {
  readonly table: Table;
  readonly chain: BaseChain;
}

/** What runs together, in a known order: chains of one table. */
export interface Unit<T> {
  readonly table: string;
  readonly stages: readonly T[];
}

/** More tables are taken in two orders, forwards and backwards. */
const MOST_PERMUTED = 3;

export function ordersOf<T>(units: readonly Unit<T>[]): readonly (readonly Unit<T>[])[] {
  return units.length > MOST_PERMUTED ? [units, units.toReversed()] : permutations(units);
}

function permutations<T>(all: readonly T[]): readonly (readonly T[])[] {
  if (all.length < 2) return [all];
  return all.flatMap((first, at) => permutations(all.filter((_, other) => other !== at)).map((rest) => [first, ...rest]));
}

/** These orders, and in them what rules ask the kernel for, conntrack say: it runs before the chains that were there by then, and behind those that
 *  were made later. Rules are made after all chains of their table. The first is that of the text; one alone where nothing else can be. */
export function withOwn<T>({ tables, usesConntrack }: Ruleset, own: T, orders: readonly (readonly Unit<T>[])[]): readonly OwnOrder<T>[] {
  const asking = [...tables.values()].filter(({ asksConntrack }) => asksConntrack === true).map(({ name }) => name);
  const [units = []] = orders;
  const names = units.map(({ table }) => table);
  const byThem = asking.every((name) => names.includes(name));
  if (!usesConntrack || asking.length === 0 || names.length === 0 || (names.length === 1 && byThem))
    return orders.map((order) => ({ before: [], own, after: order }));
  const made = [...tables.keys()];
  const first = Math.min(...asking.map((name) => made.indexOf(name)));
  const behind = names.filter((name) => made.indexOf(name) > first).length;
  return orders.flatMap((order, which) => {
    // it is there when the rules of the last asking table that runs are
    const most = byThem ? order.findLastIndex(({ table }) => asking.includes(table)) : order.length;
    const places = Array.from({ length: most + 1 }, (_, place) => place);
    const likely = Math.min(behind, most);
    const sorted = which === 0 ? [likely, ...places.filter((place) => place !== likely)] : places;
    return sorted.map((place) => ({ before: order.slice(0, place), own, after: order.slice(place) }));
  });
}

export interface OwnOrder<T> {
  readonly before: readonly Unit<T>[];
  readonly own: T;
  readonly after: readonly Unit<T>[];
}

/** Whatever the order is, the same packets go on, and in the same way. */
export function inAnyOrder(units: readonly (readonly AttachedChain[])[]): boolean {
  const did = units.map((chains) => doingsOf(chains));
  const ending = did.filter(({ drops, rejects }) => drops || rejects);
  return did.every(({ changes }) => !changes) && (ending.length < 2 || ending.every(({ rejects }) => !rejects));
}

/** Of nat chains the first that rewrites a connection is the last that is asked. */
export function natInAnyOrder(units: readonly (readonly AttachedChain[])[]): boolean {
  if (units.length < 2) return true;
  const doing = units.map((chains) => doingsOf(chains)).filter(({ changes, drops, rejects }) => changes || drops || rejects);
  return doing.length < 2;
}

/** Neither a rule nor a policy of it does anything. */
export function isIdleBase({ chain }: AttachedChain): boolean {
  return chain.rules.length === 0 && chain.base.policy !== 'DROP';
}

interface Doings {
  readonly changes: boolean;
  readonly drops: boolean;
  readonly rejects: boolean;
}

function doingsOf(chains: readonly AttachedChain[]): Doings {
  const all = chains.map(({ table, chain }) => doingsFrom(table, chain));
  return {
    changes: all.some(({ changes }) => changes),
    drops: all.some(({ drops }) => drops),
    rejects: all.some(({ rejects }) => rejects),
  };
}

const doingsFrom: (table: Table, base: BaseChain) => Doings = memoize((table: Table, base: BaseChain): Doings => {
  const reached = new Set<Chain>([base]);
  let [changes, drops, rejects] = [false, base.base.policy === 'DROP', false];
  // a Set grows while it is walked
  for (const { rules } of reached) {
    for (const rule of rules) {
      changes ||= mayChangePackets(rule, table);
      drops ||= ends(rule, 'drop');
      rejects ||= ends(rule, 'reject');
      for (const name of chainsCalled(rule, table)) {
        const called = table.chains.get(name);
        if (called !== undefined) reached.add(called);
      }
    }
  }
  return { changes, drops, rejects };
});

function ends(rule: Rule, kind: 'drop' | 'reject'): boolean {
  if (rule instanceof LinkedRule) return rule.target === kind.toUpperCase();
  return everyEffect(rule).some((effect) => effect.kind === kind);
}
