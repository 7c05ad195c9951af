/** `-o html=FILE`: the page with a review in it, one file that opens without a network. */
import { invariant } from '../../lib/invariant.ts';
import type { Review, ReviewStyle } from '../review/review.ts';
import { withEmbedded } from './embedded.ts';
import { toPageReport } from './pageReport.ts';

export function htmlReview(review: Review, style: ReviewStyle): string {
  invariant(style.page !== undefined, 'the page was read');
  return withEmbedded(style.page, toPageReport(review, style)).trimEnd();
}
