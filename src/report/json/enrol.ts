/** Who captures each pod, as JSON: schema chainwalk/enrol/v1. */

import type { Enrolment } from '../../injection/enrol/enrol.ts';
import { type Approach, WRITERS } from '../../injection/facts/approach.ts';
import type { Facts } from '../../injection/facts/facts.ts';
import { initPhase, type Phase } from '../../injection/facts/initPhase.ts';
import { nativeSidecarOf } from '../../injection/facts/nativeSidecar.ts';
import { type KnownVerdict, knownVerdict, otherMesh } from '../../injection/facts/otherMesh.ts';
import type { CaptureVerdict, Taken } from '../../injection/facts/step.ts';
import { type PodFinding, subjectOf } from '../../injection/podChecks/check.ts';
import { type AnsweredProbe, answeredProbes } from '../../injection/podChecks/probes.ts';
import { podAssumptions } from '../../injection/podRules/podAssumptions.ts';
import type { PodRules } from '../../injection/podRules/podRules.ts';
import type { PodSetting } from '../../injection/podRules/podSetting.ts';
import type { SourceLocation } from '../../istio/settings/settingSource.ts';
import { type Version, versionName } from '../../istio/settings/version.ts';
import { assumptionTexts } from '../../mesh/assumption.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { positionOf } from '../text/positions.ts';
import { type CheckDiagnostic, toCheckReport } from './check.ts';

export interface EnrolReport {
  readonly schema: 'chainwalk/enrol/v1';
  readonly mode: Approach;
  readonly istio: string;
  readonly pods: readonly PodJson[];
  readonly diagnostics: readonly CheckDiagnostic[];
  /** `unknown` is absent when there is none */
  readonly summary: Readonly<Record<CaptureVerdict, number>> & { readonly unknown?: number };
}

export interface PodJson extends SettingPlaceJson {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** `unknown`: a pod of another mesh, whose rules do not follow from manifests */
  readonly verdict: KnownVerdict;
  /** who writes the rules; null: no rules are written */
  readonly by: string | null;
  /** id of the step that decided; of a pod of another mesh none */
  readonly decidedBy: string;
  readonly because: string;
  readonly steps: readonly StepJson[];
  /** of istio-iptables, for a captured pod; ambient has none */
  readonly settings: readonly SettingJson[];
  /** of a captured pod: its own, in their order, and what each finds */
  readonly initContainers: readonly { readonly name: string; readonly phase: Phase }[];
  /** whether its proxy is an init container that stays, and why; null: it is not captured, or by no sidecar */
  readonly nativeSidecar: NativeSidecarJson | null;
  /** claims about its fields and settings that do not hold */
  readonly findings: readonly FindingJson[];
  /** who answers each probe of the application's containers; none where the pod is not captured */
  readonly probes: readonly ProbeJson[];
  readonly assumptions: readonly string[];
}

export interface NativeSidecarJson {
  readonly native: boolean;
  readonly because: string;
  /** null: not in the files */
  readonly file: string | null;
  readonly line: number | null;
}

export interface FindingJson extends SettingPlaceJson {
  readonly claim: string;
  readonly level: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly help: string | null;
}

export interface ProbeJson extends SettingPlaceJson {
  readonly container: string;
  readonly kind: string;
  readonly how: string;
  readonly port: number | null;
  readonly answeredBy: AnsweredProbe['by'];
  readonly because: string;
}

export interface SettingJson {
  readonly by: 'flag' | 'env';
  readonly name: string;
  readonly value: string;
  readonly from: string;
  /** null: not in the files */
  readonly file: string | null;
  readonly line: number | null;
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

export interface SettingPlaceJson {
  readonly file: string;
  readonly line: number;
}

/** Who captures a pod, and with what. */
export interface EnrolledPodInput {
  readonly enrolment: Enrolment;
  readonly rules: Pick<PodRules, 'settings' | 'assumptions' | 'rendered'>;
  readonly findings: readonly PodFinding[];
}

export interface EnrolInput {
  readonly approach: Approach;
  readonly version: Version;
  readonly answers: readonly EnrolledPodInput[];
  readonly diagnostics: readonly Diagnostic[];
}

export function toEnrolReport({ approach, version, answers, diagnostics }: EnrolInput): EnrolReport {
  const count = (verdict: KnownVerdict) => answers.filter(({ enrolment }) => knownVerdict(enrolment) === verdict).length;
  const unknown = count('unknown');
  return {
    schema: 'chainwalk/enrol/v1',
    mode: approach,
    istio: versionName(version),
    pods: answers.map(toPod),
    diagnostics: toCheckReport(diagnostics).diagnostics,
    summary: { captured: count('captured'), skipped: count('skipped'), blocked: count('blocked'), ...(unknown > 0 && { unknown }) },
  };
}

function toPod({ enrolment, rules, findings }: EnrolledPodInput): PodJson {
  const { facts, taken } = enrolment;
  const { pod, approach } = facts;
  const verdict = knownVerdict(enrolment);
  return {
    kind: pod.kind,
    namespace: pod.namespace,
    name: pod.name,
    ...placeOf(pod.place),
    verdict,
    by: verdict === 'captured' ? WRITERS[approach] : null,
    ...decisionOf(enrolment),
    steps: taken.map(toStep),
    settings: rules.settings.map(toSetting),
    initContainers:
      verdict === 'captured' ? initPhase(facts).containers.map(({ container, phase }) => ({ name: container.name.value, phase })) : [],
    nativeSidecar: verdict === 'captured' && approach !== 'ambient' ? toNativeSidecar(facts) : null,
    findings: findings.map(toFinding),
    probes: answeredProbes(subjectOf(enrolment, rules)).map(toProbe),
    assumptions: assumptionTexts(podAssumptions(enrolment, rules)),
  };
}

function toProbe({ container, kind, how, port, by, because, place }: AnsweredProbe): ProbeJson {
  return { container, kind, how, port: port ?? null, answeredBy: by, because, ...placeOf(place) };
}

/** What decided, and why. */
export function decisionOf({ facts, taken }: Enrolment): Pick<PodJson, 'decidedBy' | 'because'> {
  const other = otherMesh(facts);
  if (other !== undefined) return { decidedBy: '', because: other.message };
  const last = taken.at(-1);
  return { decidedBy: last?.step.id ?? '', because: last?.answer.because ?? '' };
}

export function toFinding({ claim, level, message, help, place }: PodFinding): FindingJson {
  return { claim, level, message, help: help ?? null, ...placeOf(place) };
}

function toNativeSidecar(facts: Facts): NativeSidecarJson {
  const { native, because, at } = nativeSidecarOf(facts);
  return { native, because, ...(at === undefined ? { file: null, line: null } : placeOf(at)) };
}

function toSetting({ by, name, value, from, byDefault, place }: PodSetting): SettingJson {
  const at = byDefault ? { file: null, line: null } : placeOf(place);
  return { by, name, value, from, ...at };
}

function toStep({ stage, step: { id, asks, source }, answer: { kind, because, at } }: Taken): StepJson {
  return { stage, id, asks, source, answer: kind, because, ...(at === undefined ? { file: null, line: null } : placeOf(at)) };
}

function placeOf(place: SourceLocation): SettingPlaceJson {
  return { file: place.source.file, line: positionOf(place).line };
}
