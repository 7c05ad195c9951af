/** A ruleset made ready to walk: conditions as closures, jumps as references. Made once per ruleset, chain by chain on first use. */
import { invariant } from '../lib/invariant.ts';
import type { Effect, Switch, SwitchBranch } from '../netfilter/effect.ts';
import { firstEffect, hasOneEffect } from '../netfilter/everyEffect.ts';
import type { Address } from '../packet/address.ts';
import { isOfNft } from '../ruleset/ofNft.ts';
import type { BaseChain, Chain, Rule, Ruleset, Table } from '../ruleset/ruleset.ts';
import { basesOf } from '../ruleset/stages.ts';
import { type BranchesFor, branchIndex } from './branchIndex.ts';
import { indexByDestination } from './destinationIndex.ts';
import type { Test } from './evaluate.ts';
import { compile } from './evaluate.ts';

/** One effect of a list, and those after it. */
export interface CompiledEffect {
  readonly effect: Effect;
  /** target of a jump or goto */
  readonly chain: CompiledChain | undefined;
  /** of a switch */
  readonly branches: BranchesFor<CompiledBranch> | undefined;
  readonly next: CompiledEffect | undefined;
}

export interface CompiledBranch {
  readonly branch: SwitchBranch;
  readonly test: Test;
  /** absent: it does nothing */
  readonly first: CompiledEffect | undefined;
}

/** With its first effect. */
export interface CompiledRule extends CompiledEffect {
  readonly rule: Rule;
  readonly test: Test;
  /** it has no other effect, and is never left before that is carried out */
  readonly isPlain: boolean;
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
    for (const chain of basesOf(table)) bases.set(chain, chainOf({ table, made: chains }, chain.name));
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

interface Linking {
  readonly table: Table;
  readonly made: Map<string, CompiledChain>;
}

function chainOf(linking: Linking, name: string): CompiledChain {
  const { table, made } = linking;
  const known = made.get(name);
  if (known !== undefined) return known;
  const chain = table.chains.get(name);
  invariant(chain !== undefined, `chain ${name} is not in table ${table.name}`);
  let rules: readonly CompiledRule[] | undefined;
  let index: ((dst: Address) => readonly CompiledRule[]) | undefined;
  const lazy: CompiledChain = {
    chain,
    get rules() {
      rules ??= chain.rules.map((rule) => compileRule(linking, rule));
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

function compileRule(linking: Linking, rule: Rule): CompiledRule {
  return {
    rule,
    test: compile(rule.match, isOfNft(linking.table)),
    ...compileEffect(linking, firstEffect(rule), compileFrom(linking, rule.effects, 1)),
    isPlain: hasOneEffect(rule),
  };
}

function compileFrom(linking: Linking, effects: readonly Effect[], at: number): CompiledEffect | undefined {
  const effect = effects[at];
  return effect && compileEffect(linking, effect, compileFrom(linking, effects, at + 1));
}

function compileEffect(linking: Linking, effect: Effect, next: CompiledEffect | undefined): CompiledEffect {
  return { effect, chain: calledBy(linking, effect), branches: branchesOf(linking, effect), next };
}

function calledBy(linking: Linking, effect: Effect): CompiledChain | undefined {
  return effect.kind === 'jump' || effect.kind === 'goto' ? chainOf(linking, effect.chain) : undefined;
}

function branchesOf(linking: Linking, effect: Effect): BranchesFor<CompiledBranch> | undefined {
  return effect.kind === 'switch' ? compileSwitch(linking, effect) : undefined;
}

/** Each branch when it is first taken: of a map of 100,000 elements a trace takes one. */
function compileSwitch(linking: Linking, { branches }: Switch): BranchesFor<CompiledBranch> {
  const readsData = isOfNft(linking.table);
  const find = branchIndex(branches, ({ match }) => match, readsData);
  const made = new Map<SwitchBranch, CompiledBranch>();
  const compileBranch = (branch: SwitchBranch): CompiledBranch => {
    const compiled = made.get(branch) ?? { branch, test: compile(branch.match, readsData), first: compileFrom(linking, branch.effects, 0) };
    made.set(branch, compiled);
    return compiled;
  };
  return (skb) => find(skb).map(compileBranch);
}
