/** The formats of a review, in the order in which help lists them. Adding one is a line here. */
import type { Paint } from '../paint.ts';
import { githubAnnotations } from './github.ts';
import type { Review } from './review.ts';

export interface ReviewStyle {
  readonly paint: Paint;
  readonly width: number;
  /** of chainwalk */
  readonly version: string;
  /** warnings and what is undecided count as failures, as they do for the exit code */
  readonly strict: boolean;
}

export interface ReviewFormat {
  readonly name: string;
  readonly summary: string;
  /** without a line feed at its end */
  readonly render: (review: Review, style: ReviewStyle) => string;
}

export const REVIEW_FORMATS: readonly ReviewFormat[] = [
  { name: 'github', summary: 'annotations of GitHub Actions', render: githubAnnotations },
];
