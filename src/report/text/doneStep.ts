/** What a rule did, where it does several things. */
import { isCall } from '../../netfilter/everyEffect.ts';
import type { DoneStep } from '../../simulate/trace.ts';

/** The chain that its last effect calls, as a map says. */
export function calledBy({ effect }: DoneStep): string | undefined {
  return effect !== undefined && isCall(effect) ? effect.chain : undefined;
}

/** What its maps had for the packet, in order. */
export function branchesText({ taken = [] }: DoneStep): readonly string[] {
  return taken.flatMap(({ text }) => text ?? []);
}

export function leftText({ effect }: DoneStep): string {
  if (effect?.kind === 'switch') return `left: nothing fits in ${effect.text ?? 'what it looks up'}`;
  return 'left: the next rule runs';
}
