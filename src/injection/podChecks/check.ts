/** Claims about a pod's fields and its mesh's settings, checked without any packet. */

import type { RawSetting, SourceLocation } from '../../istio/settings/settingSource.ts';
import { splitList } from '../../istio/settings/settings.ts';
import type { Enrolment } from '../enrol/enrol.ts';
import type { Facts } from '../facts/facts.ts';
import { type InitPhase, initPhase } from '../facts/initPhase.ts';
import type { PodRules } from '../podRules/podRules.ts';
import type { PodClaimId } from './podClaimId.ts';

export type CheckLevel = 'error' | 'warning' | 'info';

export interface PodFinding {
  readonly claim: PodClaimId;
  readonly level: CheckLevel;
  readonly message: string;
  readonly help?: string;
  readonly place: SourceLocation;
  /** nothing at all is known of the pod's rules: no verdict, exit code 2 */
  readonly isUnjudged?: true;
}

/** What a check says; its claim's id and level are added. */
export interface PodRemark {
  readonly message: string;
  readonly help?: string;
  readonly place: SourceLocation;
  readonly isUnjudged?: true;
  /** where it is less than the claim's */
  readonly level?: CheckLevel;
}

export interface CheckedPod {
  readonly enrolment: Enrolment;
  readonly facts: Facts;
  readonly rules: Pick<PodRules, 'settings' | 'rendered'>;
  readonly phase: InitPhase;
}

export interface PodCheck {
  readonly id: PodClaimId;
  readonly level: CheckLevel;
  readonly judge: (subject: CheckedPod) => readonly PodRemark[];
}

export function subjectOf(enrolment: Enrolment, rules: CheckedPod['rules']): CheckedPod {
  return { enrolment, rules, facts: enrolment.facts, phase: initPhase(enrolment.facts) };
}

/** The last one that is given under these names; flags and variables alike. */
export function settingNamed({ rules }: CheckedPod, ...names: readonly string[]): RawSetting | undefined {
  return rules.settings.findLast(({ name }) => names.includes(name));
}

/** The items of a list setting; none when it is not given. */
export function itemsNamed(subject: CheckedPod, name: string): readonly string[] {
  return splitList(settingNamed(subject, name)?.value ?? '');
}

/** istio-proxy and the init containers of Istio. */
export function isIstioContainer(name: string): boolean {
  return ['istio-proxy', 'istio-init', 'istio-validation', 'enable-core-dump'].includes(name);
}
