/** The formats of a review, in the order in which help lists them. */

import { MOST_OF_COMMENT, markdownReview } from '../markdown/markdown.ts';
import type { Review, ReviewStyle } from '../review/review.ts';
import { sarifLog } from '../sarif/sarif.ts';
import { githubAnnotations } from './github.ts';
import { junitXml } from './junit.ts';

export interface ReviewFormat {
  readonly name: string;
  readonly summary: string;
  /** without a line feed at its end */
  readonly render: (review: Review, style: ReviewStyle) => string;
}

export const REVIEW_FORMATS: readonly ReviewFormat[] = [
  { name: 'github', summary: 'annotations of GitHub Actions, and the summary of the step', render: githubAnnotations },
  { name: 'sarif', summary: 'SARIF 2.1.0, for code scanning; the path of a packet is a code flow', render: sarifLog },
  { name: 'junit', summary: 'XML of test reports: a claim is a test', render: junitXml },
  {
    name: 'markdown',
    summary: 'a comment on a pull request',
    render: (review, { strict }) => markdownReview(review, MOST_OF_COMMENT, strict),
  },
];
