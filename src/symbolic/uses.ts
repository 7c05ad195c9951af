/** Which rules of a table some packet reaches and matches, by decision diagrams: the walk of all packets in any state. */
import type { Host } from '../host/host.ts';
import { TABLE_HOOKS } from '../netfilter/hooks.ts';
import type { Family } from '../packet/address.ts';
import type { Rule, Table } from '../ruleset/ruleset.ts';
import { actor } from './act.ts';
import { anyStates } from './anyState.ts';
import type { Bdd } from './bdd.ts';
import { EMPTY } from './bdd.ts';
import { encode } from './encode.ts';
import type { Space } from './space.ts';
import { makeSpace } from './space.ts';
import type { PacketClass } from './state.ts';
import type { Summaries } from './summaries.ts';
import type { Act, Arrivals, TableResult, TableWalk } from './walk.ts';
import { visitShared, walkTable } from './walk.ts';

export interface TableQuestion {
  readonly family: Family;
  readonly host: Host;
  readonly table: Table;
}

export interface RuleUse {
  readonly reached: boolean;
  readonly matched: boolean;
  /** the match by itself holds for some packet at some hook of the table */
  readonly satisfiable: boolean;
}

/** @throws BudgetError when the diagrams grow too large */
export function diagramUses({ family, host, table }: TableQuestion): ReadonlyMap<Rule, RuleUse> {
  const space = makeSpace(family, host, NODE_LIMIT);
  const classesAt = anyStates(space, table);
  const hooks = TABLE_HOOKS[table.name].map((hook) => ({ hook, classes: classesAt(hook) }));
  const possible = (rule: Rule): boolean =>
    hooks.some(({ classes }) => classes.some(({ set, env }) => space.manager.and(set, encode(space, env, rule.match).may) !== EMPTY));
  const reached = new Set<Rule>();
  const matched = new Set<Rule>();
  const visit = (rule: Rule, reaching: Bdd, matching: Bdd): void => {
    if (reaching !== EMPTY) reached.add(rule);
    if (matching !== EMPTY) matched.add(rule);
  };
  const summaries: Summaries = new Map();
  const arrivals: Arrivals = new Map();
  for (const { hook, classes } of hooks)
    walkTable({ space, table, hook, act: ending(space, { hook, partsOf: () => [] }), summaries, visit, arrivals }, classes);
  const hook = TABLE_HOOKS[table.name][0] ?? 'OUTPUT';
  visitShared({ space, table, hook, act: ending(space, { hook, partsOf: () => [] }), summaries, visit }, arrivals);
  const uses = new Map<Rule, RuleUse>();
  for (const { rules } of table.chains.values()) {
    for (const rule of rules) {
      const isMatched = matched.has(rule);
      uses.set(rule, { reached: reached.has(rule), matched: isMatched, satisfiable: isMatched || possible(rule) });
    }
  }
  return uses;
}

const NODE_LIMIT = 30_000_000;

/** Marks as ever; packets that leave the table for good are not followed, and after what is not modelled anything may come. */
function ending(space: Space, place: Parameters<typeof actor>[1]): Act {
  const act = actor(space, place);
  return (one, effect, rule) => {
    if (effect.kind === 'nat' || effect.kind === 'divert') return { on: [], accepted: [], ended: [] };
    if (effect.kind === 'unmodelled') return { on: [one], accepted: [], ended: [] };
    return act(one, effect, rule);
  };
}

/** One table by itself: where each packet leaves it, and by which rule. Packets that a target sends off are accepted with that rule. */
export function walkAlone(walk: Omit<TableWalk, 'act' | 'summaries'>, classes: readonly PacketClass[]): TableResult {
  const marking = actor(walk.space, { hook: walk.hook, partsOf: () => [] });
  const act: Act = (one, effect, rule) => {
    if (effect.kind === 'nat' || effect.kind === 'divert') return { on: [], accepted: [{ ...one, decided: rule }], ended: [] };
    if (effect.kind === 'unmodelled') return { on: [], accepted: [], ended: [{ ...one, decided: rule, end: 'undecided' }] };
    return marking(one, effect, rule);
  };
  return walkTable({ ...walk, act, summaries: new Map() }, classes);
}
