/** The rule on which the answer of a path rests. */
import type { Path } from '../../connection/journey.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import { type Decision, decisionsOf } from './decisions.ts';

/** The one that rewrites, hands over or ends the packet as it was given; where none does, the last that lets it pass. */
export function decidingRule({ legs }: Path): Rule | undefined {
  const [first] = legs;
  if (first === undefined) return undefined;
  const decisions = decisionsOf(first.walk.steps).flatMap((one) => (one.kind === 'rule' ? [one] : []));
  const settled = decisions.findLast(settles) ?? decisions.findLast(({ verdict }) => verdict !== 'CONTINUE');
  return settled?.rule;
}

/** Rewritten, handed over or ended: what did not match before has no part in it. */
export function settles(one: Decision): boolean {
  if (one.kind === 'policy') return true;
  if (one.kind !== 'rule') return false;
  return one.verdict === 'DROP' || one.verdict === 'REJECT' || one.deeds.some(({ kind }) => kind === 'nat' || kind === 'divert');
}
