/** Verdicts for people: the answer first, then every broken claim with a packet that breaks it. */

import { groupBy } from '../../lib/groupBy.ts';
import { paragraph } from '../../lib/layout.ts';
import { printable } from '../../lib/printable.ts';
import { assumptionText, TURNING } from '../../mesh/assumption.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import { toldCauses } from '../review/causes.ts';
import { type FoundFinding, foundFindings } from '../review/fromVerified.ts';
import { kindsOf } from '../review/kinds.ts';
import { canFail, isHint, isOpen } from '../review/problems.ts';
import { foldedLines } from '../text/folded.ts';
import { type Paint, PLAIN } from '../text/paint.ts';
import { asideLines, suppressedLines } from './asides.ts';
import { brokenClaimLines, fixFollows, toDoLines } from './brokenClaim.ts';
import { fixPlaces } from './fix.ts';
import { sameLines } from './sameLines.ts';
import type { OwnClaims, VerdictStyle } from './verdictLine.ts';
import { claimsVerdict, filesOfRules, verdictLines } from './verdictLine.ts';

export interface VerifyStyle extends VerdictStyle {
  /** also hints, what is suppressed, assumptions and notes, line by line */
  readonly detailed?: boolean;
  /** the rules are in files, which --fix can write */
  readonly inFiles?: boolean;
  /** of errors it is told later what is to be done: `laterFixes` */
  readonly fixesFollow?: boolean;
}

export interface FleetStyle extends Omit<VerifyStyle, 'failing'> {
  /** `failing` of each: a warning about one text fails no other */
  readonly failingOf?: (pod: Verified) => number;
}

/** What is wrong with a pod's own fields. */
export interface VerifyFrame {
  readonly own?: OwnClaims;
  /** of them, not said line by line */
  readonly folded?: { readonly hints: number; readonly suppressed: number };
}

/** Without a line feed at its end. What is answered in the same words but for the name of the file is said once. */
export function humanVerify(pods: readonly Verified[], { failingOf, ...common }: FleetStyle): string {
  const styleOf = (pod: Verified): VerifyStyle => ({ ...common, ...(failingOf !== undefined && { failing: failingOf(pod) }) });
  if (pods.length === 1) return pods.map((pod) => humanPod(pod, styleOf(pod))).join('');
  const most = common.detailed === true ? Number.POSITIVE_INFINITY : undefined;
  const groups = [...groupBy(pods, (pod) => wordsOf(pod, styleOf(pod))).values()];
  const said = groups.map(([first, ...others]) => {
    const names = others.map((pod) => filesOfRules(pod).join(', '));
    return humanPod(first, styleOf(first), sameLines(names, common, most));
  });
  const counts =
    groups.length === 1 || groups.length === pods.length
      ? []
      : [countsOf(pods, common.paint, (pod) => claimsVerdict(pod, styleOf(pod)).word)];
  return [...said, ...counts].join('\n\n\n');
}

/** How many of many answers are of each verdict. */
function countsOf(pods: readonly Verified[], paint: Paint, wordOf: (pod: Verified) => string | undefined): string {
  const verdicts = groupBy(pods, (pod) => wordOf(pod) ?? 'not asked');
  const counts = [...verdicts].map(([word, { length }]) => `${length} ${word}`);
  return paint.bold(`${pods.length} rulesets: ${counts.join(', ')}`);
}

/** What is said of it, in lines that do not depend on how long a name is. */
function wordsOf(pod: Verified, style: VerifyStyle): string {
  const text = humanPod(pod, { ...style, paint: PLAIN, width: UNBROKEN });
  return filesOfRules(pod).reduce((words, file) => words.replaceAll(printable(file), '\0'), text);
}

const UNBROKEN = 1 << 20;

/** Without a line feed at its end. */
function humanPod(pod: Verified, style: VerifyStyle, lines: readonly string[] = []): string {
  const { verdict, rest } = podParts(pod, style);
  return [...verdict, ...lines, ...rest].join('\n');
}

/** Before and after what is said of others that are alike. */
export interface PodParts {
  readonly verdict: readonly string[];
  readonly rest: readonly string[];
}

export function podParts(
  pod: Verified,
  style: VerifyStyle,
  { own, folded: more = { hints: 0, suppressed: 0 } }: VerifyFrame = {},
): PodParts {
  const { paint, width } = style;
  const detailed = isDetailed(pod, style);
  const found = foundFindings(pod);
  const { serious, causes, places } = seriousCauses(pod, found, detailed);
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
  const rest = [
    ...assumed.map((one) => paint.dim(paragraph({ text: `assumed ${assumptionText(one)}`, width, hang: 8 }))),
    ...causes.flatMap((cause) => ['', ...brokenClaimLines(pod, cause, { ...style, places })]),
    ...(!detailed || asides.length === 0 ? [] : ['', ...asideLines(pod, asides, style)]),
    ...(!detailed || suppressed.length === 0 ? [] : ['', ...suppressedLines(pod, suppressed, style)]),
    ...(!detailed || pod.notes.length === 0
      ? []
      : ['', ...pod.notes.map((note) => paint.dim(paragraph({ text: `note: ${note}`, width, hang: 6 })))]),
    ...(told.length === 0 || serious.length === 0 ? told : ['', ...told]),
  ];
  return { verdict: verdictLines(pod, style, own), rest };
}

/** What the answer tells in full, and with which cause each fix is shown. */
function seriousCauses(pod: Verified, found: readonly FoundFinding[], detailed: boolean) {
  const serious = found.filter(({ problem }) => isOpen(problem) && canFail(problem));
  const causes = toldCauses(serious, detailed);
  const places = fixPlaces(
    pod,
    causes.map((cause) => cause.found.map(({ finding }) => finding)),
  );
  return { serious, causes, places };
}

/** What an answer with `fixesFollow` has left out, once edits were looked for; empty where there is nothing to say. */
export function laterFixes(pod: Verified, style: VerifyStyle): string {
  const { causes, places } = seriousCauses(pod, foundFindings(pod), isDetailed(pod, style));
  return causes
    .flatMap(({ found }) => {
      const lines = fixFollows(found) ? toDoLines(pod, found, { ...style, places }) : [];
      const [{ finding }] = found;
      return lines.length === 0 ? [] : ['', `to fix ${finding.claim}${kindsOf(found)[0].families}:`, ...lines];
    })
    .join('\n');
}

/** Where nothing was asked, the notes are the answer. */
export function isDetailed({ findings }: Verified, { detailed }: VerifyStyle): boolean {
  return detailed === true || findings.length === 0;
}
