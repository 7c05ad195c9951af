/** The verdict of a review: the word that the exit code agrees with, and what was counted. The same for people and in Markdown. */

import { isError } from '../../syntax/text/diagnostic.ts';
import { changeWords, countWords, type Tally } from '../text/tally.ts';
import { type FoundProblem, isChange, isDefect, isHint, isOpen, isSuppressed, problemsOf } from './problems.ts';
import type { Review } from './review.ts';
import { unreadWords } from './unread.ts';

export function tallyOf(found: readonly FoundProblem[]): Tally {
  const open = found.filter(({ problem }) => isOpen(problem));
  const keyOf = (one: FoundProblem): unknown => (isChange(one.problem) ? one : JSON.stringify([one.subject.name, one.problem.id]));
  const distinct = (is: (one: FoundProblem) => boolean) => new Set(open.filter(is).map(keyOf));
  const failed = (level: string) => distinct(({ problem }) => problem.verdict === 'failed' && problem.level === level);
  const errors = failed('error');
  const changes = open.filter(({ problem }) => isChange(problem));
  const isLoop = ({ problem: { witness, before } }: FoundProblem) =>
    witness?.journey.outcome === 'loop' && before?.journey.outcome !== 'loop';
  return {
    errors: errors.size,
    warnings: [...failed('warning')].filter((key) => !errors.has(key)).length,
    undecided: distinct(({ problem }) => problem.verdict === 'undecided').size,
    changes: changes.length,
    loops: changes.filter(isLoop).length,
    hints: open.filter(({ problem }) => isHint(problem)).length,
    suppressed: found.filter(({ problem }) => isSuppressed(problem)).length,
  };
}

export interface ReviewVerdict {
  readonly word: 'OK' | 'FAIL' | 'NOT CAPTURED' | 'NOT CHECKED' | 'UNDECIDED';
  /** after the word */
  readonly says: string;
  readonly colour: 'red' | 'yellow' | 'green';
  /** not one error, warning or undecided check */
  readonly isSound: boolean;
}

/** `failing`: warnings about the texts, which make a strict run fail. */
export function reviewVerdict(review: Review, strict: boolean): ReviewVerdict {
  const { subjects, diagnostics, outside: unmeshed = [] } = review;
  const found = problemsOf(review);
  const tally = tallyOf(found);
  const outside = new Set(
    found
      .filter(({ problem: { id, verdict, muted } }) => id === 'pod-captured' && verdict === 'failed' && !muted)
      .map((one) => one.subject),
  );
  const counts = [countWords(tally), ...unreadWords(diagnostics)].filter((words) => words !== '').join(', ');
  const changed = changeWords(tally);
  const more = [
    ...outsideWords(unmeshed),
    ...(changed === '' ? [] : [changed]),
    ...(outside.size > 0 && subjects.length > 1 ? [`${outside.size} of ${subjects.length} NOT CAPTURED`] : []),
  ];
  const aside = tally.suppressed === 0 ? '' : `, ${tally.suppressed} suppressed`;
  const isSound = counts === '';
  const failing = strict && diagnostics.length > 0;
  const fails = failing || diagnostics.some(isError) || found.some((one) => isDefect(one, strict));
  const isUnjudged = found.some(({ problem }) => problem.isUnjudged && isOpen(problem));
  const asked = subjects.some(({ checks }) => checks.some(({ verdict }) => verdict !== 'skipped'));
  const sound =
    unmeshed.length > 0
      ? 'no new errors'
      : !asked
        ? 'no check applies'
        : tally.suppressed === 0
          ? 'no errors or warnings'
          : 'no new errors or warnings';
  return {
    word: wordOf({ isUnjudged, isOutside: outside.size > 0 && subjects.length === 1, fails, isUndecided: tally.undecided > 0, asked }),
    says: `${[isSound ? sound : counts, ...more].join('; ')}${aside}`,
    colour: fails || isUnjudged ? 'red' : isSound && asked && unmeshed.length === 0 ? 'green' : 'yellow',
    isSound,
  };
}

interface Standing {
  readonly isUnjudged: boolean;
  readonly isOutside: boolean;
  readonly fails: boolean;
  readonly isUndecided: boolean;
  readonly asked: boolean;
}

function wordOf({ isUnjudged, isOutside, fails, isUndecided, asked }: Standing): ReviewVerdict['word'] {
  if (isUnjudged) return 'NOT CHECKED';
  if (isOutside) return 'NOT CAPTURED';
  if (fails) return 'FAIL';
  if (isUndecided) return 'UNDECIDED';
  return asked ? 'OK' : 'NOT CHECKED';
}

const MOST_NAMES = 2;

function outsideWords(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const more = names.length - MOST_NAMES;
  const shown = `${names.slice(0, MOST_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return [`${names.length === 1 ? '1 new file or pod is' : `${names.length} new files or pods are`} not in the mesh: ${shown}`];
}
