/** A review in every format that was requested, and what it means for the exit code. */
import { isDefect, problemsOf } from '../../report/review/problems.ts';
import type { Review } from '../../report/review/review.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import type { Call } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { type WrittenReview, writeReport } from './write.ts';

export async function reportOnce(call: Call, report: Omit<WrittenReview, 'review'> & { readonly review: Review }): Promise<ExitCode> {
  const { review, strict } = report;
  if (!(await writeReport(call, { ...report, review: () => review }))) return EXIT.usage;
  const found = problemsOf(review);
  const unjudged = found.some(({ problem }) => problem.isUnjudged && problem.muted === undefined);
  if (unjudged || review.diagnostics.some(isError)) return EXIT.usage;
  const failed = found.some((one) => isDefect(one, strict));
  return failed || (strict && review.diagnostics.length > 0) ? EXIT.findings : EXIT.ok;
}
