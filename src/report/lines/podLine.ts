/** A pod's line of `verify -o jsonl`, made as a whole only where its answer is new. */
import { jsonText } from '../../lib/printable.ts';
import { inOtherFile } from '../../pods/familiesOfPod.ts';
import type { VerifiedPod } from '../../pods/verifiedPod.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import { claimsVerdict, filesOfRules } from '../human/verdictLine.ts';
import type { VerifyStyle } from '../human/verify.ts';
import { alikePods, onePodParts, openFindings } from '../human/verifyPods.ts';
import { toCheckDiagnostics } from '../json/check.ts';
import { toVerifyResult } from '../json/verify.ts';
import { toVerifiedPod } from '../json/verifyPods.ts';
import { PLAIN } from '../text/paint.ts';
import { shortDigest } from '../text/shortDigest.ts';
import { causePlaces, withoutCausePlaces } from './causePlaces.ts';
import type { LineExit, LinePod, SaidWords, SameLine, SubjectLine } from './verifyLine.ts';

export interface PodLineInput {
  readonly one: VerifiedPod;
  /** of the pod among those that were listed, from 1 */
  readonly index: number;
  readonly exit: LineExit;
  readonly style: Pick<VerifyStyle, 'strict' | 'failing' | 'detailed'>;
}

/** What a line has of its own, and the whole line. */
export interface LineOfPod extends Pick<SameLine, 'index' | 'rules' | 'answer' | 'pod' | 'places'> {
  readonly line: () => SubjectLine;
}

const WIDTH = 80;
/** Answers about equal rules, where pods differ in what is said of their own fields. */
const MOST_KEPT = 256;

export function podLines(): (input: PodLineInput) => LineOfPod {
  const alike = alikePods();
  /** of rules that were proved once, by all else that an answer depends on */
  const answers = new WeakMap<Verified['findings'], Map<string, string>>();

  return ({ one, index, exit, style }) => {
    const { verified } = one;
    const said = alike(one);
    const words = shortDigest(`${style.failing ?? 0} ${said}`);
    const places = causePlaces(verified);
    const known = answers.get(verified.findings) ?? new Map<string, string>();
    answers.set(verified.findings, known);
    const key = jsonText([words, verified.notes, exit]);
    const answer = known.get(key) ?? answerOf(verified, key);
    if (known.size >= MOST_KEPT) known.clear();
    known.set(key, answer);
    const pod: LinePod = {
      ...toVerifiedPod(one),
      ...(one.warnings.length > 0 && { warnings: toCheckDiagnostics(one.warnings) }),
    };
    const own = { index, rules: filesOfRules(verified), answer, pod };
    return { ...own, ...(places.length > 0 && { places }), line: () => wholeLine({ one, exit, style, own, words }) };
  };
}

/** The same wherever it is computed, whatever the pod is called and wherever its settings stand. */
function answerOf(verified: Verified, key: string): string {
  const rulesets = verified.rulesets.map((ruleset) => ({ ...ruleset, source: { ...ruleset.source, file: 'RULES' } }));
  const result = toVerifyResult(inOtherFile(verified, rulesets));
  return shortDigest(jsonText([{ ...result, findings: withoutCausePlaces(result.findings) }, key]));
}

interface Whole extends Pick<PodLineInput, 'one' | 'exit' | 'style'> {
  readonly own: Pick<SubjectLine, 'index' | 'rules' | 'answer' | 'pod'>;
  readonly words: string;
}

function wholeLine({ one, exit, style, own: { index, rules, answer, pod }, words }: Whole): SubjectLine {
  const { verdict, rest } = onePodParts(one, { ...style, paint: PLAIN, width: WIDTH });
  const open = openFindings(one);
  const word = open.some(({ isUnjudged }) => isUnjudged) ? 'NOT CHECKED' : (claimsVerdict(one.verified, style, open).word ?? 'not asked');
  const said: SaidWords = { word, words, verdict: verdict.join('\n'), rest: rest.join('\n') };
  return {
    schema: 'chainwalk/verify-lines/v1',
    kind: 'subject',
    index,
    answer,
    exit,
    ...toVerifyResult(one.verified),
    rules,
    ...(one.verified.asksNothing === true && { asked: false as const }),
    within: one.verified.bounds,
    ...(pod !== undefined && { pod }),
    said,
  };
}
