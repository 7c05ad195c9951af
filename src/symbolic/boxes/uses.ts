/** Which rules of a table some packet reaches and matches, by boxes: for long lists of ranges, where diagrams grow too large. */

import type { Budget } from '../../lib/budget.ts';
import type { Effect } from '../../netfilter/effect.ts';
import { does, everyEffect, hasOneEffect, lastEffect } from '../../netfilter/everyEffect.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import { mentionsUnmodelled } from '../../netfilter/matchExpr.ts';
import type { Family } from '../../packet/address.ts';
import { type Field, ZONE_FIELDS } from '../../packet/fields.ts';
import { digestOf } from '../../ruleset/chainDigest.ts';
import { rulesOfTable } from '../../ruleset/everyRule.ts';
import type { Chain, Rule, Table } from '../../ruleset/ruleset.ts';
import { basesOf } from '../../ruleset/stages.ts';
import { askedFields } from '../space/nameParts.ts';
import { chainsLeadingTo } from '../walk/callers.ts';
import { axesOf, startBoxes } from './axes.ts';
import type { Axes, BoxRanges } from './convert.ts';
import { boxesFor, meet } from './convert.ts';
import { isCovered } from './cover.ts';

export interface BoxUse {
  /** or why there is no answer: the budget was spent, something that is not modelled decides */
  readonly matched: boolean | 'budget' | 'unmodelled';
  readonly satisfiable: boolean;
}

const BUDGET_A_RULE = 20_000;
/** Rules walked, those of a chain as often as it is called. */
const MAX_VISITS = 100_000;
/** Deeper chains are left to the diagrams. */
const MOST_DEPTH = 500;
/** Effects that leave a packet in the table. */
const STAYING: ReadonlySet<Effect['kind']> = new Set([
  'continue',
  'setMark',
  'copyMark',
  'setField',
  'conntrack',
  'return',
  'jump',
  'goto',
]);

export interface BoxTable {
  readonly family: Family;
  readonly table: Table;
  readonly budget: Budget;
}

/** Undefined: the table asks or does what boxes cannot say; the diagrams can. */
export function boxUses({ family, table, budget }: BoxTable): ReadonlyMap<Rule, BoxUse> | undefined {
  if (changesWhatItAsks(table) || !rulesOfTable(table).every(hasOneEffect)) return undefined;
  const axes = axesOf(family, table);
  const matches = new Map<Rule, readonly BoxRanges[]>();
  const unclear = new Set<Rule>();
  for (const { rules } of table.chains.values()) {
    for (const rule of rules) {
      const boxes = boxesFor(axes, rule.match);
      if (boxes === undefined) return undefined;
      matches.set(rule, boxes);
      if (mentionsUnmodelled(rule.match)) unclear.add(rule);
    }
  }
  const possible = usesOf({ axes, table, budget, matches, unclear, sureOnly: false });
  if (possible === undefined || !(unclear.size > 0 || hasOpaqueTarget(table))) return possible;
  const sure = usesOf({ axes, table, budget, matches, unclear, sureOnly: true });
  if (sure === undefined) return undefined;
  const both = ([rule, use]: readonly [Rule, BoxUse]): readonly [Rule, BoxUse] => {
    const isUnclear = use.matched === true && sure.get(rule)?.matched !== true;
    return [rule, isUnclear ? { ...use, matched: 'unmodelled' } : use];
  };
  return new Map([...possible].map(both));
}

interface BoxQuestion {
  readonly budget: Budget;
  readonly axes: Axes;
  readonly table: Table;
  readonly matches: ReadonlyMap<Rule, readonly BoxRanges[]>;
  /** something in the rule's condition is not modelled */
  readonly unclear: ReadonlySet<Rule>;
  /** not modelled conditions hold for no packet that is counted and for all that are to pass; not modelled targets keep their packets */
  readonly sureOnly: boolean;
}

function hasOpaqueTarget({ chains }: Table): boolean {
  return [...chains.values()].some(({ rules }) => rules.some((rule) => does(rule, 'unmodelled')));
}

function usesOf(question: BoxQuestion): ReadonlyMap<Rule, BoxUse> | undefined {
  const { axes, table, matches } = question;
  const uses = new Map<Rule, BoxUse>();
  const anywhere = basesOf(table).flatMap(({ base }) => startBoxes(axes, base.hook));
  const leaving = chainsLeadingTo(table, ({ name }) => digestOf(table, name).does.some((kind) => !STAYING.has(kind)));
  const walk: BoxWalk = { ...question, uses, anywhere, leaving, visits: 0, depth: 0 };
  for (const chain of basesOf(table)) {
    const starts = startBoxes(axes, chain.base.hook);
    if (!walkBoxes(walk, chain, { starts, gone: [], returned: false })) return undefined;
  }
  for (const [rule, own] of matches) {
    if (!uses.has(rule)) uses.set(rule, { matched: false, satisfiable: product(anywhere, own).length > 0 });
  }
  return uses;
}

interface BoxWalk extends BoxQuestion {
  readonly uses: Map<Rule, BoxUse>;
  /** packets at any hook of the table */
  readonly anywhere: readonly BoxRanges[];
  /** chains in which a packet's way through the table may end */
  readonly leaving: ReadonlySet<string>;
  visits: number;
  depth: number;
}

interface Entry {
  /** packets that may come to the chain */
  readonly starts: readonly BoxRanges[];
  /** boxes of packets that have left before; grows */
  readonly gone: BoxRanges[];
  /** some of `gone` are only out of a chain that called this one */
  readonly returned: boolean;
}

/** False: not sayable in boxes. */
function walkBoxes(walk: BoxWalk, chain: Chain, { starts, gone, returned }: Entry): boolean {
  const back: BoxRanges[] = [];
  for (const rule of chain.rules) {
    if (++walk.visits > MAX_VISITS) return false;
    walk.budget.step();
    const own = walk.matches.get(rule) ?? [];
    const taken = product(starts, own);
    const before = back.length === 0 ? gone : [...gone, ...back];
    const isUnclear = walk.sureOnly && walk.unclear.has(rule);
    const matched = isUnclear ? false : isMatched(taken, before, walk.budget);
    note(walk.uses, rule, { matched, satisfiable: taken.length > 0 || product(walk.anywhere, own).length > 0 });
    const effect = lastEffect(rule);
    const uncertain = mayMiss(rule.match) && !isUnclear;
    switch (effect.kind) {
      case 'continue':
      case 'setMark':
      case 'copyMark':
      case 'setField':
      case 'conntrack':
        break;
      // any packet may come out of it
      case 'unmodelled':
        if (matched === false && !isUnclear) break;
        if (chain.base === undefined) return false;
        if (!walk.sureOnly) for (const left of [gone, back]) left.length = 0;
        else if (!uncertain) gone.push(...taken);
        break;
      case 'return':
        if (!uncertain) back.push(...taken);
        break;
      case 'jump': {
        const called = walk.table.chains.get(effect.chain);
        if (matched === false || called === undefined) break;
        // what leaves below this point is gone for good only if it came that far
        if (uncertain) return false;
        const inside = { starts: taken, gone, returned: returned || back.length > 0 };
        if (inside.returned && walk.leaving.has(called.name)) return false;
        if (walk.depth === MOST_DEPTH) return false;
        walk.depth++;
        if (!walkBoxes(walk, called, inside)) return false;
        walk.depth--;
        break;
      }
      case 'goto':
        return false;
      default:
        if (uncertain) break;
        if (chain.base === undefined && (returned || back.length > 0)) return false;
        gone.push(...taken);
    }
  }
  return true;
}

function product(left: readonly BoxRanges[], right: readonly BoxRanges[]): readonly BoxRanges[] {
  return left.flatMap((one) => right.flatMap((other) => meet(one, other) ?? []));
}

function isMatched(taken: readonly BoxRanges[], gone: readonly BoxRanges[], whole: Budget): boolean | 'budget' {
  const budget = { left: BUDGET_A_RULE, whole };
  let unknown = false;
  for (const box of taken) {
    const covered = isCovered(box, gone, budget);
    if (covered === false) return true;
    unknown ||= covered === undefined;
  }
  return unknown ? 'budget' : false;
}

function note(uses: Map<Rule, BoxUse>, rule: Rule, use: BoxUse): void {
  const known = uses.get(rule);
  if (known === undefined) uses.set(rule, use);
  else {
    const matched = known.matched === true || use.matched === false ? known.matched : use.matched;
    uses.set(rule, { matched, satisfiable: known.satisfiable || use.satisfiable });
  }
}

/** Its rules change fields that they, or later ones, ask about. What a target that is not modelled changes does not count. */
function changesWhatItAsks(table: Table): boolean {
  const asked = askedFields(table);
  const rules = rulesOfTable(table);
  return rules.flatMap(everyEffect).some((effect) => {
    if (effect.kind === 'setField') return asked.has(effect.field);
    const changes = effect.kind === 'setMark' || effect.kind === 'copyMark' || effect.kind === 'conntrack';
    return changes && CHANGED.some((field) => asked.has(field));
  });
}

const CHANGED: readonly Field[] = ['mark', 'connmark', 'ctstate', ...ZONE_FIELDS];

/** Chance and what is not modelled: a packet may pass although the rest matches. */
function mayMiss(expr: MatchExpr): boolean {
  if (expr.kind === 'or' && expr.of.some(({ kind }) => kind === 'always')) return false;
  if (expr.kind === 'and' || expr.kind === 'or') return expr.of.some(mayMiss);
  return expr.kind === 'not' ? mayMiss(expr.of) : expr.kind === 'chance' || expr.kind === 'unmodelled';
}
