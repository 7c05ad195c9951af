/** What an answer about a pod rests on that no file and no option says. */
import type { Assumption } from '../../mesh/assumption.ts';
import type { Facts } from '../facts/facts.ts';
import { initPhase } from '../facts/initPhase.ts';
import { nativeSidecarOf } from '../facts/nativeSidecar.ts';
import type { PodRules } from './podRules.ts';

/** `inInitPhase`: asked is the time of the init containers, whether the pod has some of its own or not. */
export function podAssumptions(
  facts: Facts,
  rules: Pick<PodRules, 'assumptions'>,
  { inInitPhase = false }: { readonly inInitPhase?: boolean } = {},
): readonly Assumption[] {
  const { assumption } = nativeSidecarOf(facts);
  const dependsOnNative = inInitPhase || initPhase(facts).containers.length > 0;
  return [...facts.assumptions, ...(assumption !== undefined && dependsOnNative ? [assumption] : []), ...rules.assumptions];
}
