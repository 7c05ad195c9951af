/** Redundant rules of long tables in which no rule changes what another asks. What becomes of a packet behind each rule is one function for
 *  the rest of its chain, made from the last rule back; a rule is redundant where its packets end by it as they do behind it. One step a rule,
 *  where two walks for each are as many as there are rules. */
import type { Effect } from '../../netfilter/effect.ts';
import { effectKey } from '../../netfilter/effectKey.ts';
import { firstEffect, hasOneEffect } from '../../netfilter/everyEffect.ts';
import { rulesOfTable } from '../../ruleset/everyRule.ts';
import type { Chain, Rule, Table } from '../../ruleset/ruleset.ts';
import { basesOf } from '../../ruleset/stages.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import { chosenBits, constant, equal, type Vector } from '../../symbolic/diagrams/vector.ts';
import type { Space } from '../../symbolic/space/space.ts';
import { anyStates } from '../../symbolic/walk/anyState.ts';
import { callersFirst, calls } from '../../symbolic/walk/callers.ts';
import { encode } from '../../symbolic/walk/encode.ts';
import type { PacketClass } from '../../symbolic/walk/state.ts';

/** Deeper calls are left to the walks. */
const MOST_DEPTH = 500;

/** For rules of chains that are not repeated. Undefined: something that is not known decides about them.
 *  @throws BudgetError */
export function redundantBySuffix(space: Space, table: Table, ends: ChainEnds): readonly Rule[] | undefined {
  const classesAt = anyStates(space, table);
  const used = new Map<Rule, 'needed' | 'redundant'>();
  for (const base of basesOf(table)) {
    for (const one of classesAt(base.base.hook)) {
      const suffixes: Suffixes = { space, table, one, ends, known: new Map() };
      const behind = ends.of(base.base.policy === 'DROP' ? 'drop' : 'accept');
      if (!markUsed({ suffixes, used }, base, { reaching: one.set, behind, depth: 0 })) return undefined;
    }
  }
  return rulesOfTable(table).filter((rule) => used.get(rule) === 'redundant');
}

/** Chains that a packet may come to more than once from one base chain: without a rule of theirs it would pass them otherwise each time. */
export function repeatedChains(table: Table): ReadonlySet<string> {
  const repeated = new Set<string>();
  for (const base of basesOf(table)) {
    const ways = new Map([[base.name, 1]]);
    for (const name of callersFirst(table)) {
      const own = ways.get(name) ?? 0;
      if (own === 0) continue;
      if (own > 1) repeated.add(name);
      for (const { chain } of calls(table, name)) ways.set(chain, Math.min(2, (ways.get(chain) ?? 0) + own));
    }
  }
  return repeated;
}

/** How packets leave a chain, as numbers: 0 comes back to the chain that called this one. */
export interface ChainEnds {
  readonly back: Vector;
  readonly of: (effect: 'accept' | 'drop' | Effect) => Vector;
}

const BACK = 0;
const ENDING: ReadonlySet<Effect['kind']> = new Set(['accept', 'drop', 'reject', 'nat']);
const LEADING: ReadonlySet<Effect['kind']> = new Set(['jump', 'goto', 'return', 'continue']);

/** Undefined: rules of the table change packets, so that what becomes of one is no function of what it is. */
export function chainEndsOf(table: Table): ChainEnds | undefined {
  const numbers = new Map(['back', 'accept', 'drop'].map((name, at) => [name, at]));
  for (const rule of rulesOfTable(table)) {
    const effect = firstEffect(rule);
    if (!hasOneEffect(rule) || !(ENDING.has(effect.kind) || LEADING.has(effect.kind))) return undefined;
    if (ENDING.has(effect.kind)) numbers.set(endName(effect), numbers.get(endName(effect)) ?? numbers.size);
  }
  const width = Math.ceil(Math.log2(numbers.size));
  return {
    back: constant(BACK, width),
    of: (end) => constant(numbers.get(typeof end === 'string' ? end : endName(end)) ?? BACK, width),
  };
}

function endName(effect: Effect): string {
  return effect.kind === 'accept' || effect.kind === 'drop' ? effect.kind : effectKey(effect);
}

interface Suffixes {
  readonly space: Space;
  readonly table: Table;
  /** all packets of one state */
  readonly one: PacketClass;
  readonly ends: ChainEnds;
  /** by chain */
  readonly known: Map<string, readonly Vector[] | undefined>;
}

/** How packets leave the chain that come to each of its rules, and behind the last one. Undefined: not known. */
function suffixesOf(all: Suffixes, chain: Chain, depth: number): readonly Vector[] | undefined {
  const { space, ends, known } = all;
  if (known.has(chain.name)) return known.get(chain.name);
  const made: Vector[] = [ends.back];
  for (const rule of chain.rules.toReversed()) {
    const next = made.at(-1) ?? [];
    // whether it matches is of no consequence
    if (firstEffect(rule).kind === 'continue') {
      made.push(next);
      continue;
    }
    const matched = matchedBy(all, rule);
    const taken = matched === undefined ? undefined : takenTo(all, rule, { next, depth });
    if (matched === undefined || taken === undefined) return undefined;
    made.push(chosenBits(space.manager, matched, { low: next, high: taken }));
  }
  const found = made.reverse();
  known.set(chain.name, found);
  return found;
}

/** How the packets leave the chain that a rule takes. */
function takenTo(all: Suffixes, rule: Rule, { next, depth }: { readonly next: Vector; readonly depth: number }): Vector | undefined {
  const effect = firstEffect(rule);
  if (effect.kind === 'return') return all.ends.back;
  if (effect.kind !== 'jump' && effect.kind !== 'goto') return all.ends.of(effect);
  const called = all.table.chains.get(effect.chain);
  if (called === undefined) return effect.kind === 'jump' ? next : all.ends.back;
  const inside = depth === MOST_DEPTH ? undefined : suffixesOf(all, called, depth + 1)?.[0];
  return inside === undefined || effect.kind === 'goto' ? inside : continued(all, inside, next);
}

/** Where packets come back, they go on as `behind` says. */
function continued({ space: { manager } }: Suffixes, inside: Vector, behind: Vector): Vector {
  return chosenBits(manager, equal(manager, inside, BACK), { low: inside, high: behind });
}

/** Undefined: chance decides, or what is not modelled. */
function matchedBy({ space, one }: Suffixes, rule: Rule): Bdd | undefined {
  space.budget.step();
  const { must, may } = encode(space, one.env, rule.match);
  return must === may ? may : undefined;
}

interface Marking {
  readonly suffixes: Suffixes;
  readonly used: Map<Rule, 'needed' | 'redundant'>;
}

interface Entry {
  readonly reaching: Bdd;
  /** how packets that come back from the chain end */
  readonly behind: Vector;
  readonly depth: number;
}

/** False: not known. */
function markUsed({ suffixes, used }: Marking, chain: Chain, { reaching, behind, depth }: Entry): boolean {
  const { manager } = suffixes.space;
  const all = suffixesOf(suffixes, chain, depth);
  if (all === undefined) return false;
  const endOf = (how: Vector): Vector => continued(suffixes, how, behind);
  const apart = (set: Bdd, one: Vector, other: Vector): Bdd =>
    manager.any(one.map((bit, at) => manager.and(set, manager.xor(bit, other[at] ?? EMPTY))));
  let left = reaching;
  for (const [at, rule] of chain.rules.entries()) {
    if (left === EMPTY) break;
    const effect = firstEffect(rule);
    if (effect.kind === 'continue') continue;
    const next = all[at + 1] ?? [];
    const taken = manager.and(left, matchedBy(suffixes, rule) ?? EMPTY);
    if (taken === EMPTY) continue;
    const to = takenTo(suffixes, rule, { next, depth });
    if (to === undefined) return false;
    left = manager.minus(left, taken);
    if (used.get(rule) !== 'needed') {
      const elsewhere = apart(taken, to, next);
      const isNeeded = elsewhere !== EMPTY && apart(elsewhere, endOf(to), endOf(next)) !== EMPTY;
      used.set(rule, isNeeded ? 'needed' : 'redundant');
    }
    const called = effect.kind === 'jump' || effect.kind === 'goto' ? suffixes.table.chains.get(effect.chain) : undefined;
    if (called === undefined) continue;
    const inside = { reaching: taken, behind: effect.kind === 'goto' ? behind : endOf(next), depth: depth + 1 };
    if (!markUsed({ suffixes, used }, called, inside)) return false;
    const [whole] = suffixesOf(suffixes, called, depth + 1) ?? [];
    if (effect.kind === 'jump' && whole !== undefined) left = manager.or(left, manager.and(taken, equal(manager, whole, BACK)));
  }
  return true;
}
