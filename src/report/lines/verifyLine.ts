/** Lines of `verify -o jsonl`, schema chainwalk/verify-lines/v1: one for each subject as soon as it is answered, then the totals.
 *  Scripts and `merge` rely on them: fields are added only. */
import type { Bounds } from '../../connection/bounds.ts';
import type { CheckDiagnostic } from '../json/check.ts';
import type { VerifyResult, VerifySummary } from '../json/verify.ts';
import type { VerifiedPodJson } from '../json/verifyPods.ts';

export type LineExit = 0 | 1 | 2;

/** The rules of a pod or machine, and what was found: an answer that was not given before. */
export interface SubjectLine extends LinePlace, VerifyResult, OfPod {
  readonly schema: 'chainwalk/verify-lines/v1';
  readonly kind: 'subject';
  /** names the answer whatever the name of the file: equal answers have the same */
  readonly answer: string;
  readonly exit: LineExit;
  /** false: no packet of --where can be there */
  readonly asked?: false;
  /** about the text; of a pod they are in `pod` */
  readonly warnings?: readonly CheckDiagnostic[];
  /** `bounds`, in parts */
  readonly within: Bounds;
  readonly said: SaidWords;
}

/** Answered as the subject before it that has the same `answer`, but for the name of the file. */
export interface SameLine extends LinePlace, OfPod {
  readonly schema: 'chainwalk/verify-lines/v1';
  readonly kind: 'same';
  readonly rules: readonly string[];
  readonly answer: string;
  readonly exit: LineExit;
  readonly summary: VerifySummary;
  readonly bounds: string;
  /** of the settings that cause its findings, in the order in which the other line has them; absent: there are none */
  readonly places?: readonly CausePlace[];
}

/** Of a pod of a manifest: what is its own, whatever others have the same answer. */
export interface OfPod {
  readonly pod?: LinePod;
}

export interface LinePod extends VerifiedPodJson {
  /** about its settings */
  readonly warnings?: readonly CheckDiagnostic[];
}

export interface CausePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A file that cannot be read, or holds no rules that load, or a pod with settings that are refused: nothing is said of it. */
export interface UnreadLine extends LinePlace {
  readonly schema: 'chainwalk/verify-lines/v1';
  readonly kind: 'unread';
  readonly rules: readonly string[];
  readonly exit: 2;
  readonly errors: readonly CheckDiagnostic[];
}

/** A file in a folder that holds no rules. */
export interface SkippedLine extends LinePlace {
  readonly schema: 'chainwalk/verify-lines/v1';
  readonly kind: 'skipped';
  readonly rules: readonly string[];
}

/** The last line: without it the output is not complete. */
export interface EndLine extends LineRun, LineTotals {
  readonly schema: 'chainwalk/verify-lines/v1';
  readonly kind: 'end';
  /** about the manifests together; absent: there are none */
  readonly diagnostics?: readonly CheckDiagnostic[];
}

export interface LinePlace {
  /** of the file or pod among those that were listed, from 1; two files alone may be the two families of one pod, and are both 1 */
  readonly index: number;
  /** where there are rules of several pods, from 1 */
  readonly part?: number;
}

/** Answers for people, in 80 columns and without colours. */
export interface SaidWords {
  /** OK, FAIL, NOT CAPTURED, NOT CHECKED, UNDECIDED, or `not asked` */
  readonly word: string;
  /** names what is said whatever the name of the file */
  readonly words: string;
  readonly verdict: string;
  readonly rest: string;
}

/** What was asked, of which files, by which version. */
export interface LineRun {
  readonly version: string;
  /** options that decide, and digests of the files that they name */
  readonly settings: Readonly<Record<string, string>>;
  /** the last `index`, of all shards together */
  readonly files: number;
  /** digest of their names; of pods also of all manifests */
  readonly list: string;
  /** what is listed; absent: files of rules */
  readonly listed?: 'pods';
  /** absent: all files or pods */
  readonly shard?: LineShard;
}

export interface LineShard {
  /** from 1 */
  readonly index: number;
  readonly of: number;
}

export interface LineTotals {
  readonly subjects: number;
  /** answers that differ in more than a name */
  readonly answers: number;
  readonly unread: number;
  readonly skipped: number;
  /** subjects of each verdict */
  readonly verdicts: Readonly<Record<string, number>>;
  readonly summary: VerifySummary;
  /** of all answers together */
  readonly bounds: string;
  readonly exit: LineExit;
}

export type FileLine = SubjectLine | SameLine | UnreadLine | SkippedLine;
export type VerifyLine = FileLine | EndLine;
