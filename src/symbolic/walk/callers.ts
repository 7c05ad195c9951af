/** Who calls whom among the chains of a table. */
import { memoize } from '../../lib/memo.ts';
import { callsIn } from '../../netfilter/everyEffect.ts';
import type { Rule, Table } from '../../ruleset/ruleset.ts';
import { basesOf } from '../../ruleset/stages.ts';

const shared = new WeakMap<Table, ReadonlySet<string>>();

/** Chains that more than one rule calls. */
export function sharedChains(table: Table): ReadonlySet<string> {
  const known = shared.get(table);
  if (known !== undefined) return known;
  const once = new Set<string>();
  const often = new Set<string>();
  for (const name of table.chains.keys()) for (const called of calls(table, name)) (once.has(called) ? often : once).add(called);
  shared.set(table, often);
  return often;
}

/** Every chain that the base chains lead to, each after all chains that call it. */
export function callersFirst(table: Table): readonly string[] {
  const done = new Set<string>();
  const leaving: string[] = [];
  for (const base of basesOf(table)) {
    const stack = [{ name: base.name, rest: [...calls(table, base.name)] }];
    done.add(base.name);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.rest.pop();
      if (next === undefined) {
        leaving.push(top.name);
        stack.pop();
      } else if (!done.has(next)) {
        done.add(next);
        stack.push({ name: next, rest: [...calls(table, next)] });
      }
    }
  }
  return leaving.reverse();
}

/** Chains with such a rule, and all that lead to one. */
export function chainsLeadingTo(table: Table, isSuch: (rule: Rule) => boolean): ReadonlySet<string> {
  const callers = new Map<string, string[]>();
  const leading = new Set<string>();
  for (const chain of table.chains.values()) {
    if (chain.rules.some(isSuch)) leading.add(chain.name);
    for (const called of calls(table, chain.name)) {
      const known = callers.get(called);
      if (known === undefined) callers.set(called, [chain.name]);
      else known.push(chain.name);
    }
  }
  // a Set grows while it is walked
  for (const name of leading) for (const caller of callers.get(name) ?? []) leading.add(caller);
  return leading;
}

/** Chains after which some rule may still run: one of a chain that calls them, or of those that call that one. */
export function awaitedChains(table: Table): ReadonlySet<string> {
  const awaited = new Set<string>();
  for (const { rules } of table.chains.values())
    for (const rule of rules.slice(0, -1)) for (const { kind, chain } of callsIn(rule)) if (kind === 'jump') awaited.add(chain);
  // a Set grows while it is walked
  for (const name of awaited) for (const called of calls(table, name)) awaited.add(called);
  return awaited;
}

/** Names of the chains that a chain calls, one for each call. */
export function calls(table: Table, chain: string): readonly string[] {
  return graphOf(table, '').get(chain) ?? NONE;
}

const NONE: readonly string[] = [];

const graphOf: (table: Table, _all: '') => ReadonlyMap<string, readonly string[]> = memoize(
  ({ chains }: Table, _all: '') =>
    new Map([...chains.values()].map(({ name, rules }) => [name, rules.flatMap((rule) => callsIn(rule).map((call) => call.chain))])),
);
