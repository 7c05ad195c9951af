/** Edits of a text that were proved to fix claims and to break nothing. */
import type { Bounds } from '../../connection/bounds.ts';
import type { Source } from '../../syntax/text/source.ts';
import type { Finding } from './finding.ts';

export type FixKind = 'move' | 'insert' | 'delete';

/** One rule that goes elsewhere in its chain, comes in, or is taken out. Lines are 1-based, of the text that was given. */
export interface FixEdit {
  readonly kind: FixKind;
  /** the rule as it is written, counters included */
  readonly rule: string;
  /** where it stands; absent: it was not there */
  readonly line?: number;
  /** where it goes; absent: out */
  readonly to?: { readonly side: 'above' | 'below'; readonly line: number };
}

export interface ProvedFix {
  readonly source: Source;
  /** in the order in which they are made */
  readonly edits: readonly FixEdit[];
  /** the whole text after all of them: it was read again and proved */
  readonly text: string;
  /** errors and warnings that go */
  readonly mends: readonly Finding[];
  /** errors that stay */
  readonly open: readonly Finding[];
  /** within which nothing else breaks */
  readonly bounds: Bounds;
}

export interface FixSearch {
  /** absent: none was found */
  readonly fix?: ProvedFix;
  /** edits that were tried, of those that could be */
  readonly tried: number;
  readonly candidates: number;
}

/** Errors that nobody accepted: edits are looked for where there are any. */
export function asksForFix({ verdict, level, muted }: Finding): boolean {
  return verdict === 'violated' && level === 'error' && muted === undefined;
}
