/** Which rules of a table a packet may come to after such a rule has let it go on, in whatever state it then is. */
import { type CallEffect, callsIn } from '../../netfilter/everyEffect.ts';
import type { Rule, Table } from '../../ruleset/ruleset.ts';

export function rulesAfter(table: Table, isSuch: (rule: Rule) => boolean): ReadonlySet<Rule> {
  const { chains } = table;
  const calls = new Map<string, Calling[]>();
  const open: Place[] = [];
  for (const { rules } of chains.values()) {
    for (const [at, rule] of rules.entries()) {
      if (isSuch(rule)) open.push({ chain: rule.chain, at: at + 1 });
      for (const call of callsIn(rule)) {
        const known = calls.get(call.chain);
        if (known === undefined) calls.set(call.chain, [{ rule, call }]);
        else known.push({ rule, call });
      }
    }
  }
  const after = new Set<Rule>();
  /** the first place of each chain from which on all rules are known to come after */
  const from = new Map<string, number>();
  const left = new Set<string>();
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { chain, at } = place;
    const rules = chains.get(chain)?.rules ?? [];
    for (const rule of rules.slice(at, from.get(chain) ?? rules.length)) {
      after.add(rule);
      for (const call of callsIn(rule)) open.push({ chain: call.chain, at: 0 });
    }
    from.set(chain, Math.min(at, from.get(chain) ?? rules.length));
    if (left.has(chain)) continue;
    left.add(chain);
    for (const { rule, call } of calls.get(chain) ?? []) {
      // a goto comes back to where its chain was called from
      open.push({ chain: rule.chain, at: call.kind === 'jump' ? rule.number : (chains.get(rule.chain)?.rules.length ?? 0) });
    }
  }
  return after;
}

interface Calling {
  readonly rule: Rule;
  readonly call: CallEffect;
}

interface Place {
  readonly chain: string;
  /** index of the next rule */
  readonly at: number;
}
