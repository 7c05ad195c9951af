/** What a run has to say, for every kind of question: the one input of the formats that reviewers and machines read. */

import type { Bounds } from '../../connection/bounds.ts';
import type { Assumption } from '../../mesh/assumption.ts';
import type { Level } from '../../prove/proof/claim.ts';
import type { ProvedFix } from '../../prove/proof/provedFix.ts';
import type { Muted } from '../../prove/proof/suppressions.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { Source, Span } from '../../syntax/text/source.ts';
import type { TraceInput } from '../json/traceInput.ts';
import type { Paint } from '../text/paint.ts';

export type { Muted } from '../../prove/proof/suppressions.ts';

export interface Review {
  /** in the order in which they were given */
  readonly subjects: readonly Subject[];
  /** about the texts; an error: nothing is said of the file or the object in which it is */
  readonly diagnostics: readonly Diagnostic[];
  /** sentences without capital and stop that are no verdicts */
  readonly notes: readonly string[];
  /** new files and pods that are in no mesh, each with why */
  readonly outside?: readonly string[];
}

/** What was checked. */
export interface Subject {
  readonly kind: 'rules' | 'pod' | 'comparison' | 'expectations' | 'configuration';
  /** `net/pod.rules`, `Deployment shop/web`, `main:net/pod.rules -> net/pod.rules`; unique in a review */
  readonly name: string;
  readonly file: string;
  /** how far what passed is proved */
  readonly bounds?: Bounds;
  /** what its checks assume */
  readonly assumptions?: readonly Assumption[];
  /** of a comparison: rules that were edited although no packet is treated differently, which is proved */
  readonly edits?: number;
  readonly checks: readonly Check[];
}

/** One question about a subject. */
export interface Check {
  /** id of a claim, `behaviour-changed`, or the name of an expected packet */
  readonly id: string;
  /** one sentence, capital and full stop: what holds when it passes */
  readonly statement: string;
  readonly verdict: 'passed' | 'failed' | 'undecided' | 'skipped';
  /** why it was skipped */
  readonly reason?: string;
  /** failed and undecided: at least one */
  readonly problems: readonly Problem[];
}

export interface Problem {
  /** of the check */
  readonly id: string;
  readonly level: Level;
  readonly verdict: 'failed' | 'undecided';
  /** the subject cannot be checked at all: exit code 2 */
  readonly isUnjudged?: true;
  /** undecided as the budget was spent: that does not pass */
  readonly spent?: true;
  /** one sentence, without capital and full stop, that stands by itself */
  readonly message: string;
  readonly family?: 'ipv4' | 'ipv6';
  /** the line that a person would change: a rule, an annotation, a field; the first of `blame` where no setting is known */
  readonly place?: ReviewLocation;
  /** rules that decide */
  readonly blame: readonly Blamed[];
  /** the packets that it is true of, in words */
  readonly packets?: string;
  /** a packet that shows it */
  readonly witness?: TraceInput;
  /** the same packet before the change, for comparisons */
  readonly before?: TraceInput;
  /** a change: packets for other hosts, or with marks, flags or addresses that are not used in practice */
  readonly isUnusual?: true;
  readonly remedy?: string;
  /** edits that are proved to fix it and to break nothing */
  readonly fix?: ProvedFix;
  /** where a comment accepts it, as a whole: a rule, or a setting in a manifest */
  readonly acceptAt?: ReviewLocation;
  /** how to accept it; absent: there is not one way, or it was not requested */
  readonly accept?: Acceptance;
  /** stays the same when lines move: of the id, the subject's kind of name and the canonical witness */
  readonly fingerprint: string;
  /** it is suppressed */
  readonly muted?: Muted;
}

/** What to write, word by word but for the reason, and where. */
export interface Acceptance {
  /** `next-line`: a comment on the line before `at`; `file`: a comment anywhere in it; `config`: an entry of `suppressions` */
  readonly by: 'next-line' | 'file' | 'config';
  /** `net/pod.rules:24`, `net/pod.rules`; `chainwalk.config.yaml` */
  readonly at: string;
  /** of a configuration: the files of the entry, from its folder */
  readonly files?: string;
  /** of a configuration: the packets of the entry, where it may not accept others as well */
  readonly packets?: string;
  /** what the comment or the entry is itself until the base has it: a finding that fails the run, or one that is told */
  readonly until?: 'fails' | 'told';
}

export interface ReviewLocation {
  readonly source: Source;
  readonly span: Span;
}

export interface Blamed {
  readonly place: ReviewLocation;
  /** the rule in canonical words */
  readonly text: string;
  readonly rule: Rule;
}

export interface ReviewStyle {
  readonly paint: Paint;
  readonly width: number;
  /** of chainwalk */
  readonly version: string;
  /** also what is folded elsewhere, line by line */
  readonly detailed?: boolean;
  /** warnings and what is undecided count as failures, as they do for the exit code */
  readonly strict: boolean;
  /** text of the page, for the format that embeds in it */
  readonly page?: string | undefined;
  /** where the same run writes that page */
  readonly htmlFile?: string | undefined;
}
