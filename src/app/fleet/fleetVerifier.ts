/** `verify` of rules, one file after the other: of a fleet of any size no more is kept than some answers that may come again. */
import { Reserve } from '../../lib/budget.ts';
import { inOtherFile, podsOf } from '../../pods/familiesOfPod.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import { withoutVarying, withTextOf } from '../../syntax/text/likeTexts.ts';
import type { Source } from '../../syntax/text/source.ts';
import { withFixes, withOwnFixes } from '../fix/fixes.ts';
import { type RuleTexts, readAgain } from '../load/ruleTexts.ts';
import { type VerifiedRules, type VerifyRulesQuestion, verifyRuleTexts } from '../verify/verifyRules.ts';

/** Answers that are kept for files that are alike. */
const MOST_KEPT = 256;

/** What was proved of a text. */
export interface ProvedText {
  readonly source: Source;
  readonly verified: VerifiedRules;
}

export interface FleetAnswer {
  /** the same object for files that are alike: all that is said of them is the same but for their names */
  readonly proved: ProvedText;
  /** of this file */
  readonly verified: () => VerifiedRules;
  /** patches have lines that this file has in other words: its answer is its own */
  readonly isOwn: boolean;
}

/** Each text has budgets of its own, so that its answer depends neither on the order of files nor on what other files there are. */
export function fleetVerifier(options: VerifyRulesQuestion['options']): (rules: RuleTexts) => FleetAnswer {
  const kept = new Map<string, ProvedText>();
  return (rules) => {
    const [source] = rules.sources;
    if (source === undefined || rules.sources.length > 1 || rules.settings !== undefined) {
      const verified = proveTexts(rules, options);
      return { proved: { source: source ?? { file: '', text: '' }, verified }, verified: () => verified, isOwn: true };
    }
    const common = withoutVarying(source.text);
    const known = kept.get(common);
    const own = known && withTextOf(known.source.text, source);
    const again = known && own && asOf(known, own);
    if (known !== undefined && again !== undefined) {
      kept.delete(common);
      kept.set(common, known);
      return {
        proved: known,
        verified: again,
        isOwn: own?.varied !== undefined && known.verified.pods.some(({ fixes }) => fixes !== undefined),
      };
    }
    const proved = { source, verified: proveTexts(rules, options) };
    if (asOf(proved, source) !== undefined) kept.set(common, proved);
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    return { proved, verified: () => proved.verified, isOwn: true };
  };
}

function proveTexts(rules: RuleTexts, { limits, ...options }: VerifyRulesQuestion['options']): VerifiedRules {
  const reserve = new Reserve();
  const question = { rules, options: { ...options, limits: () => ({ ...limits?.(), reserve }) } };
  const verified = verifyRuleTexts(question);
  return { ...verified, pods: withFixes(verified.pods, question) };
}

/** Undefined where more than the name of the file is in what was read. */
function asOf({ source: first, verified }: ProvedText, source: Source): (() => VerifiedRules) | undefined {
  const rulesets = verified.pods.flatMap((pod) => pod.rulesets);
  const read = readAgain({ source: first, read: { rulesets, diagnostics: verified.diagnostics } }, source);
  if (read === undefined || verified.pods.length > 1) return undefined;
  const [rules = []] = podsOf(read.rulesets);
  return () => ({ ...verified, diagnostics: read.diagnostics, pods: verified.pods.map((pod) => podInFile(pod, rules)) });
}

/** The same of a file with equal rules. */
export function podInFile(pod: Verified, rulesets: Verified['rulesets']): Verified {
  const renamed = inOtherFile(pod, rulesets);
  return pod.fixes === undefined ? renamed : withOwnFixes(renamed, pod.fixes);
}
