/** What the rules of a chain do and ask, in short. A dozen questions about a table begin with a look at every rule, each a few tenths of a
 *  second for 70,000 rules of kube-proxy: one look answers them all. */

import { memoize } from '../lib/memo.ts';
import { packedList } from '../lib/packedList.ts';
import type { Effect } from '../netfilter/effect.ts';
import { type CallEffect, eachEffect, eachMatch, isCall } from '../netfilter/everyEffect.ts';
import { eachFieldOf, eachLeaf, type Leaf } from '../netfilter/matchExpr.ts';
import type { Field } from '../packet/fields.ts';
import type { Rule, Table } from './ruleset.ts';

export interface ChainDigest {
  /** one for each call, in the order of the rules */
  readonly calls: readonly CallEffect[];
  /** what its rules do, each kind once */
  readonly does: readonly Effect['kind'][];
  /** what its rules ask about, in whatever branch, each field once */
  readonly asks: readonly Field[];
  /** some condition is not modelled */
  readonly asksUnmodelled: boolean;
}

/** Of a chain that is not there: nothing. */
export const digestOf: (table: Table, chain: string) => ChainDigest = memoize((table: Table, chain: string) =>
  digest(table.chains.get(chain)?.rules ?? []),
);

function digest(rules: readonly Rule[]): ChainDigest {
  const calls: CallEffect[] = [];
  const does: Effect['kind'][] = [];
  const asks: Field[] = [];
  let asksUnmodelled = false;
  const noteEffect = (effect: Effect): void => {
    note(does, effect.kind);
    if (isCall(effect)) calls.push(effect);
  };
  const noteField = (field: Field): void => note(asks, field);
  const noteLeaf = (leaf: Leaf): void => {
    eachFieldOf(leaf, noteField);
    asksUnmodelled ||= leaf.kind === 'unmodelled';
  };
  for (const rule of rules) {
    eachEffect(rule, noteEffect);
    eachMatch(rule, (match) => eachLeaf(match, noteLeaf));
  }
  return { calls: packedList(calls), does: oneOf(does), asks: oneOf(asks), asksUnmodelled };
}

/** Of 50,000 chains of kube-proxy nearly all have a list of which there are some twenty. */
function oneOf<T extends string>(list: readonly T[]): readonly T[] {
  const key = list.join();
  const known = (LISTS.get(key) as readonly T[] | undefined) ?? packedList(list);
  if (LISTS.size < MOST_LISTS) LISTS.set(key, known);
  return known;
}

const LISTS = new Map<string, readonly string[]>();
const MOST_LISTS = 1000;

/** Lists are shorter than a dozen. */
function note<T>(list: T[], one: T): void {
  if (!list.includes(one)) list.push(one);
}

/** These chains, and all that they lead to, each once, as packets may come to them. */
export function chainsFrom(table: Table, chains: readonly string[]): readonly string[] {
  const found = new Set<string>();
  const open = chains.toReversed();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    const { calls } = digestOf(table, name);
    for (let at = calls.length - 1; at >= 0; at--) open.push((calls[at] as CallEffect).chain);
  }
  return [...found];
}
