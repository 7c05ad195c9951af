/** Rules that no packet is known to match so far, where only that is asked: of a chain without such rules, and without such chains below,
 *  nothing more has to be found out. */
import type { Rule, Table } from '../../ruleset/ruleset.ts';
import { calls } from './callers.ts';

export interface OpenRules {
  /** some packet matches it */
  readonly close: (rule: Rule) => void;
  readonly isClosed: (rule: Rule) => boolean;
  /** neither the chain nor one that it leads to has an open rule */
  readonly isSettled: (chain: string) => boolean;
  /** Whether some of the packets that come to the chain may be tried before all that come are known; counts as a try. */
  readonly mayTry: (chain: string) => boolean;
}

/** A long chain is tried once, so that a rule that stays open costs one walk more; a short one for a few of its callers. */
const RULES_TO_TRY = 64;
const MOST_TRIES = 4;

export function openRules(table: Table): OpenRules {
  const { chains } = table;
  const closed = new Set<Rule>();
  const left = new Map([...chains.values()].map(({ name, rules }) => [name, rules.length]));
  const settled = new Set<string>();
  /** by chain one with an open rule that it leads to, when it was last asked */
  const reasons = new Map<string, string>();
  const tries = new Map<string, number>();
  const isOpen = (name: string | undefined): boolean => name !== undefined && (left.get(name) ?? 0) > 0;
  return {
    close: (rule) => {
      if (closed.has(rule)) return;
      closed.add(rule);
      left.set(rule.chain, (left.get(rule.chain) ?? 0) - 1);
    },
    isClosed: (rule) => closed.has(rule),
    isSettled: (name) => {
      if (settled.has(name)) return true;
      if (isOpen(name) || isOpen(reasons.get(name))) return false;
      const below = new Set([name]);
      // a Set grows while it is walked
      for (const one of below) {
        if (isOpen(one)) {
          reasons.set(name, one);
          return false;
        }
        for (const { chain } of calls(table, one)) if (!settled.has(chain)) below.add(chain);
      }
      for (const one of below) settled.add(one);
      return true;
    },
    mayTry: (name) => {
      const before = tries.get(name) ?? 0;
      tries.set(name, before + 1);
      return before === 0 || (before < MOST_TRIES && (chains.get(name)?.rules.length ?? 0) * before < RULES_TO_TRY);
    },
  };
}
