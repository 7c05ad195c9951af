/** A review as the page shows it: each cause once, and beside them what does no harm. */
import { mergeBounds } from '../../connection/bounds.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import { namedFile } from '../../syntax/text/source.ts';
import { failingText } from '../human/verdictLine.ts';
import { toldCauses } from '../review/causes.ts';
import { harmlessEditsText } from '../review/harmlessEdits.ts';
import { assumedIn } from '../review/notes.ts';
import { canFail, type FoundProblem, isHint, isOpen, isSuppressed, problemsOf } from '../review/problems.ts';
import type { Review, ReviewStyle } from '../review/review.ts';
import { reviewVerdict } from '../review/verdict.ts';
import { boundsText, unjudgedText } from '../text/bounds.ts';
import { positionOf } from '../text/positions.ts';
import { toPageFinding } from './pageFinding.ts';
import type { PageAside, PageReport } from './pageTypes.ts';
import { textPool } from './textPool.ts';

export function toPageReport(review: Review, { strict, version }: Pick<ReviewStyle, 'strict' | 'version'>): PageReport {
  const found = problemsOf(review);
  const { word, says, colour } = reviewVerdict(review, strict);
  const failing = failingText(strict ? review.diagnostics.filter((one) => !isError(one)).length : 0);
  const pool = textPool();
  const serious = found.filter(({ problem }) => isOpen(problem) && canFail(problem));
  return {
    kind: 'report',
    word,
    says: `${says}${failing}`,
    colour,
    version,
    scope: scopeOf(review),
    findings: toldCauses(serious).map((cause) => toPageFinding(cause, pool.numberOf)),
    asides: asidesOf(review, found),
    texts: pool.texts(),
  };
}

function scopeOf({ subjects }: Review): string {
  const bounds = mergeBounds(subjects.flatMap((subject) => subject.bounds ?? []));
  return bounds.families.length === 0 ? '' : `${boundsText(bounds)}${unjudgedText(bounds)}`;
}

function asidesOf(review: Review, found: readonly FoundProblem[]): readonly PageAside[] {
  const listed = (is: (one: FoundProblem['problem']) => boolean) => found.filter(({ problem }) => is(problem)).map(lineOf);
  const edits = harmlessEditsText(review);
  const all: readonly PageAside[] = [
    { title: 'what could not be read', lines: review.diagnostics.filter(isError).map(diagnosticLine) },
    { title: 'warnings about the texts', lines: review.diagnostics.filter((one) => !isError(one)).map(diagnosticLine) },
    { title: 'edits that change nothing', lines: edits === undefined ? [] : [edits] },
    { title: 'hints', lines: listed(isHint) },
    { title: 'suppressed', lines: listed(isSuppressed) },
    { title: 'assumptions', lines: [...assumedIn(review, true), ...assumedIn(review, false)] },
    { title: 'notes', lines: review.notes },
    { title: 'what was checked', lines: review.subjects.map(({ name, checks }) => `${name}: ${checks.length} checks`) },
  ];
  return all.filter(({ lines }) => lines.length > 0);
}

function lineOf({ subject, problem: { id, message, muted } }: FoundProblem): string {
  return `${id}, ${subject.name}: ${message}${muted === undefined ? '' : ` (${muted.by}: ${muted.reason})`}`;
}

function diagnosticLine({ message, help, ...place }: Review['diagnostics'][number]): string {
  return `${namedFile(place.source)}:${positionOf(place).line}: ${message}${help === undefined ? '' : `; ${help}`}`;
}
