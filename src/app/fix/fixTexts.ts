/** `verify --fix`: what is proved to fix one cause is written, then the next cause is looked at, until nothing more is found. */
import type { Verified } from '../../prove/judge/verifyRules.ts';
import type { ProvedFix } from '../../prove/proof/provedFix.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import { type VerifyRulesQuestion, verifyRuleTexts } from '../verify/verifyRules.ts';
import { withFixes } from './fixes.ts';

export interface FixedTexts {
  /** verdicts on the texts as they were given */
  readonly before: readonly Verified[];
  readonly diagnostics: readonly Diagnostic[];
  /** in the order of the question */
  readonly sources: readonly Source[];
  /** in the order in which they were made; line numbers are those of the text that each was made in */
  readonly made: readonly ProvedFix[];
  /** files with errors whose lines cannot be edited one by one */
  readonly unfit: readonly string[];
}

/** More causes than that are no slip. */
const MOST_ROUNDS = 8;

export function fixTexts(question: VerifyRulesQuestion): FixedTexts {
  const first = verifyRuleTexts(question);
  let { sources } = question.rules;
  let { pods } = first;
  const made: ProvedFix[] = [];
  const unfit = new Set<string>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const searched = withFixes(pods, { ...question, rules: { ...question.rules, sources } });
    for (const file of searched.flatMap(unfitFiles)) unfit.add(file);
    const fixes = searched.flatMap(({ fixes: found }) => [...(found?.values() ?? [])].flatMap(({ fix }) => fix ?? []).slice(0, 1));
    const fresh = fixes.filter(({ source }, index) => fixes.findIndex((one) => one.source.file === source.file) === index);
    if (fresh.length === 0) break;
    made.push(...fresh);
    sources = sources.map((source) => {
      const fix = fresh.find((one) => one.source.file === source.file && one.source.text === source.text);
      return fix === undefined ? source : { ...source, text: fix.text };
    });
    pods = verifyRuleTexts({ ...question, rules: { ...question.rules, sources } }).pods;
  }
  return { before: first.pods, diagnostics: first.diagnostics, sources, made, unfit: [...unfit] };
}

function unfitFiles({ findings, fixes, rulesets }: Verified): readonly string[] {
  return findings.flatMap((one) => {
    if (one.verdict !== 'violated' || one.level !== 'error' || one.muted !== undefined || fixes?.get(one) !== undefined) return [];
    return rulesets.filter(({ family }) => family === one.family).map(({ source }) => source.file);
  });
}
