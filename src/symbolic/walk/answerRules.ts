/** Rulesets that stop no answer of REJECT, whatever it looks like: most do nothing in OUTPUT but send packets elsewhere. */
import { memoize } from '../../lib/memo.ts';
import type { Effect } from '../../netfilter/effect.ts';
import type { HookName, TableName } from '../../netfilter/hooks.ts';
import { HOOK_STAGES } from '../../netfilter/hooks.ts';
import type { Chain, Ruleset, Table } from '../../ruleset/ruleset.ts';

export interface Passing {
  /** whatever leaves through OUTPUT and POSTROUTING */
  readonly out: boolean;
  /** and whatever comes back over lo */
  readonly back: boolean;
}

/** Errors do not see the nat table; resets see the one of POSTROUTING, if the packet did not. */
export const answersPass: (ruleset: Ruleset, kind: 'error' | 'reset') => Passing = memoize(
  (ruleset: Ruleset, kind: 'error' | 'reset'): Passing => ({
    out: passAt(ruleset, 'OUTPUT', []) && passAt(ruleset, 'POSTROUTING', kind === 'reset' ? ['nat'] : []),
    back: passAt(ruleset, 'PREROUTING', []) && passAt(ruleset, 'INPUT', []),
  }),
);

function passAt({ tables }: Ruleset, hook: HookName, more: readonly TableName[]): boolean {
  const asked = HOOK_STAGES[hook].filter((stage): stage is TableName => stage !== 'conntrack' && (stage !== 'nat' || more.includes(stage)));
  return asked.every((name) => {
    const table = tables.get(name);
    const base = table?.chains.get(hook);
    if (table === undefined || base === undefined) return true;
    return base.policy !== 'DROP' && chainsFrom(table, base).every((chain) => chain.rules.every(({ effect }) => lets(effect, name, hook)));
  });
}

/** A mark that mangle sets in OUTPUT may send the answer another way. */
function lets({ kind }: Effect, table: TableName, hook: HookName): boolean {
  if (kind === 'setMark' || kind === 'copyMark' || kind === 'setField') return !(table === 'mangle' && hook === 'OUTPUT');
  return PASSING.has(kind);
}

const PASSING: ReadonlySet<Effect['kind']> = new Set<Effect['kind']>(['accept', 'return', 'continue', 'jump', 'goto', 'conntrack']);

function chainsFrom({ chains }: Table, base: Chain): readonly Chain[] {
  const seen = new Set<Chain>([base]);
  // a Set grows while it is walked
  for (const { rules } of seen) {
    for (const { effect } of rules) {
      const called = effect.kind === 'jump' || effect.kind === 'goto' ? chains.get(effect.chain) : undefined;
      if (called !== undefined) seen.add(called);
    }
  }
  return [...seen];
}
