/** What runs at each hook of a ruleset, in order: its base chains by priority, the lookup of the connection, and one stage that asks all nat chains.
 *  kernel net/netfilter/core.c nf_hook_entries_grow(); net/netfilter/nf_nat_core.c nf_nat_register_fn() */
import { groupBy } from '../lib/groupBy.ts';
import { memoize } from '../lib/memo.ts';
import { CONNTRACK_HOOKS, CONNTRACK_PRIORITY, DEFRAG_PRIORITY, NAT_PRIORITY } from '../netfilter/baseChain.ts';
import type { HookName } from '../netfilter/hooks.ts';
import type { HookStage } from './hookStage.ts';
import type { BaseChain, Chain, Ruleset, Table } from './ruleset.ts';
import { type AttachedChain, inAnyOrder, isIdleBase, natInAnyOrder, ordersOf, type Unit, withOwn } from './ties.ts';

export type { AttachedChain, HookStage };

export const stagesAt: (ruleset: Ruleset, hook: HookName) => readonly HookStage[] = memoize((ruleset: Ruleset, hook: HookName) => {
  const all = [...ruleset.tables.values()].flatMap((table) => basesOf(table).map((chain): AttachedChain => ({ table, chain })));
  const here = all.filter(({ chain }) => chain.base.hook === hook);
  const placed = here.flatMap((at): readonly Placed[] =>
    isNat(at) ? [] : [{ priority: at.chain.base.priority, registered: registeredAt(at), at: [at], stage: { kind: 'chain', at } }],
  );
  const priority = NAT_PRIORITY[hook];
  // one nat chain anywhere is enough for connections to be rewritten at all hooks, from when the first is made
  const [firstNat] = all.filter(isNat).sort((a, b) => registeredAt(a) - registeredAt(b));
  if (priority !== undefined && firstNat !== undefined)
    placed.unshift({ priority, registered: registeredAt(firstNat), at: [firstNat], stage: natStage(here.filter(isNat)), isNat: true });
  const steps = inSteps(placed).map((group) => ({ priority: group[0]?.priority ?? 0, group }));
  const own = CONNTRACK_HOOKS.has(hook) ? (ruleset.usesDefrag ? OWN_STAGES : OWN_STAGES.slice(1)) : [];
  const beside = own.map(({ priority: at, stage }) => ({
    priority: at,
    stages: besideKernel(ruleset, { hook, stage, group: steps.find((one) => one.priority === at)?.group ?? [] }),
  }));
  const others = steps
    .filter((one) => !own.some(({ priority: at }) => at === one.priority))
    .map(({ priority: at, group }) => ({ priority: at, stages: tied(hook, group) }));
  return [...beside, ...others].sort((a, b) => a.priority - b.priority).flatMap((one) => one.stages);
});

/** Of the kernel, once a rule asks for it. */
const OWN_STAGES: readonly { readonly priority: number; readonly stage: HookStage }[] = [
  { priority: DEFRAG_PRIORITY, stage: { kind: 'defrag' } },
  { priority: CONNTRACK_PRIORITY, stage: { kind: 'conntrack' } },
];

type AtOnePriority = { readonly hook: HookName; readonly stage: HookStage; readonly group: readonly Placed[] };

/** Where it runs among chains of its priority depends on which tables are made before a rule asks for it. */
function besideKernel(ruleset: Ruleset, { hook, stage, group }: AtOnePriority): readonly HookStage[] {
  const { orders, idle } = ordersIn(group);
  const kernels = stage.kind === 'defrag' ? 'fragments are put together' : 'the connection is looked up';
  const placed = withOwn(ruleset, stage, orders).map(({ before, own, after }) => ({
    says: [...saidOf(before), kernels, ...saidOf(after)].join(', then '),
    stages: [...before.flatMap(stagesOf), own, ...after.flatMap(stagesOf)],
  }));
  if (placed.every(({ stages }) => stages[0] === stage)) return [stage, ...tied(hook, group)];
  const what = `whether ${kernels} before or after the chains of that priority in ${hook}: it depends on which was there first`;
  return [{ kind: 'either', orders: placed, what }, ...idle];
}

interface Placed {
  readonly priority: number;
  readonly registered: number;
  /** whose order it is */
  readonly at: readonly AttachedChain[];
  readonly stage: HookStage;
  readonly isNat?: boolean;
}

function isNat({ chain }: AttachedChain): boolean {
  return chain.base.kind === 'nat';
}

/** A chain of iptables was there before those of a listing beside it. */
function registeredAt({ chain }: AttachedChain): number {
  return chain.base.registered ?? -1;
}

/** By priority; of one priority the last registered first. */
function inSteps(placed: readonly Placed[]): readonly (readonly Placed[])[] {
  const sorted = [...placed].sort((a, b) => a.priority - b.priority || b.registered - a.registered);
  return [...groupBy(sorted, ({ priority }) => priority).values()];
}

function tied(hook: HookName, group: readonly Placed[]): readonly HookStage[] {
  const { orders, idle } = ordersIn(group);
  return orders.length === 1 ? group.map(({ stage }) => stage) : [either(hook, orders), ...idle];
}

/** Of what does something, by table; and the rest. */
function ordersIn(group: readonly Placed[]): {
  readonly orders: readonly (readonly Unit<HookStage>[])[];
  readonly idle: readonly HookStage[];
} {
  const tables = new Set(group.filter(({ at, isNat: nat }) => nat === true || !at.every(isIdleBase)).map(tableOf));
  const doing = group.filter((one) => tables.has(tableOf(one)));
  const chains = [...groupBy(doing, tableOf).values()].map((of) => of.flatMap(({ at }) => at));
  const isKnown = chains.length < 2 || (!doing.some(({ isNat: nat }) => nat === true) && inAnyOrder(chains));
  const units = unitsOf(doing);
  return { orders: isKnown ? [units] : ordersOf(units), idle: group.filter((one) => !tables.has(tableOf(one))).map(({ stage }) => stage) };
}

function tableOf({ at }: Placed): string {
  return at[0]?.table.name ?? '';
}

function unitsOf(doing: readonly Placed[]): readonly Unit<HookStage>[] {
  return [...groupBy(doing, tableOf)].map(([table, of]) => ({ table, stages: of.map(({ stage }) => stage) }));
}

/** With all orders of its chains that matter. */
function natStage(chains: readonly AttachedChain[]): HookStage {
  const placed = chains.map(
    (at): Placed => ({ priority: at.chain.base.priority, registered: registeredAt(at), at: [at], stage: { kind: 'chain', at } }),
  );
  const steps = inSteps(placed);
  const ordered = steps.map((group): readonly (readonly AttachedChain[])[] => {
    const units = [...groupBy(group, tableOf)].map(([table, of]) => ({ table, stages: of.flatMap(({ at }) => at) }));
    const doing = units.filter(({ stages }) => !stages.every(isIdleBase));
    if (natInAnyOrder(doing.map(stagesOf))) return [group.flatMap(({ at }) => at)];
    const idle = units.filter((unit) => !doing.includes(unit)).flatMap(stagesOf);
    return ordersOf(doing).map((order) => [...order.flatMap(stagesOf), ...idle]);
  });
  const orders = ordered.reduce<readonly (readonly AttachedChain[])[]>(
    (before, step) => before.flatMap((one) => step.map((more) => [...one, ...more])).slice(0, MOST_ORDERS),
    [[]],
  );
  if (orders.length === 1) return { kind: 'nat', chains: orders[0] ?? [] };
  const named = (order: readonly AttachedChain[]) => order.filter((at) => !isIdleBase(at)).map(({ table }) => table.name);
  return {
    kind: 'either',
    orders: orders.map((order) => ({ says: saysOrder(named(order)), stages: [{ kind: 'nat', chains: order }] })),
    what: whichFirst(orders[0]?.[0]?.chain.base.hook, named(orders[0] ?? [])),
  };
}

const MOST_ORDERS = 6;

function either(hook: HookName, orders: readonly (readonly Unit<HookStage>[])[]): HookStage {
  const names = orders[0]?.map(({ table }) => table) ?? [];
  return {
    kind: 'either',
    orders: orders.map((units) => ({ says: saysOrder(units.map(({ table }) => table)), stages: units.flatMap(({ stages }) => stages) })),
    what: whichFirst(hook, names),
  };
}

function stagesOf<T>({ stages }: Unit<T>): readonly T[] {
  return stages;
}

function saidOf(units: readonly Unit<unknown>[]): readonly string[] {
  return units.length === 0 ? [] : [saysOrder(units.map(({ table }) => table))];
}

function saysOrder(tables: readonly string[]): string {
  return [...new Set(tables)].join(', then ');
}

function whichFirst(hook: HookName | undefined, tables: readonly string[]): string {
  const names = [...new Set(tables)].sort().map((name) => `\`${name}\``);
  return `which of the tables ${names.slice(0, -1).join(', ')} and ${names.at(-1)} runs first in ${hook ?? 'a hook'}: at one priority it is the one that was loaded last`;
}

/** The chains that run at a hook, in order; of nat chains perhaps only the first. */
export function chainsAt(ruleset: Ruleset, hook: HookName): readonly AttachedChain[] {
  return stagesAt(ruleset, hook).flatMap(chainsOf);
}

function chainsOf(stage: HookStage): readonly AttachedChain[] {
  switch (stage.kind) {
    case 'conntrack':
    case 'defrag':
      return [];
    case 'chain':
      return [stage.at];
    case 'nat':
      return stage.chains;
    case 'either':
      return stage.orders[0]?.stages.flatMap(chainsOf) ?? [];
  }
}

/** No chain sees later fragments. */
export function putsTogetherFirst({ tables, usesDefrag }: Ruleset): boolean {
  return usesDefrag && ![...tables.values()].some((table) => basesOf(table).some(isBeforeDefrag));
}

function isBeforeDefrag({ base: { hook, priority } }: BaseChain): boolean {
  return CONNTRACK_HOOKS.has(hook) && priority < DEFRAG_PRIORITY;
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
