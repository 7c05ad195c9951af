/** Who calls whom among the chains of a table. */
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
  for (const chain of table.chains.values()) for (const called of calls(chain)) (once.has(called) ? often : once).add(called);
  shared.set(table, often);
  return often;
}

/** Every chain that the base chains lead to, each after all chains that call it. */
export function callersFirst(table: Table): readonly string[] {
  const done = new Set<string>();
  const leaving: string[] = [];
  for (const base of basesOf(table)) {
    const stack = [{ name: base.name, rest: calls(base) }];
    done.add(base.name);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.rest.pop();
      if (next === undefined) {
        leaving.push(top.name);
        stack.pop();
      } else if (!done.has(next)) {
        done.add(next);
        stack.push({ name: next, rest: calls(table.chains.get(next)) });
      }
    }
  }
  return leaving.reverse();
}

/** Chains with such a rule, and all that lead to one. */
export function chainsLeadingTo({ chains }: Table, isSuch: (rule: Rule) => boolean): ReadonlySet<string> {
  const callers = new Map<string, string[]>();
  const leading = new Set<string>();
  for (const chain of chains.values()) {
    if (chain.rules.some(isSuch)) leading.add(chain.name);
    for (const called of calls(chain)) {
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
export function awaitedChains({ chains }: Table): ReadonlySet<string> {
  const awaited = new Set<string>();
  for (const { rules } of chains.values())
    for (const rule of rules.slice(0, -1)) for (const { kind, chain } of callsIn(rule)) if (kind === 'jump') awaited.add(chain);
  // a Set grows while it is walked
  for (const name of awaited) for (const called of calls(chains.get(name))) awaited.add(called);
  return awaited;
}

function calls(chain: ReturnType<Table['chains']['get']>): string[] {
  return (chain?.rules ?? []).flatMap((rule) => callsIn(rule).map((call) => call.chain));
}
