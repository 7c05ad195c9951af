/** JSON of a review, schema chainwalk/ci/v1: types and the one place that builds them. */
import { type CheckDiagnostic, toCheckReport } from '../json/check.ts';
import { type Trace, toTrace } from '../json/trace.ts';
import { fixFields, type VerifyFix } from '../json/verify.ts';
import { type TraceRule, toTraceRule } from '../json/walk.ts';
import { problemsOf } from '../review/problems.ts';
import type { Check, Muted, Problem, Review, ReviewLocation, Subject } from '../review/review.ts';
import { type ReviewVerdict, reviewVerdict } from '../review/verdict.ts';
import { positionOf } from '../text/positions.ts';

export interface CiReport {
  readonly schema: 'chainwalk/ci/v1';
  /** git revision that was compared with */
  readonly base: string | null;
  /** the word that people read first; exit code and strictness as requested are in it */
  readonly verdict: ReviewVerdict['word'];
  readonly subjects: readonly CiSubject[];
  readonly summary: CiSummary;
  readonly diagnostics: readonly CheckDiagnostic[];
  readonly notes: readonly string[];
}

/** Checks by verdict, and problems that are suppressed. */
export interface CiSummary {
  readonly passed: number;
  readonly failed: number;
  readonly undecided: number;
  readonly skipped: number;
  readonly known: number;
}

export interface CiSubject extends Pick<Subject, 'kind' | 'name' | 'file' | 'edits'> {
  readonly checks: readonly CiCheck[];
}

export interface CiCheck extends Omit<Check, 'problems'> {
  readonly problems: readonly CiProblem[];
}

export interface CiProblem extends Pick<Problem, 'id' | 'level' | 'verdict' | 'message' | 'fingerprint'> {
  readonly family: 'ipv4' | 'ipv6' | null;
  readonly place: { readonly file: string; readonly line: number; readonly column: number } | null;
  readonly packets: string | null;
  readonly witness: Trace | null;
  /** the same packet on the base */
  readonly before: Trace | null;
  readonly blame: readonly TraceRule[];
  readonly remedy: string | null;
  /** of rules: edits that are proved to fix something and to break nothing; absent: none was found */
  readonly fix?: VerifyFix;
  /** who said that it is known, and why */
  readonly muted: Muted | null;
}

interface CiRun {
  readonly base: string | undefined;
  readonly strict: boolean;
}

export function toCiReport(review: Review, { base, strict }: CiRun): CiReport {
  const checks = review.subjects.flatMap((subject) => subject.checks);
  const count = (verdict: Check['verdict']) => checks.filter((check) => check.verdict === verdict).length;
  return {
    schema: 'chainwalk/ci/v1',
    base: base ?? null,
    verdict: reviewVerdict(review, strict).word,
    subjects: review.subjects.map(({ kind, name, file, edits, checks: own }) => ({
      kind,
      name,
      file,
      ...(edits !== undefined && { edits }),
      checks: own.map(toCheck),
    })),
    summary: {
      passed: count('passed'),
      failed: count('failed'),
      undecided: count('undecided'),
      skipped: count('skipped'),
      known: problemsOf(review).filter(({ problem }) => problem.muted !== undefined).length,
    },
    diagnostics: toCheckReport(review.diagnostics).diagnostics,
    notes: review.notes,
  };
}

function toCheck({ id, statement, verdict, reason, problems }: Check): CiCheck {
  return { id, statement, verdict, ...(reason !== undefined && { reason }), problems: problems.map(toProblem) };
}

function toProblem(problem: Problem): CiProblem {
  const { id, level, verdict, message, fingerprint, family, place, packets, witness, before, blame, remedy, fix, muted } = problem;
  return {
    id,
    level,
    verdict,
    message,
    family: family ?? null,
    place: place === undefined ? null : toPlace(place),
    packets: packets ?? null,
    witness: witness === undefined ? null : toTrace(witness),
    before: before === undefined ? null : toTrace(before),
    blame: blame.map(({ rule, place: { source } }) => toTraceRule(rule, source.file)),
    remedy: remedy ?? null,
    ...fixFields(fix),
    fingerprint,
    muted: muted ?? null,
  };
}

function toPlace(place: ReviewLocation): CiProblem['place'] {
  return { file: place.source.file, ...positionOf(place) };
}
