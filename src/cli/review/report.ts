/** A review in every format that was asked for, and what it means for the exit code. */
import { isFailure, problemsOf } from '../../report/review/problems.ts';
import type { Call } from '../command.ts';
import { EXIT, type ExitCode } from '../exitCode.ts';
import { type Report, writeReport } from './outputs.ts';

export async function reportOnce(call: Call, report: Report): Promise<ExitCode> {
  const { review, strict } = report;
  if (!(await writeReport(call, report))) return EXIT.usage;
  // an expectation that is not shown is not met
  const failed = problemsOf(review).some(({ problem, subject }) => {
    return isFailure(problem, strict) || (subject.kind === 'expectations' && problem.muted === undefined);
  });
  return failed || (strict && review.diagnostics.length > 0) ? EXIT.findings : EXIT.ok;
}
