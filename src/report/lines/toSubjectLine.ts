/** A subject's line of `verify -o jsonl`. */

import { jsonText } from '../../lib/printable.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { claimsVerdict } from '../human/verdictLine.ts';
import { podParts, type VerifyStyle } from '../human/verify.ts';
import { toCheckDiagnostics } from '../json/check.ts';
import { toVerifyResult } from '../json/verify.ts';
import { PLAIN } from '../text/paint.ts';
import { shortDigest } from '../text/shortDigest.ts';
import type { LineExit, LinePlace, SaidWords, SubjectLine } from './verifyLine.ts';

export interface SubjectInput {
  readonly pod: Verified;
  readonly place: LinePlace;
  /** about its text: warnings */
  readonly diagnostics: readonly Diagnostic[];
  readonly exit: LineExit;
  readonly style: Pick<VerifyStyle, 'strict' | 'failing' | 'detailed'>;
  /** the same, as if its files had other names */
  readonly named: (nameOf: (file: string) => string) => Pick<SubjectInput, 'pod' | 'diagnostics'>;
}

const WIDTH = 80;
/** A line feed is what no words depend on then. */
const UNBROKEN = 1 << 20;

export function toSubjectLine(input: SubjectInput): SubjectLine {
  const { place, exit } = input;
  const nameless = input.named(() => 'RULES');
  const words = shortDigest(partsOf({ ...input, ...nameless }, UNBROKEN).join('\n'));
  const answer = shortDigest(jsonText([bodyOf({ ...input, ...nameless }), words, exit]));
  const [verdict, rest] = partsOf(input, WIDTH);
  const word = claimsVerdict(input.pod, input.style).word ?? 'not asked';
  const said: SaidWords = { word, words, verdict, rest };
  return { schema: 'chainwalk/verify-lines/v1', kind: 'subject', ...place, answer, exit, ...bodyOf(input), said };
}

function bodyOf({ pod, diagnostics }: SubjectInput) {
  return {
    ...toVerifyResult(pod),
    ...(pod.asksNothing === true && { asked: false as const }),
    ...(diagnostics.length > 0 && { warnings: toCheckDiagnostics(diagnostics) }),
    within: pod.bounds,
  };
}

function partsOf({ pod, style }: SubjectInput, width: number): readonly [verdict: string, rest: string] {
  const { verdict, rest } = podParts(pod, { ...style, paint: PLAIN, width, inFiles: true });
  return [verdict.join('\n'), rest.join('\n')];
}
