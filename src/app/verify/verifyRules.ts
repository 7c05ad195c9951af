/** `verify` of rules: every claim on what texts hold, less what their comments accept. */
import { podsOf } from '../../pods/familiesOfPod.ts';
import type { Verified, VerifyOptions } from '../../prove/judge/verifyRules.ts';
import { rulesSubjects } from '../../report/review/fromVerified.ts';
import { hasRules } from '../../ruleset/count.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import { type RuleTexts, readingFor, readRuleTexts } from '../load/ruleTexts.ts';
import { verifyCommented } from '../suppress/inRules.ts';
import { beginRun, type KeptProofs, readKept } from '../suppress/keptProofs.ts';
import { comparedBackends } from './comparedBackends.ts';
import { type NotedSubjects, withNotes } from './notedSubjects.ts';

export interface VerifyRulesQuestion {
  readonly rules: RuleTexts;
  readonly options: VerifyOptions;
  /** dumps that differ in counters of chains and dates are one dump: what is said of the others has the lines of the first */
  readonly alike?: (source: Source) => Source;
  /** of the run before, and for the next one */
  readonly kept?: KeptProofs;
}

export interface VerifiedRules {
  readonly pods: readonly Verified[];
  /** with an error there are no pods */
  readonly diagnostics: readonly Diagnostic[];
  /** there is not one rule: the answer proves nothing */
  readonly empty: boolean;
}

export function verifyRuleTexts({ rules, options, alike, kept }: VerifyRulesQuestion): VerifiedRules {
  const reading = readingFor(rules.reading, options.families);
  const texts = { ...rules, ...(alike !== undefined && { sources: rules.sources.map(alike) }), reading };
  if (kept !== undefined) beginRun(kept);
  const loaded = readRuleTexts(texts, options.host, kept && readKept(kept));
  // what is not modelled is a claim of its own
  const diagnostics = loaded.diagnostics.filter(({ kind }) => kind !== 'not-modelled');
  const empty = !loaded.rulesets.some(hasRules);
  if (diagnostics.some(isError)) return { pods: [], diagnostics, empty };
  const compared = rules.settings && comparedBackends(rules.settings, options);
  const question = { ...options, ...(compared !== undefined && { compared }) };
  const commented = verifyCommented(podsOf(loaded.rulesets), question, kept && { kept, reading });
  return { pods: commented.pods, diagnostics: [...diagnostics, ...commented.diagnostics], empty };
}

export function subjectsOfRules({ pods }: Pick<VerifiedRules, 'pods'>): NotedSubjects {
  return withNotes(
    rulesSubjects(pods),
    pods.map(({ notes }) => notes),
  );
}
