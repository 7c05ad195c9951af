/** Who captures each pod, as JSON: schema chainwalk/enrol/v1. */
import { type Enrolment, WRITERS } from '../../istio/enrol/enrol.ts';
import type { Approach } from '../../istio/enrol/facts.ts';
import type { Taken, Verdict } from '../../istio/enrol/step.ts';
import type { Located } from '../../istio/manifest/node.ts';
import { type Version, versionName } from '../../istio/version.ts';
import type { Diagnostic } from '../../syntax/diagnostic.ts';
import { type CheckDiagnostic, toCheckReport } from '../checkJson.ts';
import { positionOf } from '../positions.ts';

export interface EnrolReport {
  readonly schema: 'chainwalk/enrol/v1';
  readonly mode: Approach;
  readonly istio: string;
  readonly pods: readonly PodJson[];
  readonly diagnostics: readonly CheckDiagnostic[];
  readonly summary: Readonly<Record<Verdict, number>>;
}

export interface PodJson extends PlaceJson {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly verdict: Verdict;
  /** who writes the rules; null when nobody does */
  readonly by: string | null;
  /** id of the step that decided */
  readonly decidedBy: string;
  readonly because: string;
  readonly steps: readonly StepJson[];
  readonly assumptions: readonly string[];
}

export interface StepJson {
  readonly stage: string;
  readonly id: string;
  readonly asks: string;
  readonly source: string;
  readonly answer: 'on' | 'pass' | 'skip' | 'block';
  readonly because: string;
  readonly file: string | null;
  readonly line: number | null;
}

export interface PlaceJson {
  readonly file: string;
  readonly line: number;
}

export interface EnrolInput {
  readonly approach: Approach;
  readonly version: Version;
  readonly enrolments: readonly Enrolment[];
  readonly diagnostics: readonly Diagnostic[];
}

export function toEnrolReport({ approach, version, enrolments, diagnostics }: EnrolInput): EnrolReport {
  const count = (verdict: Verdict) => enrolments.filter((one) => one.verdict === verdict).length;
  return {
    schema: 'chainwalk/enrol/v1',
    mode: approach,
    istio: versionName(version),
    pods: enrolments.map(toPod),
    diagnostics: toCheckReport(diagnostics).diagnostics,
    summary: { captured: count('captured'), skipped: count('skipped'), blocked: count('blocked') },
  };
}

function toPod({ facts: { pod, approach, assumptions }, verdict, taken }: Enrolment): PodJson {
  const last = taken.at(-1);
  return {
    kind: pod.kind,
    namespace: pod.namespace,
    name: pod.name,
    ...placeOf(pod.place),
    verdict,
    by: verdict === 'captured' ? WRITERS[approach] : null,
    decidedBy: last?.step.id ?? '',
    because: last?.answer.because ?? '',
    steps: taken.map(toStep),
    assumptions,
  };
}

function toStep({ stage, step: { id, asks, source }, answer: { kind, because, at } }: Taken): StepJson {
  return { stage, id, asks, source, answer: kind, because, ...(at === undefined ? { file: null, line: null } : placeOf(at)) };
}

function placeOf(place: Located<unknown>): PlaceJson {
  return { file: place.source.file, line: positionOf(place).line };
}
