/** Rulesets that stop no answer of REJECT, whatever it looks like: most do nothing in OUTPUT but send packets elsewhere. */

import { memoize } from '../../lib/memo.ts';
import type { BaseKind } from '../../netfilter/baseChain.ts';
import type { Effect } from '../../netfilter/effect.ts';
import type { HookName } from '../../netfilter/hooks.ts';
import { chainsFrom, digestOf } from '../../ruleset/chainDigest.ts';
import type { BaseChain, Ruleset } from '../../ruleset/ruleset.ts';
import { chainsAt } from '../../ruleset/stages.ts';

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

function passAt(ruleset: Ruleset, hook: HookName, more: readonly BaseKind[]): boolean {
  const asked = chainsAt(ruleset, hook).filter(({ chain: { base } }) => base.kind !== 'nat' || more.includes(base.kind));
  return asked.every(
    ({ table, chain }) =>
      chain.base.policy !== 'DROP' &&
      chainsFrom(table, [chain.name]).every((name) => digestOf(table, name).does.every((kind) => lets(kind, chain))),
  );
}

/** A mark that is set in a chain of type route may send the answer another way. */
function lets(kind: Effect['kind'], { base }: BaseChain): boolean {
  if (kind === 'setMark' || kind === 'copyMark' || kind === 'setField') return base.kind !== 'route';
  return PASSING.has(kind);
}

const PASSING: ReadonlySet<Effect['kind']> = new Set<Effect['kind']>([
  'accept',
  'return',
  'continue',
  'jump',
  'goto',
  'conntrack',
  'switch',
]);
