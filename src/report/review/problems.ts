/** The problems of a review, and how serious they are. */
import { BEHAVIOUR_CHANGED } from '../../diff/behaviourChanged.ts';
import { harmOf } from '../text/harm.ts';
import type { Check, Problem, Review, Subject } from './review.ts';

/** A problem with what it is a problem of. */
export interface FoundProblem {
  readonly subject: Subject;
  readonly check: Check;
  readonly problem: Problem;
}

/** It is not suppressed. */
export function isOpen({ muted }: Problem): boolean {
  return muted === undefined;
}

/** In the order of the subjects and their checks. */
export function problemsOf({ subjects }: Pick<Review, 'subjects'>): readonly FoundProblem[] {
  return subjects.flatMap((subject) => subject.checks.flatMap((check) => check.problems.map((problem) => ({ subject, check, problem }))));
}

/** 0 is the worst; what is known already is last. */
function rank({ problem: { level, verdict, muted, witness } }: FoundProblem): number {
  const outcome = witness?.journey.paths[0]?.outcome ?? witness?.journey.outcome;
  return (muted === undefined ? 0 : 1_000) + harmOf({ level, isUndecided: verdict === 'undecided', outcome });
}

/** A class of packets that ends in another way than before. */
export function isChange({ before, verdict }: Problem): boolean {
  return before !== undefined && verdict === 'failed';
}

/** A hint alone: nothing is broken, undecided, or changed. */
export function isAside(problem: Problem): boolean {
  return problem.level === 'info' && problem.verdict === 'failed' && !isChange(problem);
}

/** Equals keep their order. */
export function worstFirst<One extends FoundProblem>(found: readonly One[]): readonly One[] {
  return found.toSorted((a, b) => rank(a) - rank(b));
}

/** Whether it makes a run fail when it is not known already, a strict one at least. */
export function canFail({ level, verdict }: Problem): boolean {
  return level !== 'info' || verdict === 'undecided';
}

/** It is open, and no more than a hint. */
export function isHint(problem: Problem): boolean {
  return isOpen(problem) && !canFail(problem);
}

/** Worth a word though it is known: hints that the base has as well are not. */
export function isSuppressed(problem: Problem): boolean {
  return !isOpen(problem) && (canFail(problem) || problem.muted?.by !== 'base');
}

/** The outcome of packets that a change may break is not known: that does not pass. */
export function isUnprovedChange({ id, level, verdict }: Problem): boolean {
  return id === BEHAVIOUR_CHANGED && verdict === 'undecided' && level === 'error';
}

/** Whether it makes the run fail; the exit code says the same. */
function isFailure(problem: Problem, strict: boolean): boolean {
  const { level, verdict, muted, spent } = problem;
  if (muted !== undefined) return false;
  return verdict === 'failed'
    ? level === 'error' || (strict && level === 'warning')
    : strict || spent === true || isUnprovedChange(problem);
}

/** The same; an expectation that is not shown is not met. */
export function isDefect({ subject, problem }: Pick<FoundProblem, 'subject' | 'problem'>, strict: boolean): boolean {
  return isFailure(problem, strict) || (subject.kind === 'expectations' && problem.muted === undefined);
}
