/** A review as the page shows it: what is wrong, a packet that shows it, and what to do, with the texts that it speaks of. */
import type { Outcome } from '../../connection/journey.ts';
import type { ReviewVerdict } from '../review/verdict.ts';

export interface PageReport extends Pick<ReviewVerdict, 'word' | 'says' | 'colour'> {
  readonly kind: 'report';
  /** of chainwalk */
  readonly version: string;
  /** how far what passed is proved; empty: nothing was checked */
  readonly scope: string;
  /** one for each cause, the worst first */
  readonly findings: readonly PageFinding[];
  readonly asides: readonly PageAside[];
  /** texts of rules, by number from the findings */
  readonly texts: readonly string[];
}

export interface PageFinding {
  readonly level: 'error' | 'warning' | 'info' | 'undecided';
  readonly claim: string;
  readonly family?: 'ipv4' | 'ipv6';
  /** what was checked, and of what else the same is true */
  readonly subjects: readonly string[];
  readonly message: string;
  readonly packets?: string;
  /** rules and settings to blame, the first one first */
  readonly lines: readonly PageLine[];
  readonly before?: PageWay;
  readonly now?: PageWay;
  /** what else the same cause breaks */
  readonly also: readonly string[];
  readonly fix?: PageFix;
  readonly remedy?: string;
  readonly accept: readonly { readonly paste: readonly string[]; readonly where: string }[];
}

export interface PageLine {
  /** `nat ISTIO_OUTPUT 1` */
  readonly name?: string;
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** A packet that was walked. */
export interface PageWay {
  /** in notation, with all that was assumed of it */
  readonly packet: string;
  readonly outcome: Outcome;
  readonly word: string;
  readonly rest: string;
  /** the way in lanes, as SVG without styles */
  readonly picture: string;
  /** name of the mesh profile, `none` without one */
  readonly mesh: string;
  readonly file: string;
  /** number of the text of its rules; absent: it is not known */
  readonly text?: number;
}

/** Edits that were proved. */
export interface PageFix {
  /** `move line 18 below line 22` */
  readonly says: string;
  /** claims that hold then */
  readonly mends: readonly string[];
  /** claims that stay broken */
  readonly open: readonly string[];
  /** `nothing else breaks (proved for ...)` */
  readonly proved: string;
  readonly file: string;
  /** as `patch` reads it */
  readonly diff: string;
  /** number of the text after them */
  readonly text: number;
}

/** What does no harm, and what is known, by title. */
export interface PageAside {
  readonly title: string;
  readonly lines: readonly string[];
}

/** A file that is served as it is on the disk, by its name there. */
export type ServedFile = { readonly name: string; readonly text: string } | { readonly name: string; readonly problem: string };

/** Files that the page hears of again when they change. */
export interface ServedFiles {
  readonly kind: 'served';
  readonly files: readonly ServedFile[];
}
