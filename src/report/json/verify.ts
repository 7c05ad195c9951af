/** JSON of `verify`, schema chainwalk/verify/v1: types and the one place that builds them. Scripts rely on it: fields are added only. */

import { type Bounds, mergeBounds } from '../../connection/bounds.ts';
import type { WrittenSetting } from '../../injection/podRules/written.ts';
import { unifiedDiff } from '../../lib/unifiedDiff.ts';
import { type Assumption, distinct } from '../../mesh/assumption.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import type { ClaimId } from '../../prove/proof/claimId.ts';
import type { Finding } from '../../prove/proof/finding.ts';
import type { FixEdit, ProvedFix } from '../../prove/proof/provedFix.ts';
import type { SettingCauses } from '../../prove/proof/settingCauses.ts';
import type { Muted } from '../../prove/proof/suppressions.ts';
import { boundsText, unjudgedText } from '../text/bounds.ts';
import { positionOf } from '../text/positions.ts';
import { type Trace, toTrace } from './trace.ts';
import { type TraceRule, toTraceRule } from './walk.ts';

export interface VerifyReport {
  readonly schema: 'chainwalk/verify/v1';
  /** files */
  readonly rules: readonly string[];
  /** null: no mesh, or not the same one everywhere */
  readonly profile: string | null;
  readonly findings: readonly VerifyFinding[];
  /** findings, not claims: a claim may break in several places */
  readonly summary: VerifySummary;
  /** how far what holds is proved, in words; empty: nothing was checked */
  readonly bounds: string;
  readonly assumptions: readonly Assumption[];
  readonly notes: readonly string[];
  /** one for each pod or machine, when there are several */
  readonly results?: readonly VerifyResult[];
}

export type VerifyResult = Pick<VerifyReport, 'rules' | 'profile' | 'findings' | 'summary' | 'bounds' | 'assumptions' | 'notes'>;

export interface VerifySummary {
  readonly holds: number;
  readonly violated: number;
  readonly undecided: number;
  /** violated or undecided, and said to be known; absent: none */
  readonly suppressed?: number;
}

export interface VerifyFinding {
  readonly claim: ClaimId;
  readonly level: Finding['level'];
  readonly verdict: Finding['verdict'];
  readonly statement: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly file: string;
  readonly witness: Trace | null;
  readonly blame: readonly TraceRule[];
  readonly packets: string | null;
  readonly reason?: string;
  /** it is suppressed: it counts neither here nor for the exit code */
  readonly muted?: Muted;
  /** of a pod: the setting that breaks the claim; the first of `causes` */
  readonly cause?: VerifyCause;
  readonly causes?: readonly VerifyCause[];
  /** one: any of `causes` taken back would do; all: it has to be all of them; absent: not tried */
  readonly enough?: 'one' | 'all';
  /** of rules: edits that are proved to fix something and to break nothing; absent: none was found */
  readonly fix?: VerifyFix;
}

export interface VerifyFix {
  readonly file: string;
  /** from top to bottom as they stand in the result; lines are those of the file as it is */
  readonly edits: readonly FixEdit[];
  /** claims of level error and warning that hold then */
  readonly mends: readonly string[];
  /** claims of level error that stay broken */
  readonly open: readonly string[];
  /** of `patch` */
  readonly diff: string;
}

export interface VerifyCause {
  /** name of an annotation, field, Helm value, argument or variable */
  readonly setting: string;
  /** null: it is not given, which is the cause; the place is that of what lacks it */
  readonly value: string | null;
  /** what it belongs to: `annotation`, `container web`, `mesh configuration` */
  readonly from: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export function toVerifyReport(pods: readonly Verified[]): VerifyReport {
  const results = pods.map(toVerifyResult);
  const { schema, rules, profile, ...totals } = verifyTotals(pods);
  const findings = results.flatMap((one) => one.findings);
  return { schema, rules, profile, findings, ...totals, ...(results.length > 1 && { results }) };
}

/** What is said of all of them together. */
export function verifyTotals(pods: readonly Verified[]): Omit<VerifyReport, 'findings' | 'results'> {
  const profiles = new Set(pods.map(({ profile }) => profile?.name ?? null));
  return {
    schema: 'chainwalk/verify/v1',
    rules: [...new Set(pods.flatMap(({ rulesets }) => rulesets.map(({ source }) => source.file)))],
    profile: profiles.size === 1 ? (pods[0]?.profile?.name ?? null) : null,
    summary: summaryOf(pods.flatMap(({ findings }) => findings)),
    bounds: provedText(mergeBounds(pods.map((pod) => pod.bounds))),
    assumptions: distinct(pods.flatMap(({ assumptions }) => assumptions)),
    notes: [...new Set(pods.flatMap(({ notes }) => notes))],
  };
}

export function toVerifyResult(pod: Verified): VerifyResult {
  const findings = pod.findings.map((finding) => toFinding(pod, finding));
  return {
    rules: [...new Set(pod.rulesets.map(({ source }) => source.file))],
    profile: pod.profile?.name ?? null,
    findings,
    summary: summaryOf(findings),
    bounds: provedText(pod.bounds),
    assumptions: pod.assumptions,
    notes: pod.notes,
  };
}

export function provedText(bounds: Bounds): string {
  return bounds.families.length === 0 ? '' : `${boundsText(bounds)}${unjudgedText(bounds)}`;
}

function toFinding({ rulesets, profile, causes, fixes, kernels }: Verified, finding: Finding): VerifyFinding {
  const { claim, level, verdict, statement, family, witness, blame, packets, reason, muted } = finding;
  const file = rulesets.find((one) => one.family === family)?.source.file ?? '';
  return {
    claim,
    level,
    verdict,
    statement,
    family: family === 4 ? 'ipv4' : 'ipv6',
    file,
    witness:
      witness === undefined
        ? null
        : toTrace({ journey: witness, file, defaults: [], profile: profile?.name, kernel: kernels?.get(witness) }),
    blame: blame.map((rule) => toTraceRule(rule, file)),
    packets: packets ?? null,
    ...(reason !== undefined && { reason }),
    ...(muted !== undefined && { muted }),
    ...causeFields(causes?.get(finding)),
    ...fixFields(fixes?.get(finding)?.fix),
  };
}

export function fixFields(fix: ProvedFix | undefined): Pick<VerifyFinding, 'fix'> {
  if (fix === undefined) return {};
  const { source, text, edits, mends, open } = fix;
  const claims = (findings: readonly Finding[]) => [...new Set(findings.map(({ claim }) => claim))];
  const diff = unifiedDiff(source.file, source.text, text);
  return { fix: { file: source.file, edits, mends: claims(mends), open: claims(open), diff } };
}

function causeFields(found: SettingCauses | undefined): Pick<VerifyFinding, 'cause' | 'causes' | 'enough'> {
  const causes = (found?.settings ?? []).map(toCause);
  const [cause] = causes;
  if (found === undefined || cause === undefined) return {};
  return { cause, causes, ...(found.enough === undefined ? {} : { enough: found.enough }) };
}

function toCause({ setting, value, from, place, missing }: WrittenSetting): VerifyCause {
  return { setting, value: missing === true ? null : value, from, file: place.source.file, ...positionOf(place) };
}

function summaryOf(findings: readonly Pick<Finding, 'verdict' | 'muted'>[]): VerifySummary {
  const count = (verdict: Finding['verdict']): number =>
    findings.filter((one) => one.verdict === verdict && one.muted === undefined).length;
  const suppressed = findings.filter(({ muted }) => muted !== undefined).length;
  return { holds: count('holds'), violated: count('violated'), undecided: count('undecided'), ...(suppressed > 0 && { suppressed }) };
}
