/** What a search for a fix is about, from the question to one edit that was tried. */
import type { ChosenSetting } from '../connection/setting.ts';
import type { Budget } from '../lib/budget.ts';
import { invariant } from '../lib/invariant.ts';
import type { Family } from '../packet/address.ts';
import type { Verified, VerifyOptions } from '../prove/judge/verifyRules.ts';
import type { ProofContext } from '../prove/proof/context.ts';
import type { Finding } from '../prove/proof/finding.ts';
import type { FixEdit } from '../prove/proof/provedFix.ts';
import type { readRules } from '../ruleset/readRules.ts';
import type { Rule, Ruleset } from '../ruleset/ruleset.ts';
import type { BddManager } from '../symbolic/diagrams/bdd.ts';
import type { CandidateEdit } from './candidates.ts';
import type { ClaimState, ProofStanding } from './proofStanding.ts';
import type { RuleDocument } from './ruleDocument.ts';

/** The rules as they are: the same for every cause. */
export interface FixStart {
  readonly setting: ChosenSetting;
  /** those of `verify` without what narrows its claims */
  readonly options: VerifyOptions;
  readonly standing: ProofStanding;
  /** texts that were tried for one cause are not proved again for another */
  readonly known: Map<string, EditedRules | undefined>;
}

/** A text after an edit, as far as it loads. */
export interface EditedRules {
  readonly rulesets: readonly Ruleset[];
  readonly head: Ruleset;
  readonly standing: ProofStanding;
}

export interface FixQuestion {
  /** throws BudgetError */
  readonly start: () => FixStart;
  /** of one pod or machine, with nothing left out */
  readonly verified: Verified;
  /** errors that have one cause, all of one family */
  readonly findings: readonly Finding[];
  /** as the text was read */
  readonly reading: Parameters<typeof readRules>[1];
  /** lines that a comment accepts */
  readonly kept: ReadonlySet<number>;
  /** of this and other searches together */
  readonly budget: Budget;
}

export interface FixSearching {
  readonly question: FixQuestion;
  readonly start: FixStart;
  readonly family: Family;
  readonly given: Ruleset;
  readonly budget: Budget;
  readonly count: { tried: number; candidates: number };
}

export interface FixScene {
  readonly document: RuleDocument;
  readonly rulesets: readonly Ruleset[];
  readonly setting: ChosenSetting;
  readonly standing: ProofStanding;
  /** of the cause, not fixed yet */
  readonly findings: readonly Finding[];
}

export interface FixStep {
  readonly edits: readonly FixEdit[];
  readonly errors: number;
  readonly next: FixScene;
  readonly verified: Verified;
}

export interface FixTrial extends EditedRules {
  readonly candidate: CandidateEdit;
  readonly document: RuleDocument;
  readonly errors: number;
  readonly extent: number;
}

export interface TrialScene {
  readonly scene: FixScene;
  readonly base: Ruleset;
  readonly context: ProofContext;
  /** the ways of the witnesses without an edit; undefined: a finding has none */
  readonly paths: readonly (string | undefined)[];
  /** claims of level error */
  readonly broken: readonly ClaimState[];
  /** rules that the mesh itself writes, in its order */
  readonly own: readonly Rule[];
}

export function brokenErrors(standing: ProofStanding): readonly ClaimState[] {
  return standing.promises().filter(({ claim, verdict }) => claim.level === 'error' && verdict === 'violated');
}

export function contextIn({ contexts }: ProofStanding, family: Family): ProofContext | undefined {
  return contexts.find(({ ruleset }) => ruleset.family === family);
}

export function managerOf(standing: ProofStanding, family: Family): BddManager {
  const context = contextIn(standing, family);
  invariant(context !== undefined, `no rules of IPv${family}`);
  return context.space.manager;
}
