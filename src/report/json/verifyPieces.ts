/** JSON of `verify` in pieces that are `jsonText` of the whole report together: no more is made of it at a time than one subject.
 *  As one text it ends at half a billion characters, which 20,000 pods have. */
import { jsonText } from '../../lib/printable.ts';
import type { VerifiedPod } from '../../pods/verifiedPod.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import { toVerifyResult, verifyTotals } from './verify.ts';
import { toVerifiedPod } from './verifyPods.ts';

/** `toVerifyReport` */
export function* verifyPieces(pods: readonly Verified[], more: Iterable<string> = []): Iterable<string> {
  const { schema, rules, profile, ...totals } = verifyTotals(pods);
  yield `${jsonText({ schema, rules, profile }).slice(0, -1)},"findings":[`;
  yield* listed(pods, (pod) => jsonText(toVerifyResult(pod).findings).slice(1, -1));
  yield `],${jsonText(totals).slice(1, -1)}`;
  if (pods.length > 1) {
    yield ',"results":[';
    yield* listed(pods, (pod) => jsonText(toVerifyResult(pod)));
    yield ']';
  }
  yield* more;
  yield '}';
}

/** `toVerifyPodsReport` */
export function verifyPodsPieces(pods: readonly VerifiedPod[]): Iterable<string> {
  return verifyPieces(
    pods.map(({ verified }) => verified),
    podPieces(pods),
  );
}

function* podPieces(pods: readonly VerifiedPod[]): Iterable<string> {
  yield ',"pods":[';
  yield* listed(pods, (pod) => jsonText(toVerifiedPod(pod)));
  yield ']';
}

function* listed<T>(all: readonly T[], textOf: (one: T) => string): Iterable<string> {
  let between = '';
  for (const one of all) {
    const text = textOf(one);
    if (text === '') continue;
    yield `${between}${text}`;
    between = ',';
  }
}
