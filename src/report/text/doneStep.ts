/** What a rule did, where it does several things. */
import { isCall } from '../../netfilter/everyEffect.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { DoneStep, WalkStep } from '../../simulate/trace.ts';

/** The chain that its last effect calls, as a map says. */
export function calledBy({ effect }: DoneStep): string | undefined {
  return effect !== undefined && isCall(effect) ? effect.chain : undefined;
}

/** What its maps had for the packet, in order. */
export function branchesText({ taken = [] }: DoneStep): readonly string[] {
  return taken.flatMap(({ text }) => text ?? []);
}

/** `, tcp . 10.96.0.1 . 80 : drop`: what the rule found when it decided; empty: it looked nothing up. */
export function decidedByElement(steps: readonly WalkStep[], rule: Rule): string {
  const step = steps.findLast((one) => one.kind === 'rule' && one.rule === rule);
  return step?.kind === 'rule'
    ? branchesText(step)
        .map((text) => `, ${text}`)
        .join('')
    : '';
}

export function leftText({ effect }: DoneStep): string {
  if (effect?.kind === 'switch') return `left: nothing fits in ${effect.text ?? 'what it looks up'}`;
  return 'left: the next rule runs';
}
