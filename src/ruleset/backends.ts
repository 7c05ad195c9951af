/** The rules of both backends of iptables on one host, as one ruleset: each hook asks both.
 *  fact    at a hook and priority, what was registered last runs first; the same for nat, where the first mapping is the only one.
 *          A dump does not show the order, so a packet may meet either: where the order matters, the answer is undecided
 *  fact    ACCEPT and RETURN in a base chain end the walk through this backend alone; DROP and REJECT end the packet's */
import type { Effect } from '../netfilter/effect.ts';
import { ALWAYS, type MatchExpr, unmodelled } from '../netfilter/matchExpr.ts';
import type { Backend } from '../syntax/text/diagnostic.ts';
import { LOADED_LAST } from './asWritten.ts';
import type { BaseChain, Chain, Rule, Ruleset, Table } from './ruleset.ts';
import { basesOf, isBase } from './stages.ts';

/** The two rulesets of a family that one text has. */
export function bothBackends(nft: Ruleset, legacy: Ruleset): Ruleset {
  const names = [...new Set([...nft.tables.keys(), ...legacy.tables.keys()])];
  const tables = names.map((name) => [name, bothTables(name, { nft: nft.tables.get(name), legacy: legacy.tables.get(name) })] as const);
  return {
    family: nft.family,
    source: nft.source,
    tables: new Map(tables),
    usesConntrack: nft.usesConntrack || legacy.usesConntrack,
    usesDefrag: nft.usesDefrag || legacy.usesDefrag,
    hasOpaqueTarget: nft.hasOpaqueTarget || legacy.hasOpaqueTarget,
    ...(nft.around !== undefined && { around: nft.around }),
    ...(nft.excerpt !== undefined && { excerpt: nft.excerpt }),
    backends: { nft, legacy },
  };
}

type Sides = Readonly<Record<Backend, Table | undefined>>;

function bothTables(name: string, { nft, legacy }: Sides): Table {
  if (nft === undefined || legacy === undefined) return (nft ?? legacy) as Table;
  const renamed = withoutNames(legacy, nft);
  const making: Making = { name, made: new Map() };
  const bases = basesOf(nft);
  for (const base of bases) {
    const other = renamed.chains.get(base.name) as BaseChain;
    making.made.set(
      base.name,
      isIdle(other)
        ? base
        : isIdle(base)
          ? other
          : eitherFirst(making, { nft: { table: nft, base }, legacy: { table: renamed, base: other } }),
    );
  }
  const users = [nft, renamed].flatMap(({ chains }) => [...chains.values()].filter((chain) => !isBase(chain)));
  const chains = new Map<string, Chain>(bases.map((base) => [base.name, making.made.get(base.name) as Chain]));
  for (const chain of [...users, ...making.made.values()]) chains.set(chain.name, chain);
  return { name, chains };
}

/** Does the hook see nothing of it? */
function isIdle({ rules, base }: BaseChain): boolean {
  return rules.length === 0 && base.policy !== 'DROP';
}

/** User chains that have the names of chains of the other table get names of their own. */
function withoutNames(table: Table, other: Table): Table {
  const name = (chain: string): string =>
    table.chains.get(chain)?.base === undefined && other.chains.has(chain) ? `${chain} (iptables-legacy)` : chain;
  const chains = [...table.chains.values()].map((chain) => {
    const rules = chain.rules.map((rule) => changed(rule, { chain: name(chain.name), change: (effect) => toChain(effect, name) }));
    return { ...chain, name: name(chain.name), rules };
  });
  return { name: table.name, chains: new Map(chains.map((chain) => [chain.name, chain])) };
}

function toChain(effect: Effect, name: (chain: string) => string): Effect {
  return effect.kind === 'jump' || effect.kind === 'goto' ? { ...effect, chain: name(effect.chain) } : effect;
}

interface Making {
  readonly name: string;
  /** by name; what is not there yet is made on the way */
  readonly made: Map<string, Chain>;
}

interface Side {
  readonly table: Table;
  readonly base: BaseChain;
}

/** A base chain that asks both, in an unknown order. Its two ways never come back. */
function eitherFirst(making: Making, sides: Readonly<Record<Backend, Side>>): Chain {
  const { base } = sides.nft;
  const order: MatchExpr = unmodelled('which backend of iptables runs first, which is the one that was loaded last');
  const way = (first: Backend, at: number): Rule =>
    synthetic(making, {
      chain: base.name,
      number: at,
      like: sides[first].base,
      match: at === 1 ? order : ALWAYS,
      effect: { kind: 'jump', chain: inOrder(making, sides, first) },
    });
  return { ...base, base: { ...base.base, policy: 'ACCEPT' }, rules: [way('nft', 1), way('legacy', 2)] };
}

/** The chain that walks `first`, and what it lets pass through the other backend. */
function inOrder(making: Making, sides: Readonly<Record<Backend, Side>>, first: Backend): string {
  const second = first === 'nft' ? 'legacy' : 'nft';
  const { base } = sides[first];
  const name = `${base.name} (iptables-${first}, first)`;
  const after = lastWalk(making, sides[second], second);
  const on: Effect = { kind: 'jump', chain: after };
  const policy: Effect = base.base.policy === 'DROP' ? { kind: 'drop' } : on;
  const passes = { making, table: sides[first].table, suffix: ` (${base.base.hook}, iptables-${first} first)`, accept: on };
  const rules = base.rules.map((rule) => changed(rule, { chain: name, change: (effect) => inBase(effect, { ...passes, policy }) }));
  return put(making, {
    table: making.name,
    name,
    rules: [...rules, synthetic(making, { chain: name, number: rules.length + 1, like: base, match: ALWAYS, effect: policy })],
  });
}

/** The base chain as the last thing that is asked: as a chain that always decides. */
function lastWalk(making: Making, { table, base }: Side, backend: Backend): string {
  const name = `${base.name} (iptables-${backend}, second)`;
  const policy: Effect = base.base.policy === 'DROP' ? { kind: 'drop' } : { kind: 'accept' };
  const rules = base.rules.map((rule) =>
    changed(rule, {
      chain: name,
      change: (effect) => inBase(effect, { making, table, suffix: undefined, accept: { kind: 'accept' }, policy }),
    }),
  );
  return put(making, {
    table: making.name,
    name,
    rules: [...rules, synthetic(making, { chain: name, number: rules.length + 1, like: base, match: ALWAYS, effect: policy })],
  });
}

interface Passing {
  readonly making: Making;
  readonly table: Table;
  /** of the copies of user chains; absent: they stay as they are */
  readonly suffix: string | undefined;
  /** what ACCEPT does */
  readonly accept: Effect;
}

/** RETURN in a base chain is its policy, and so is the end of a chain that it went to. */
function inBase(effect: Effect, passing: Passing & { readonly policy: Effect }): Effect {
  if (effect.kind === 'return') return passing.policy;
  if (effect.kind !== 'goto') return inChain(effect, passing);
  const to = userChain(effect.chain, passing);
  const name = `${to}, then the policy`;
  const { making, policy } = passing;
  const like = passing.table.chains.get(effect.chain) as Chain;
  const step = (number: number, done: Effect): Rule => synthetic(making, { chain: name, number, like, match: ALWAYS, effect: done });
  return {
    kind: 'jump',
    chain: put(making, {
      table: making.name,
      name: `${name} (${policy.kind})`,
      rules: [step(1, { kind: 'jump', chain: to }), step(2, policy)],
    }),
  };
}

function inChain(effect: Effect, passing: Passing): Effect {
  switch (effect.kind) {
    case 'accept':
      return passing.accept;
    case 'jump':
    case 'goto':
      return { ...effect, chain: userChain(effect.chain, passing) };
    case 'divert':
      return passing.suffix === undefined
        ? effect
        : { kind: 'unmodelled', reason: 'TPROXY, and what the other backend of iptables does then' };
    default:
      return effect;
  }
}

/** The chain as `passing` walks it. */
function userChain(name: string, passing: Passing): string {
  const { making, table, suffix } = passing;
  if (suffix === undefined) return name;
  const copy = `${name}${suffix}`;
  if (making.made.has(copy)) return copy;
  const chain = table.chains.get(name) as Chain;
  const rules = chain.rules.map((rule) => changed(rule, { chain: copy, change: (effect) => inChain(effect, passing) }));
  making.made.set(copy, { ...chain, name: copy, rules });
  // effects are made on demand: by then all chains must be there
  for (const rule of rules) void rule.effects;
  return copy;
}

function put(making: Making, chain: Chain): string {
  making.made.set(chain.name, chain);
  for (const rule of chain.rules) void rule.effects;
  return chain.name;
}

/** The rule in another chain, with other effects; the rest is made on demand. */
function changed(rule: Rule, { chain, change }: { readonly chain: string; readonly change: (effect: Effect) => Effect }): Rule {
  let made: readonly Effect[] | undefined;
  return {
    number: rule.number,
    chain,
    table: rule.table,
    line: rule.line,
    span: rule.span,
    ...(rule.target !== undefined && { target: rule.target }),
    get match() {
      return rule.match;
    },
    get clauses() {
      return rule.clauses;
    },
    get text() {
      return rule.text;
    },
    get effects() {
      made ??= rule.effects.map(change);
      return made;
    },
  };
}

interface Synthetic {
  readonly chain: string;
  readonly number: number;
  /** the chain in whose place it stands */
  readonly like: Chain;
  readonly match: MatchExpr;
  readonly effect: Effect;
}

function synthetic({ name: table }: Making, { chain, number, like, match, effect }: Synthetic): Rule {
  const target = effect.kind === 'jump' ? effect.chain : effect.kind.toUpperCase();
  const span = like.span ?? like.rules[0]?.span ?? { start: 0, end: 0 };
  return {
    number,
    chain,
    table,
    match,
    clauses: match === ALWAYS ? [] : [{ text: LOADED_LAST, expr: match }],
    effects: [effect],
    target,
    text: `-A ${like.name} -j ${target}`,
    line: like.rules[0]?.line ?? 1,
    span,
  };
}
