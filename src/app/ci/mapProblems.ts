/** The same done to every problem of a review. */
import type { Problem, Subject } from '../../report/review/review.ts';

export function mapProblems(subjects: readonly Subject[], change: (problem: Problem, subject: Subject) => Problem): readonly Subject[] {
  return subjects.map((subject) => ({
    ...subject,
    checks: subject.checks.map((check) => ({ ...check, problems: check.problems.map((problem) => change(problem, subject)) })),
  }));
}
