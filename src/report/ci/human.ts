/** A review for people: the answer first, then each cause with a packet that shows it; what does no harm and what is known is counted. */

import { mergeBounds } from '../../connection/bounds.ts';
import { paragraph } from '../../lib/layout.ts';
import { plural } from '../../lib/plural.ts';
import { printable } from '../../lib/printable.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import { answerLines, failingText } from '../human/verdictLine.ts';
import { toldCauses } from '../review/causes.ts';
import { harmlessEditsText } from '../review/harmlessEdits.ts';
import { assumedIn } from '../review/notes.ts';
import { canFail, type FoundProblem, isHint, isOpen, isSuppressed, problemsOf } from '../review/problems.ts';
import type { Problem, Review } from '../review/review.ts';
import { reviewVerdict } from '../review/verdict.ts';
import { boundsText, unjudgedText } from '../text/bounds.ts';
import { foldedLines } from '../text/folded.ts';
import type { Paint } from '../text/paint.ts';
import { positionOf } from '../text/positions.ts';
import { causeLines } from './causeLines.ts';

export interface CiStyle {
  readonly paint: Paint;
  readonly width: number;
  readonly strict?: boolean;
  /** also hints, what is suppressed, assumptions and notes, line by line, and each problem for itself */
  readonly detailed?: boolean;
}

/** Without a line feed at its end. */
export function humanReview(review: Review, style: CiStyle): string {
  const { paint, width, detailed = false } = style;
  const found = problemsOf(review);
  const isShown = ({ problem }: FoundProblem) => isOpen(problem) && canFail(problem);
  const causes = toldCauses(found.filter(isShown), detailed);
  const asides = found.filter(({ problem }) => isHint(problem));
  const known = found.filter(({ problem }) => isSuppressed(problem));
  const first = assumedIn(review, true);
  const others = assumedIn(review, false);
  const dim = (name: string) => (text: string) =>
    paint.dim(paragraph({ text: `${name}${printable(text)}`, width, hang: name.length === 6 ? 6 : 8 }));
  const folded = { hints: asides.length, suppressed: known.length, assumptions: others.length, notes: review.notes.length };
  const told = foldedLines(folded).map((line) => paint.dim(line));
  return [
    ...answer(review, style),
    ...[harmlessEditsText(review)].flatMap((text) => (text === undefined ? [] : [paragraph({ text: printable(text), width, hang: 2 })])),
    ...first.map(dim('assumed ')),
    ...causes.flatMap((cause) => ['', ...causeLines(cause, style)]),
    ...(detailed ? listed({ asides, known, assumed: others.map(dim('assumed ')), notes: review.notes.map(dim('note: ')) }, style) : []),
    ...(detailed || told.length === 0 ? [] : causes.length === 0 ? told : ['', ...told]),
  ].join('\n');
}

interface Listed {
  readonly asides: readonly FoundProblem[];
  readonly known: readonly FoundProblem[];
  readonly assumed: readonly string[];
  readonly notes: readonly string[];
}

function listed({ asides, known, assumed, notes }: Listed, style: CiStyle): readonly string[] {
  const hints = lineEach(asides, { ...style, title: plural(asides.length, 'hint'), say: ({ message }) => message });
  const suppressed = lineEach(known, { ...style, title: `${known.length} suppressed`, say: knownWords });
  return [hints, suppressed, assumed, notes].flatMap((lines) => (lines.length === 0 ? [] : ['', ...lines]));
}

/** `3 files and pods`; a comparison is of the same file or pod as the checks on its rules. */
function filesAndPods(subjects: Review['subjects']): string {
  const count = new Set(subjects.map(({ name }) => name.split(' -> ').at(-1))).size;
  if (subjects.every(({ kind }) => kind === 'pod')) return plural(count, 'pod');
  return subjects.some(({ kind }) => kind === 'pod') ? `${count} files and pods` : plural(count, 'file');
}

function answer(review: Review, style: CiStyle): readonly string[] {
  const { subjects, diagnostics } = review;
  const { strict = false } = style;
  const { word, says, colour, isSound } = reviewVerdict(review, strict);
  const asked = subjects.reduce((sum, { checks }) => sum + checks.filter(({ verdict }) => verdict !== 'skipped').length, 0);
  // a pod that is not meant to be captured is asked nothing
  const checked = subjects.filter(({ checks }) => checks.length > 0);
  const of = subjects.length === 1 ? printable(subjects[0]?.name ?? '') : filesAndPods(checked.length === 0 ? subjects : checked);
  const bounds = mergeBounds(subjects.flatMap((subject) => subject.bounds ?? []));
  const failing = strict ? diagnostics.filter((one) => !isError(one)).length : 0;
  // what passed is not proved of a family that was not checked
  const unjudged = unjudgedText(bounds);
  return answerLines(
    {
      text: `${word}: ${says}${isSound ? unjudged : ''}${failingText(failing)}`,
      rest: bounds.families.length === 0 ? '' : `scope: ${boundsText(bounds)}${isSound ? '' : unjudged}`,
      colour,
      tail: `${asked === 0 ? 'no check' : plural(asked, 'check')} of ${of}`,
    },
    style,
  );
}

interface Lines extends CiStyle {
  readonly title: string;
  readonly say: (problem: Problem) => string;
}

function lineEach(found: readonly FoundProblem[], { paint, width, title, say }: Lines): readonly string[] {
  if (found.length === 0) return [];
  const lines = toldCauses(found, true).map(({ found: [{ subject, problem }], alike }) => {
    const at = problem.place === undefined ? subject.name : `${problem.place.source.file}:${positionOf(problem.place).line}`;
    const same = alike.length === 0 ? '' : `; the same for ${alike.length} more`;
    return `  ${paragraph({ text: printable(`${problem.id}  ${at}: ${say(problem)}${same}`), width: width - 2, hang: 4 })}`;
  });
  return [paint.bold(`${title}:`), ...lines];
}

function knownWords({ muted }: Problem): string {
  return muted === undefined ? '' : `${muted.reason} (${muted.by})`;
}
