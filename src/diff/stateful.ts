/** Rules that remember: what `recent`, `hashlimit` or `limit` say of a packet follows from those before it. When each of them is asked
 *  about the same packets on both sides, and in the same order, they remember the same. */

import { everyMatch } from '../netfilter/everyEffect.ts';
import type { HookName } from '../netfilter/hooks.ts';
import { mentionsMemory } from '../netfilter/matchExpr.ts';
import { chainsCalled } from '../ruleset/chainsCalled.ts';
import type { Rule, Ruleset, Table } from '../ruleset/ruleset.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../symbolic/diagrams/bdd.ts';
import type { Space } from '../symbolic/space/space.ts';
import { chainsLeadingTo } from '../symbolic/walk/callers.ts';
import type { Sides } from './question.ts';

/** Packets that are remembered or counted differently, and the rules that do it. */
export interface MemoryChange {
  readonly set: Bdd;
  readonly rules: Sides<readonly Rule[]>;
}

const NO_CHAINS: Pick<Table, 'chains'> = { chains: new Map() };

/** Targets that note packets for matches of other rules. */
const NOTING: ReadonlySet<string | undefined> = new Set(['SET', 'RATEEST']);

export function remembers(rule: Rule): boolean {
  return everyMatch(rule).some(mentionsMemory) || NOTING.has(rule.target);
}

/** What rules that remember were asked during one walk: by which packets. */
export interface AskedRules {
  readonly visit: (rule: Rule, hook: HookName, reaching: Bdd, matching: Bdd) => void;
  /** by hook, then by the rule's text and how many of that text were met before */
  readonly asked: Map<string, { readonly rule: Rule; readonly set: Bdd }>;
}

/** Undefined when nothing there remembers. A rule that leads to one that does counts as one: how often it leads there matters. */
export function memoryOf({ manager }: Space, { tables }: Pick<Ruleset, 'tables'>): AskedRules | undefined {
  const chains = [...tables.values()].flatMap((table) =>
    [...chainsLeadingTo(table, ({ rules }) => rules.some(remembers))].map((name) => `${table.name} ${name}`),
  );
  if (chains.length === 0) return undefined;
  const leading = new Set(chains);
  const leadsThere = (rule: Rule): boolean =>
    chainsCalled(rule, tables.get(rule.table) ?? NO_CHAINS).some((called) => leading.has(`${rule.table} ${called}`));
  const asked: AskedRules['asked'] = new Map();
  const visit: AskedRules['visit'] = (rule, hook, _reaching, matching) => {
    if (matching === EMPTY || !(remembers(rule) || leadsThere(rule))) return;
    const name = `${hook} ${rule.table} ${rule.text}`;
    let key = name;
    for (let copy = 1; asked.has(key) && asked.get(key)?.rule !== rule; copy++) key = `${name} ${copy}`;
    asked.set(key, { rule, set: manager.or(asked.get(key)?.set ?? EMPTY, matching) });
  };
  return { visit, asked };
}

const NOTHING: AskedRules['asked'] = new Map();

export function compareMemory({ manager }: Space, sides: Sides<AskedRules | undefined>): readonly MemoryChange[] {
  const base = sides.base?.asked ?? NOTHING;
  const head = sides.head?.asked ?? NOTHING;
  // rules that lead to those that remember count for packets alone that come to them
  const remembering = [...base.values(), ...head.values()].filter(({ rule }) => remembers(rule)).map(({ set }) => set);
  const remembered = manager.any(remembering);
  const changes = new Map<Bdd, { readonly base: Rule[]; readonly head: Rule[] }>();
  for (const key of new Set([...base.keys(), ...head.keys()])) {
    const was = base.get(key);
    const is = head.get(key);
    const set = manager.and(manager.or(manager.xor(was?.set ?? EMPTY, is?.set ?? EMPTY), overtaken(key)), remembered);
    if (set === EMPTY) continue;
    const rules = changes.get(set) ?? { base: [], head: [] };
    changes.set(set, rules);
    if (was !== undefined) rules.base.push(was.rule);
    if (is !== undefined) rules.head.push(is.rule);
  }
  return [...changes].map(([set, rules]) => ({ set, rules }));

  /** Packets that ask another rule of the chain before this one here, and after it there. */
  function overtaken(key: string): Bdd {
    const [was, is] = [base.get(key), head.get(key)];
    if (was === undefined || is === undefined) return EMPTY;
    const others = [...base].flatMap(([name, other]) => {
      const later = head.get(name)?.rule;
      if (later === undefined || other.rule.chain !== was.rule.chain || other.rule.table !== was.rule.table) return [];
      return other.rule.number < was.rule.number !== later.number < is.rule.number ? [other.set] : [];
    });
    return manager.and(was.set, manager.any(others));
  }
}
