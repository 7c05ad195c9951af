/** The formats of a review. Each has a page of its name in report/explain/format. */

import { htmlReview } from '../html/html.ts';
import { MOST_OF_COMMENT, markdownReview } from '../markdown/markdown.ts';
import type { Review, ReviewStyle } from '../review/review.ts';
import { sarifLog } from '../sarif/sarif.ts';
import { githubAnnotations } from './github.ts';
import { junitXml } from './junit.ts';
import { REVIEW_FORMAT_NAMES, type ReviewFormatName } from './names.ts';

/** A review as text, without a line feed at its end. */
export type ReviewFormat = (review: Review, style: ReviewStyle) => string;

export const REVIEW_FORMATS: Readonly<Record<ReviewFormatName, ReviewFormat>> = {
  github: githubAnnotations,
  sarif: sarifLog,
  junit: junitXml,
  markdown: (review, { strict, htmlFile }) => markdownReview(review, { most: MOST_OF_COMMENT, strict, htmlFile }),
  html: htmlReview,
};

export function reviewFormatNamed(name: string): ReviewFormat | undefined {
  const known = REVIEW_FORMAT_NAMES.find((one) => one === name);
  return known && REVIEW_FORMATS[known];
}
