/** What the page asks the worker and what it answers: values that can be copied from one to the other. */
import type { Diagnostic, Outcome, ProfileName, TraceStep } from '../../src/api/library/index.ts';
import type { PathWords, TraceWords } from '../../src/api/report/index.ts';

/** How the rules are to be read, and what is said of the pod. Empty: not said. */
export interface AskedSetting {
  /** name of the text, as messages and traces print it */
  readonly file: string;
  readonly podIp: string;
  readonly mesh: ProfileName;
  readonly family: '' | '4' | '6';
  /** which pod of manifests; the first one when absent */
  readonly pod: string;
}

export type PageQuestion =
  | { readonly kind: 'trace'; readonly packet: string }
  | { readonly kind: 'same'; readonly packet: string }
  | { readonly kind: 'connection'; readonly packet: string }
  /** `same`: with the packets that are treated alike, as the command line has it for up to three packets */
  | { readonly kind: 'json'; readonly packet: string; readonly same: boolean }
  | { readonly kind: 'mermaid'; readonly packet: string }
  | { readonly kind: 'claims' }
  | { readonly kind: 'fixes' }
  | { readonly kind: 'diff'; readonly base: string }
  | { readonly kind: 'find'; readonly where: string; readonly outcome: Outcome };

export type QuestionKind = PageQuestion['kind'];

/** What each question is answered with. */
export interface PageAnswers {
  readonly trace: TraceAnswer;
  readonly same: SameAnswer;
  readonly connection: TextAnswer;
  readonly json: TextAnswer;
  readonly mermaid: TextAnswer;
  readonly claims: ClaimsAnswer;
  readonly fixes: FixesAnswer;
  readonly diff: ChangesAnswer;
  readonly find: FoundAnswer;
}

/** A text of rules comes alone, and stays until the next one; questions speak of it. */
export type ToWorker =
  | { readonly rules: string }
  | { readonly number: number; readonly setting: AskedSetting; readonly question: PageQuestion };

export type FromWorker =
  | { readonly number: number; readonly answer: PageAnswers[QuestionKind] }
  | { readonly number: number; readonly problems: readonly string[] };

/** The worker that only traces may lack what the question needs. */
export type FromQuick = FromWorker | { readonly number: number; readonly isLacking: true };

export interface ShownDiagnostic extends Pick<Diagnostic, 'kind' | 'message'> {
  readonly help?: string;
  /** offsets in the text */
  readonly start: number;
  readonly end: number;
}

/** A step of a leg that does something: rules that did not match are told apart. */
export type ShownStep = Exclude<TraceStep, { readonly kind: 'miss' }>;

export interface ShownLeg {
  readonly title: string;
  readonly end: string;
  readonly steps: readonly ShownStep[];
}

export interface ShownPath extends Omit<PathWords, 'legs'> {
  readonly outcome: Outcome;
  readonly legs: readonly ShownLeg[];
  readonly cycleFrom?: number;
}

/** A rule that the packet met: `order` counts from 1 in its leg. */
export interface Visit {
  readonly line: number;
  readonly leg: number;
  readonly order: number;
}

/** A rule that was asked and did not match, with its first reason. */
export interface MissedRule {
  readonly line: number;
  readonly leg: number;
  readonly clause: string;
  readonly saw: string;
}

export interface TracedPacket extends Omit<TraceWords, 'paths'> {
  readonly paths: readonly ShownPath[];
  /** the way in lanes, as SVG without styles */
  readonly picture: string;
  readonly visits: readonly Visit[];
  readonly misses: readonly MissedRule[];
  readonly profile: string | null;
}

export interface TraceAnswer {
  readonly diagnostics: readonly ShownDiagnostic[];
  /** names of the pods of manifests; absent: the text holds rules */
  readonly pods?: readonly string[];
  /** of manifests: the rules of the pod that is asked, in the packet's family */
  readonly ofPod?: { readonly file: string; readonly text: string };
  readonly traced?: TracedPacket;
  /** why there is no trace */
  readonly problems: readonly string[];
}

export interface SameAnswer {
  /** packets that are treated alike; absent: not known */
  readonly packets?: string;
}

export interface TextAnswer {
  readonly text: string;
}

/** A line of a text that the page shows: what was given, or the rules of a pod. */
export interface PlaceHere {
  readonly file: string;
  readonly line: number;
}

export interface ShownClaim {
  readonly claim: string;
  readonly level: 'error' | 'warning' | 'info';
  readonly verdict: string;
  readonly statement: string;
  readonly family: string;
  /** of a pod of manifests: its name */
  readonly subject?: string;
  /** with its namespace, as it is asked for; absent: another has its name as well */
  readonly pod?: string;
  readonly reason?: string;
  /** the setting of a manifest that breaks it */
  readonly cause?: string;
  /** a packet in notation that breaks it */
  readonly witness?: string;
  readonly outcome?: Outcome;
  readonly places: readonly PlaceHere[];
}

export interface ClaimsAnswer {
  readonly claims: readonly ShownClaim[];
  /** rules that never match, of those that are shown: of manifests those of the pod that is asked */
  readonly dead: readonly PlaceHere[];
  readonly profile: string | null;
  readonly bounds: string;
  readonly notes: readonly string[];
}

/** Edits that are proved to fix errors and to break nothing. */
export interface ShownFix {
  /** claims */
  readonly mends: readonly string[];
  readonly open: readonly string[];
  /** as `patch` reads it */
  readonly diff: string;
}

export interface FixesAnswer {
  readonly fixes: readonly ShownFix[];
  readonly bounds: string;
}

export interface ShownChange {
  readonly family: string;
  readonly packets: string;
  readonly level: string;
  readonly base: Outcome;
  readonly head: Outcome;
  /** a packet in notation */
  readonly example: string;
  /** of manifests: the pod with its kind, and others of which the same is true */
  readonly pods?: readonly string[];
  /** the first of them, as it is asked for */
  readonly pod?: string;
}

export interface ChangesAnswer {
  readonly equivalent: boolean;
  readonly bounds: string;
  /** what was not compared, and what was assumed */
  readonly notes: readonly string[];
  readonly changes: readonly ShownChange[];
  readonly undecided: readonly { readonly packets: string; readonly reason: string }[];
}

export interface FoundAnswer {
  readonly answer: 'none' | 'some' | 'undecided';
  readonly classes: readonly { readonly family: string; readonly packets: string; readonly example: string }[];
  readonly undecided: readonly { readonly packets: string; readonly reason: string }[];
}
