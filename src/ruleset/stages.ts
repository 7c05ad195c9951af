/** What runs at each hook of a ruleset, in order: its base chains by priority, the lookup of the connection, and one stage that asks all nat chains.
 *  kernel net/netfilter/core.c nf_hook_entries_grow(); net/netfilter/nf_nat_core.c nf_nat_register_fn() */
import { memoize } from '../lib/memo.ts';
import { CONNTRACK_HOOKS, CONNTRACK_PRIORITY, NAT_PRIORITY } from '../netfilter/baseChain.ts';
import type { HookName } from '../netfilter/hooks.ts';
import type { BaseChain, Chain, Ruleset, Table } from './ruleset.ts';

export type HookStage =
  | { readonly kind: 'conntrack' }
  | { readonly kind: 'chain'; readonly at: AttachedChain }
  /** the chains are asked in turn until one of them has said how the connection is rewritten */
  | { readonly kind: 'nat'; readonly chains: readonly AttachedChain[] };

export interface AttachedChain {
  readonly table: Table;
  readonly chain: BaseChain;
}

export const stagesAt: (ruleset: Ruleset, hook: HookName) => readonly HookStage[] = memoize(({ tables }: Ruleset, hook: HookName) => {
  const all = [...tables.values()].flatMap((table) => basesOf(table).map((chain): AttachedChain => ({ table, chain })));
  const here = all.filter(({ chain }) => chain.base.hook === hook).sort(inOrder);
  const isNat = ({ chain }: AttachedChain): boolean => chain.base.kind === 'nat';
  const chains = here.filter((one) => !isNat(one)).map((at): Placed => ({ ...at.chain.base, stage: { kind: 'chain', at } }));
  const lookup: readonly Placed[] = CONNTRACK_HOOKS.has(hook) ? [{ priority: CONNTRACK_PRIORITY, stage: { kind: 'conntrack' } }] : [];
  const priority = NAT_PRIORITY[hook];
  // one nat chain anywhere is enough for connections to be rewritten at all hooks, from when the first is made
  const registered = Math.min(...all.filter(isNat).map(({ chain }) => chain.base.registered ?? 0));
  const nat: readonly Placed[] =
    priority === undefined || !all.some(isNat) ? [] : [{ priority, registered, stage: { kind: 'nat', chains: here.filter(isNat) } }];
  // conntrack is asked for by rules, which are made after all chains
  return [...lookup, ...[...nat, ...chains].sort(byPriority)].sort((a, b) => a.priority - b.priority).map(({ stage }) => stage);
});

/** kernel net/netfilter/core.c nf_hook_entries_grow(): before those that have its priority */
function byPriority(a: Registered, b: Registered): number {
  return a.priority - b.priority || (b.registered ?? 0) - (a.registered ?? 0);
}

function inOrder({ chain: a }: AttachedChain, { chain: b }: AttachedChain): number {
  return byPriority(a.base, b.base);
}

interface Registered {
  readonly priority: number;
  readonly registered?: number;
}

interface Placed extends Registered {
  readonly stage: HookStage;
}

/** The chains that run at a hook, in order; of nat chains perhaps only the first. */
export function chainsAt(ruleset: Ruleset, hook: HookName): readonly AttachedChain[] {
  return stagesAt(ruleset, hook).flatMap((stage) => (stage.kind === 'conntrack' ? [] : stage.kind === 'chain' ? [stage.at] : stage.chains));
}

export function basesOf({ chains }: Table): readonly BaseChain[] {
  return [...chains.values()].filter(isBase);
}

/** Names of the tables that some of the rulesets have, in the order in which packets meet the first chain of each. */
export function tableNames(rulesets: readonly Ruleset[]): readonly string[] {
  const first = new Map<string, number>();
  for (const { tables } of rulesets) {
    for (const [name, table] of tables) {
      const priorities = basesOf(table).map(({ base }) => base.priority);
      first.set(name, Math.min(first.get(name) ?? Number.POSITIVE_INFINITY, ...priorities));
    }
  }
  return [...first].sort(([, a], [, b]) => a - b).map(([name]) => name);
}

/** Where a chain stands at its hook: before the connection is looked up, where it is rewritten, or among the others. Of iptables these are
 *  the tables raw and nat, and the other three. */
export type HookPart = 'before-lookup' | 'nat' | 'after-lookup';

export function hookPartOf(chain: BaseChain): HookPart {
  return chain.base.kind === 'nat' ? 'nat' : isBeforeLookup(chain) ? 'before-lookup' : 'after-lookup';
}

/** It runs before the connection of a packet is looked up. */
export function isBeforeLookup({ base: { hook, priority } }: BaseChain): boolean {
  return CONNTRACK_HOOKS.has(hook) && priority < CONNTRACK_PRIORITY;
}

/** Answers come to some chain of it before NAT turns their rewritten end back: the destination where they come in, the source where they leave. */
export function meetsAnswersBeforeNat(table: Table, manip: 'src' | 'dst'): boolean {
  return basesOf(table).some(({ base: { hook, kind, priority } }) => {
    if (kind === 'nat') return false;
    return manip === 'dst' || (CONNTRACK_HOOKS.has(hook) && priority <= (NAT_PRIORITY[hook] ?? 0));
  });
}

/** Some chain of it meets packets before their connection is looked up. */
export function runsBeforeLookup(table: Table): boolean {
  return basesOf(table).some(isBeforeLookup);
}

/** Some chain of it rewrites connections. */
export function isNatTable(table: Table): boolean {
  return basesOf(table).some(({ base }) => base.kind === 'nat');
}

/** The chain of that name in a table that was made of another. */
export function baseIn({ chains }: Table, { name }: BaseChain): BaseChain | undefined {
  const chain = chains.get(name);
  return chain !== undefined && isBase(chain) ? chain : undefined;
}

export function isBase(chain: Chain): chain is BaseChain {
  return chain.base !== undefined;
}
