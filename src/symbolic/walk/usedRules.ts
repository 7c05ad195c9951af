/** Which rules of a table some packet reaches and matches, by decision diagrams: the walk of all packets in any state. */

import type { Host } from '../../host/host.ts';
import type { Budget } from '../../lib/budget.ts';
import type { Effect } from '../../netfilter/effect.ts';
import type { HookName } from '../../netfilter/hooks.ts';
import type { Family } from '../../packet/address.ts';
import { digestOf } from '../../ruleset/chainDigest.ts';
import type { BaseChain, Rule, Table } from '../../ruleset/ruleset.ts';
import { basesOf } from '../../ruleset/stages.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import type { Space } from '../space/space.ts';
import { inOwnSpace } from '../space/space.ts';
import { actor } from './act.ts';
import { anyStates } from './anyState.ts';
import { awaitedChains, chainsLeadingTo } from './callers.ts';
import { firstSwitch } from './dispatch.ts';
import { encode } from './encode.ts';
import { hasPacketAside, type LargeSet } from './laidAside.ts';
import { openRules } from './openRules.ts';
import { sharingOf } from './sharing.ts';
import type { PacketClass } from './state.ts';
import type { Act, Acted, Arrivals, TableResult, TableWalk } from './tableWalk.ts';
import { visitShared, walkTableOfSets } from './walk.ts';

export interface TableQuestion {
  readonly budget: Budget;
  readonly family: Family;
  readonly host: Host;
  readonly table: Table;
  /** which sets are laid aside; absent: those for which that has been measured to pay */
  readonly large?: LargeSet | undefined;
}

export interface RuleUse {
  /** or why there is no answer: something that is not modelled decides */
  readonly matched: boolean | 'unmodelled';
  /** the match by itself holds for some packet at some hook of the table */
  readonly satisfiable: boolean;
}

/** @throws BudgetError when the diagrams grow too large */
export function diagramUses(question: TableQuestion): ReadonlyMap<Rule, RuleUse> {
  const possible = usesOf(question, 'possible');
  if (!hasUnmodelled(question.table)) return possible;
  const sure = usesOf(question, 'sure');
  const both = ([rule, use]: readonly [Rule, RuleUse]): readonly [Rule, RuleUse] => {
    const isUnclear = use.matched === true && sure.get(rule)?.matched !== true;
    return [rule, isUnclear ? { ...use, matched: 'unmodelled' } : use];
  };
  return new Map([...possible].map(both));
}

function hasUnmodelled(table: Table): boolean {
  return [...table.chains.keys()].some((name) => digestOf(table, name).asksUnmodelled || actsUnmodelled(table, name));
}

function actsUnmodelled(table: Table, name: string): boolean {
  return digestOf(table, name).does.includes('unmodelled');
}

/** `possible`: what is not modelled goes every way and does everything; `sure`: packets that it decides about are not counted. */
function usesOf({ family, host, budget, ...asked }: TableQuestion, kind: 'possible' | 'sure'): ReadonlyMap<Rule, RuleUse> {
  return inOwnSpace(family, { host, budget }, (space) => usesIn(space, asked, kind));
}

function usesIn(
  space: Space,
  { table, large }: Pick<TableQuestion, 'table' | 'large'>,
  kind: 'possible' | 'sure',
): ReadonlyMap<Rule, RuleUse> {
  const { manager } = space;
  const classesAt = anyStates(space, table);
  const starts = basesOf(table).map((base) => ({ base, classes: classesAt(base.base.hook) }));
  const satisfiable = (rule: Rule): boolean =>
    starts.some(({ classes }) =>
      classes.some(({ set, env }) => manager.all([set, encode(space, env, rule.match).may, firstSwitch(space, env, rule).may]) !== EMPTY),
    );
  const open = openRules(table);
  const visit = (rule: Rule, _: Bdd, matching: Bdd): void => {
    if (matching !== EMPTY) open.close(rule);
  };
  const unshared = chainsLeadingTo(table, ({ name }) => actsUnmodelled(table, name));
  const awaited = awaitedChains(table);
  // no rule runs after them, and where their packets end is not asked: each is walked once, after all that call it
  const deferred = new Set([...table.chains.keys()].filter((name) => !awaited.has(name) && !unshared.has(name)));
  const arrivals: Arrivals = new Map();
  const sharing = sharingOf({ table, unshared, deferred, open });
  const shared = { space, table, summaries: new Map(), visit, open, unshared, deferred, large, sharing, sureOnly: kind === 'sure' };
  const actAt = (hook: HookName, classes: readonly PacketClass[]): Act =>
    ending(space, { hook, partsOf: () => NO_PARTS, addressesOf: () => NO_PARTS, templatesRemember: false }, kind === 'sure' ? [] : classes);
  for (const { base, classes } of starts) {
    if (deferred.has(base.name)) arrivals.set(base.name, [...classes]);
    else walkTableOfSets({ ...shared, base, act: actAt(base.base.hook, classes), arrivals }, classes);
  }
  const base = starts[0]?.base;
  // no chain with an unmodelled target is shared
  if (base !== undefined) visitShared({ ...shared, base, act: actAt(base.base.hook, []) }, arrivals);
  const uses = new Map<Rule, RuleUse>();
  for (const { rules } of table.chains.values()) {
    for (const rule of rules) {
      uses.set(rule, open.isClosed(rule) ? USED : { matched: false, satisfiable: satisfiable(rule) });
    }
  }
  return uses;
}

const USED: RuleUse = { matched: true, satisfiable: true };

const NO_PARTS = { firsts: [], more: false } as const;

/** Marks as ever; packets that leave the table for good are not followed, and an unmodelled target makes of a packet any of `anyPacket`. */
function ending(space: Space, place: Parameters<typeof actor>[1], anyPacket: readonly PacketClass[]): Act {
  const act = actor(space, place);
  return (one, effect, rule) => {
    if (effect.kind === 'divert') return { ...NOTHING, on: effect.final ? [] : [one], left: effect.onMiss === 'break' ? [one] : [] };
    if (effect.kind === 'nat') return NOTHING;
    if (effect.kind === 'unmodelled') return { ...NOTHING, on: hasPacketAside(space.manager, one.set, one.aside) ? anyPacket : [] };
    return act(one, effect, rule);
  };
}

/** No listener's index. */
const ANY_SOCKET = -2;

const NOTHING: Acted = { on: [], accepted: [], ended: [], left: [] };

const SENDING_OFF: readonly Effect['kind'][] = ['nat', 'divert'];

export type AloneWalk = Omit<TableWalk, 'act' | 'summaries' | 'base'> & {
  /** undefined: the table has no such chain, and everything comes through */
  readonly base: BaseChain | undefined;
};

/** One table by itself: where each packet leaves it, and by which rule. Packets that a target sends off are accepted with that rule. */
export function walkAlone(
  { base, ...walk }: AloneWalk,
  classes: readonly PacketClass[],
  final: readonly Effect['kind'][] = SENDING_OFF,
): TableResult {
  if (base === undefined) return { accepted: classes, ended: [] };
  const marking = actor(walk.space, {
    hook: base.base.hook,
    partsOf: () => NO_PARTS,
    addressesOf: () => NO_PARTS,
    templatesRemember: false,
  });
  const act: Act = (one, effect, rule) => {
    const decided = { ...one, decided: rule, did: effect };
    // whether it finds a socket is not known here
    if (effect.kind === 'divert' && !effect.final)
      return { ...NOTHING, on: [{ ...decided, env: { ...one.env, diverted: ANY_SOCKET } }], left: [one] };
    if (final.includes(effect.kind)) return { ...NOTHING, accepted: [decided] };
    if (effect.kind === 'unmodelled') return { ...NOTHING, ended: [{ ...decided, end: 'undecided' }] };
    return marking(one, effect, rule);
  };
  return walkTableOfSets({ ...walk, base, act, summaries: new Map() }, classes);
}
