/** What each approach does with a pod, as JSON: schema chainwalk/approaches/v1. */

import type { Approach } from '../../injection/facts/approach.ts';
import { initPhase, type Phase } from '../../injection/facts/initPhase.ts';
import { type KnownVerdict, knownVerdict } from '../../injection/facts/otherMesh.ts';
import { PRIVILEGES, type Privileges } from '../../injection/facts/privileges.ts';
import { extraNetworks } from '../../injection/podRules/extraNetworks.ts';
import { podAssumptions } from '../../injection/podRules/podAssumptions.ts';
import { splitList } from '../../istio/settings/settings.ts';
import { type Version, versionName } from '../../istio/settings/version.ts';
import { assumptionTexts } from '../../mesh/assumption.ts';
import type { ApproachDiff } from '../../pods/approaches.ts';
import type { Level } from '../../prove/proof/claim.ts';
import type { Finding } from '../../prove/proof/finding.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { type ApproachChange, approachBounds, backendBounds, toChanges } from './approachesChanges.ts';
import { type CheckDiagnostic, toCheckReport } from './check.ts';
import { decisionOf, type EnrolledPodInput, type FindingJson, toFinding } from './enrol.ts';

export interface ApproachesReport {
  readonly schema: 'chainwalk/approaches/v1';
  readonly istio: string;
  readonly pods: readonly ApproachedPod[];
  readonly diagnostics: readonly CheckDiagnostic[];
}

export interface ApproachedPod {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly approaches: readonly ApproachJson[];
  readonly comparisons: readonly ApproachComparison[];
  /** each approach that captures the pod, beside itself by Istio's other backend */
  readonly backends: readonly ApproachBackends[];
  readonly assumptions: readonly string[];
}

export interface ApproachJson extends Privileges {
  readonly mode: Approach;
  readonly verdict: KnownVerdict;
  readonly decidedBy: string;
  readonly because: string;
  /** how many are written, of both families */
  readonly rules: number;
  /** what they are rules of; null: there are none */
  readonly backend: 'iptables' | 'nftables' | null;
  readonly initContainers: readonly { readonly name: string; readonly phase: Phase }[];
  /** networks besides eth0 */
  readonly interfaces: readonly { readonly name: string; readonly captured: boolean }[];
  readonly findings: readonly FindingJson[];
}

export interface ApproachBackends {
  readonly mode: Approach;
  /** null: this version of Istio has but one backend */
  readonly equivalent: boolean | null;
  /** how far it is proved that nothing else differs, in words; null: nothing was compared, or something is undecided */
  readonly bounds: string | null;
  /** each once, the most serious first; `name`: a page of `explain`, null where none is known */
  readonly differences: readonly { readonly name: string | null; readonly level: Level; readonly undecided: boolean }[];
}

export interface ApproachComparison {
  readonly from: Approach;
  readonly to: Approach;
  /** null: one of them does not let the pod start, or its rules are another mesh's */
  readonly equivalent: boolean | null;
  /** the application's packets only, each up to its first end */
  readonly firstLegOnly: boolean;
  /** how far `equivalent` is proved, in words; null: nothing was compared */
  readonly bounds: string | null;
  readonly changes: readonly ApproachChange[];
  /** classes of packets for which it is not known */
  readonly undecided: number;
}

/** One pod asked of every approach. */
export interface PodAnswers {
  readonly answers: readonly EnrolledPodInput[];
  /** of those that capture it: what sets Istio's two backends apart there */
  readonly backends: readonly { readonly mode: Approach; readonly findings: readonly Finding[] }[];
  readonly pairs: readonly { readonly from: Approach; readonly to: Approach; readonly diff: ApproachDiff | undefined }[];
}

export interface ApproachesInput {
  readonly version: Version;
  readonly pods: readonly PodAnswers[];
  readonly diagnostics: readonly Diagnostic[];
}

export function toApproachesReport({ version, pods, diagnostics }: ApproachesInput): ApproachesReport {
  return {
    schema: 'chainwalk/approaches/v1',
    istio: versionName(version),
    pods: pods.flatMap(toPod),
    diagnostics: toCheckReport(diagnostics).diagnostics,
  };
}

function toPod({ answers, pairs, backends }: PodAnswers): readonly ApproachedPod[] {
  const pod = answers[0]?.enrolment.facts.pod;
  if (pod === undefined) return [];
  const assumptions = answers.flatMap(({ enrolment, rules }) => assumptionTexts(podAssumptions(enrolment, rules)));
  return [
    {
      kind: pod.kind,
      namespace: pod.namespace,
      name: pod.name,
      approaches: answers.map(toApproach),
      comparisons: pairs.map(({ from, to, diff }) => ({
        from,
        to,
        equivalent: diff === undefined ? null : diff.diffs.every(({ changes, undecided }) => changes.length + undecided.length === 0),
        firstLegOnly: diff?.firstLeg ?? false,
        bounds: diff === undefined ? null : approachBounds(diff),
        changes: diff === undefined ? [] : toChanges(diff),
        undecided: diff?.diffs.reduce((sum, one) => sum + one.undecided.length, 0) ?? 0,
      })),
      backends: backends.map(toBackends),
      assumptions: [...new Set(assumptions)],
    },
  ];
}

function toBackends({ mode, findings }: PodAnswers['backends'][number]): ApproachBackends {
  const isKnown = findings.some(({ verdict }) => verdict !== 'not-applicable');
  const bad = findings.filter(({ verdict }) => verdict === 'violated' || verdict === 'undecided');
  const isProved = isKnown && bad.every(({ verdict }) => verdict === 'violated');
  const all = bad.map(({ page, level, verdict }) => ({ name: page ?? null, level, undecided: verdict === 'undecided' }));
  const isFirst = ({ name }: (typeof all)[number], at: number): boolean =>
    name === null || all.findIndex((one) => one.name === name) === at;
  const bounds = isProved ? backendBounds(findings.map(({ family }) => family)) : null;
  return { mode, equivalent: isKnown ? bad.length === 0 : null, bounds, differences: all.filter(isFirst) };
}

function toApproach({ enrolment, rules, findings }: EnrolledPodInput): ApproachJson {
  const { facts } = enrolment;
  const verdict = knownVerdict(enrolment);
  const captured = verdict === 'captured';
  const excluded = splitList(rules.settings.findLast(({ name }) => name === 'istio-exclude-interfaces')?.value ?? '');
  const { v4 = '', v6 = '', nft } = rules.rendered ?? {};
  const count = [...(nft ?? `${v4}\n${v6}`).matchAll(/^(?:-[AI]|(?:add|insert) rule) /gm)].length;
  return {
    mode: facts.approach,
    verdict,
    ...decisionOf(enrolment),
    rules: count,
    backend: count === 0 ? null : nft === undefined ? 'iptables' : 'nftables',
    ...PRIVILEGES[facts.approach],
    initContainers: captured ? initPhase(facts).containers.map(({ container, phase }) => ({ name: container.name.value, phase })) : [],
    interfaces: (verdict === 'unknown' ? [] : extraNetworks(facts)).map(({ name }) => ({
      name,
      captured: captured && !excluded.includes(name),
    })),
    findings: findings.map(toFinding),
  };
}
