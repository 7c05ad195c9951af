/** What an answer about a pod rests on that no file and no option says. */
import type { Assumption } from '../../mesh/assumption.ts';
import type { Enrolment } from '../enrol/enrol.ts';
import { initPhase } from '../facts/initPhase.ts';
import { nativeSidecarOf } from '../facts/nativeSidecar.ts';
import type { PodRules } from './podRules.ts';

interface AskedTime {
  /** asked is the time of the init containers, whether the pod has some of its own or not */
  readonly inInitPhase?: boolean;
}

export function podAssumptions(
  { facts, verdict, taken }: Enrolment,
  rules: Pick<PodRules, 'assumptions'>,
  { inInitPhase = false }: AskedTime = {},
): readonly Assumption[] {
  const { origins, assumptions } = facts;
  // a pod that injection leaves alone is not captured: who would write its rules does not matter
  const dependsOnMode = verdict === 'captured' || taken.some(({ stage }) => stage !== 'injection' && stage !== 'annotations');
  const { assumption: native } = nativeSidecarOf(facts);
  const dependsOnNative = verdict === 'captured' && (inInitPhase || initPhase(facts).containers.length > 0);
  return [
    ...assumptions,
    ...(dependsOnMode ? [origins.mode] : []),
    ...(verdict === 'captured' ? [origins.version] : []),
    ...(dependsOnNative ? [native] : []),
    ...rules.assumptions,
  ].filter((one) => one !== undefined);
}
