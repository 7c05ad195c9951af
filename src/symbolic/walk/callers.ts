/** Who calls whom among the chains of a table. */
import { type CallEffect, callsIn } from '../../netfilter/everyEffect.ts';
import { digestOf } from '../../ruleset/chainDigest.ts';
import type { Chain, Table } from '../../ruleset/ruleset.ts';
import { basesOf } from '../../ruleset/stages.ts';

const shared = new WeakMap<Table, ReadonlySet<string>>();

/** Chains that more than one rule calls. */
export function sharedChains(table: Table): ReadonlySet<string> {
  const known = shared.get(table);
  if (known !== undefined) return known;
  const once = new Set<string>();
  const often = new Set<string>();
  for (const name of table.chains.keys()) for (const { chain } of calls(table, name)) (once.has(chain) ? often : once).add(chain);
  shared.set(table, often);
  return often;
}

const inOrder = new WeakMap<Table, readonly string[]>();

/** Every chain that the base chains lead to, each after all chains that call it. */
export function callersFirst(table: Table): readonly string[] {
  const known = inOrder.get(table) ?? orderOf(table);
  inOrder.set(table, known);
  return known;
}

function orderOf(table: Table): readonly string[] {
  const done = new Set<string>();
  const leaving: string[] = [];
  for (const base of basesOf(table)) {
    const stack = [{ name: base.name, rest: calledBy(table, base.name) }];
    done.add(base.name);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.rest.pop();
      if (next === undefined) {
        leaving.push(top.name);
        stack.pop();
      } else if (!done.has(next)) {
        done.add(next);
        stack.push({ name: next, rest: calledBy(table, next) });
      }
    }
  }
  return leaving.reverse();
}

/** Such chains, and all that lead to one. */
export function chainsLeadingTo(table: Table, isSuch: (chain: Chain) => boolean): ReadonlySet<string> {
  const callers = new Map<string, string[]>();
  const leading = new Set<string>();
  for (const chain of table.chains.values()) {
    if (isSuch(chain)) leading.add(chain.name);
    for (const { chain: called } of calls(table, chain.name)) {
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
  for (const { name, rules } of table.chains.values()) {
    if (rules.length < 2 || !calls(table, name).some(isJump)) continue;
    for (const rule of rules.slice(0, -1)) for (const call of callsIn(rule)) if (isJump(call)) awaited.add(call.chain);
  }
  // a Set grows while it is walked
  for (const name of awaited) for (const { chain } of calls(table, name)) awaited.add(chain);
  return awaited;
}

function isJump({ kind }: CallEffect): boolean {
  return kind === 'jump';
}

/** What a chain calls, one for each call. */
export function calls(table: Table, chain: string): readonly CallEffect[] {
  return digestOf(table, chain).calls;
}

function calledBy(table: Table, chain: string): string[] {
  return calls(table, chain).map((call) => call.chain);
}
