/** What each format is called, without what writes it: help and an answer for people load no more. A name that is added here has the
 *  compiler require the format. */

/** Of a review, in the order in which help lists them. */
export const REVIEW_FORMAT_NAMES = ['github', 'sarif', 'junit', 'markdown', 'html'] as const;
export type ReviewFormatName = (typeof REVIEW_FORMAT_NAMES)[number];

/** Of a trace. */
export const TRACE_FORMAT_NAMES = ['human', 'json', 'xtables', 'mermaid', 'mermaid-sequence', 'svg'] as const;
export type TraceFormatName = (typeof TRACE_FORMAT_NAMES)[number];

/** Of `verify` alone: written while the run goes on. */
export const LINE_FORMAT_NAMES = ['jsonl'] as const;
