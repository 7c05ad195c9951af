/** The summary of a step of GitHub Actions: Markdown after what other commands have written there. */
import { MOST_OF_SUMMARY, markdownReview } from '../../report/markdown/markdown.ts';
import type { Review } from '../../report/review/review.ts';
import type { Call } from '../argv/command.ts';
import { complain } from '../io/messages.ts';

/** Bytes in which the verdict has room. */
const LEAST = 1_000;

interface Summed {
  readonly review: Review;
  readonly strict: boolean;
  readonly htmlFile: string | undefined;
}

/** Nothing outside a workflow. False when the file cannot be written, which has been reported. */
export async function writeStepSummary({ io }: Call, { review, strict, htmlFile }: Summed): Promise<boolean> {
  const file = io.env.GITHUB_STEP_SUMMARY;
  if (file === undefined || file === '') return true;
  const known = await io.read(file);
  const before = 'text' in known && known.text !== '' ? `${known.text.replace(/\n*$/, '')}\n\n` : '';
  const room = MOST_OF_SUMMARY - new TextEncoder().encode(before).length - 1;
  if (room < LEAST) {
    await io.err.write(`chainwalk: the summary of the step, \`${file}\`, has no room left: nothing is added\n`);
    return true;
  }
  const { problem } = await io.write(file, `${before}${markdownReview(review, { most: room, strict, htmlFile })}\n`);
  if (problem !== undefined) await complain(io, { message: `cannot write the summary of the step, \`${file}\`: ${problem}` });
  return problem === undefined;
}
