/** Verdicts for people: the answer first, then every broken claim with a packet that breaks it. */

import { paragraph } from '../../lib/layout.ts';
import { assumptionText, TURNING } from '../../mesh/assumption.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import { toldCauses } from '../review/causes.ts';
import { foundFindings } from '../review/fromVerified.ts';
import { canFail, isHint, isOpen } from '../review/problems.ts';
import { foldedLines } from '../text/folded.ts';
import { asideLines, suppressedLines } from './asides.ts';
import { brokenClaimLines } from './brokenClaim.ts';
import { fixPlaces } from './fix.ts';
import type { OwnClaims, VerdictStyle } from './verdictLine.ts';
import { verdictLines } from './verdictLine.ts';

export interface VerifyStyle extends VerdictStyle {
  /** also hints, what is suppressed, assumptions and notes, line by line */
  readonly detailed?: boolean;
  /** the rules are in files, which --fix can write */
  readonly inFiles?: boolean;
}

/** What stands between the verdict and the claims on rules: the same for others, and what is wrong with a pod's own fields. */
export interface VerifyFrame {
  readonly own?: OwnClaims;
  readonly lines?: readonly string[];
  /** of its own, not among the lines */
  readonly folded?: { readonly hints: number; readonly suppressed: number };
}

/** Without a line feed at its end. */
export function humanVerify(pods: readonly Verified[], style: VerifyStyle): string {
  return pods.map((pod) => humanPod(pod, style)).join('\n\n\n');
}

/** Without a line feed at its end. */
export function humanPod(
  pod: Verified,
  style: VerifyStyle,
  { own, lines = [], folded: more = { hints: 0, suppressed: 0 } }: VerifyFrame = {},
): string {
  const { paint, width } = style;
  const detailed = isDetailed(pod, style);
  const found = foundFindings(pod);
  const serious = found.filter(({ problem }) => isOpen(problem) && canFail(problem));
  const causes = toldCauses(serious, detailed);
  const places = fixPlaces(
    pod,
    causes.map((cause) => cause.found.map(({ finding }) => finding)),
  );
  const asides = found.filter(({ problem }) => isHint(problem)).map(({ finding }) => finding);
  const suppressed = pod.findings.filter(({ muted }) => muted !== undefined);
  const assumed = detailed ? pod.assumptions : pod.assumptions.filter(({ about }) => TURNING.includes(about));
  const folded = {
    hints: asides.length + more.hints,
    suppressed: suppressed.length + more.suppressed,
    assumptions: pod.assumptions.length - assumed.length,
    notes: pod.notes.length,
  };
  const told = detailed ? [] : foldedLines(folded).map((line) => paint.dim(line));
  return [
    ...verdictLines(pod, style, own),
    ...lines,
    ...assumed.map((one) => paint.dim(paragraph({ text: `assumed ${assumptionText(one)}`, width, hang: 8 }))),
    ...causes.flatMap((cause) => ['', ...brokenClaimLines(pod, cause, { ...style, places })]),
    ...(!detailed || asides.length === 0 ? [] : ['', ...asideLines(pod, asides, style)]),
    ...(!detailed || suppressed.length === 0 ? [] : ['', ...suppressedLines(pod, suppressed, style)]),
    ...(!detailed || pod.notes.length === 0
      ? []
      : ['', ...pod.notes.map((note) => paint.dim(paragraph({ text: `note: ${note}`, width, hang: 6 })))]),
    ...(told.length === 0 || serious.length === 0 ? told : ['', ...told]),
  ].join('\n');
}

/** Where nothing was asked, the notes are the answer. */
export function isDetailed({ findings }: Verified, { detailed }: VerifyStyle): boolean {
  return detailed === true || findings.length === 0;
}
