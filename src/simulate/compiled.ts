/** A ruleset made ready to walk: conditions as closures, jumps as references. Made once per ruleset, chain by chain on first use. */

import { invariant } from '../lib/invariant.ts';
import type { Effect } from '../netfilter/effect.ts';
import { lastEffect } from '../netfilter/everyEffect.ts';
import type { Address } from '../packet/address.ts';
import type { BaseChain, Chain, Rule, Ruleset, Table } from '../ruleset/ruleset.ts';
import { basesOf } from '../ruleset/stages.ts';
import { indexByDestination } from './destinationIndex.ts';
import type { Test } from './evaluate.ts';
import { compile } from './evaluate.ts';

export interface CompiledRule {
  readonly rule: Rule;
  readonly test: Test;
  readonly effect: Effect;
  /** target of a jump or goto */
  readonly chain: CompiledChain | undefined;
}

export interface CompiledChain {
  readonly chain: Chain;
  readonly rules: readonly CompiledRule[];
  /** the rules that a packet to this destination may match, in order; all of them in a short chain */
  readonly rulesFor: (dst: Address) => readonly CompiledRule[];
}

export interface CompiledRuleset {
  readonly ruleset: Ruleset;
  /** @throws when the ruleset does not have the chain */
  readonly base: (chain: BaseChain) => CompiledChain;
}

const CACHE = new WeakMap<Ruleset, CompiledRuleset>();

export function compiled(ruleset: Ruleset): CompiledRuleset {
  const known = CACHE.get(ruleset);
  if (known !== undefined) return known;
  const bases = new Map<Chain, CompiledChain>();
  for (const table of ruleset.tables.values()) {
    const chains = new Map<string, CompiledChain>();
    for (const chain of basesOf(table)) bases.set(chain, chainOf(table, chain.name, chains));
  }
  const made: CompiledRuleset = {
    ruleset,
    base: (chain) => {
      const base = bases.get(chain);
      invariant(base !== undefined, `base chain ${chain.table} ${chain.name} is not in the ruleset`);
      return base;
    },
  };
  CACHE.set(ruleset, made);
  return made;
}

function chainOf(table: Table, name: string, made: Map<string, CompiledChain>): CompiledChain {
  const known = made.get(name);
  if (known !== undefined) return known;
  const chain = table.chains.get(name);
  invariant(chain !== undefined, `chain ${name} is not in table ${table.name}`);
  let rules: readonly CompiledRule[] | undefined;
  let index: ((dst: Address) => readonly CompiledRule[]) | undefined;
  const lazy: CompiledChain = {
    chain,
    get rules() {
      rules ??= chain.rules.map((rule) => compileRule(rule, table, made));
      return rules;
    },
    rulesFor: (dst) => {
      index ??= indexByDestination(lazy.rules);
      return index(dst);
    },
  };
  made.set(name, lazy);
  return lazy;
}

function compileRule(rule: Rule, table: Table, made: Map<string, CompiledChain>): CompiledRule {
  const effect = lastEffect(rule);
  const chain = effect.kind === 'jump' || effect.kind === 'goto' ? chainOf(table, effect.chain, made) : undefined;
  return { rule, test: compile(rule.match), effect, chain };
}
