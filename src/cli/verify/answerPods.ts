/** `chainwalk verify` of manifests. */

import { reviewOf } from '../../app/verify/notedSubjects.ts';
import { subjectsOfPods, verifyPodTexts } from '../../app/verify/verifyPods.ts';
import { NO_PACKET } from '../../connection/askedPackets.ts';
import { kept } from '../../lib/kept.ts';
import type { VerifiedPod } from '../../pods/verifiedPod.ts';
import type { VerifyStyle } from '../../report/human/verify.ts';
import { humanVerifyPods } from '../../report/human/verifyPods.ts';
import { verifyPodsPieces } from '../../report/json/verifyPieces.ts';
import { isError, stopsAll } from '../../syntax/text/diagnostic.ts';
import { type Call, optionIsSet, optionText } from '../argv/command.ts';
import { EXIT, type ExitCode, worst } from '../argv/exitCode.ts';
import { progressOn } from '../argv/progress.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { readPlace } from '../input/place.ts';
import { podTextsOf } from '../input/podTexts.ts';
import { complain } from '../io/messages.ts';
import { withWitnesses } from '../kernel/withWitnesses.ts';
import { outputWords, readOutputs } from '../review/outputs.ts';
import { writeReport } from '../review/write.ts';
import { verifyExitCode } from './exitCode.ts';
import { readClaimOptions } from './options.ts';

export async function answerPods(call: Call, files: readonly string[]): Promise<ExitCode> {
  const { io, input } = call;
  const outputs = await readOutputs(call, outputWords(input));
  const options = outputs === undefined ? undefined : await readClaimOptions(call);
  const place = options === undefined ? undefined : await readPlace(call);
  const texts = place === undefined ? undefined : await podTextsOf(call, files);
  if (outputs === undefined || options === undefined || place === undefined || texts === undefined) return EXIT.usage;
  const { tell, end } = progressOn(io.err, () => performance.now());
  const inInitPhase = optionText(input, 'phase') === 'init';
  const verified = verifyPodTexts({ pods: texts, options: { ...options, ...place }, inInitPhase, progress: tell });
  const asked = await withWitnesses(
    call,
    verified.pods.map((pod) => pod.verified),
  );
  await end();
  const { diagnostics } = verified;
  const pods = verified.pods.map((pod, index) => ({ ...pod, verified: asked.shown[index] ?? pod.verified }));
  await showDiagnostics(call, diagnostics);
  if (diagnostics.some(stopsAll) || pods.length === 0) return EXIT.usage;
  if (pods.every((pod) => pod.verified.asksNothing === true)) {
    await complain(io, { message: NO_PACKET, help: 'no packet of these pods matches `--where`, in the families of their addresses' });
    return EXIT.usage;
  }
  const strict = optionIsSet(input, 'strict');
  const ofPods = new Set(pods.flatMap(({ warnings }) => warnings));
  const ofAll = diagnostics.filter((one) => !isError(one) && !ofPods.has(one)).length;
  const failingOf = ({ warnings }: VerifiedPod) => (strict ? ofAll + warnings.length : 0);
  const own = {
    human: (style: VerifyStyle) => humanVerifyPods(pods, { ...style, failingOf, detailed: optionIsSet(input, 'verbose') }),
    json: () => ({ pieces: verifyPodsPieces(pods) }),
  };
  const review = kept(() => reviewOf(subjectsOfPods({ ...verified, pods }), diagnostics));
  if (!(await writeReport(call, { review, outputs, own, strict }))) return EXIT.usage;
  const kernel = await asked.tell();
  const open = pods.flatMap(({ findings, muted }) => findings.filter((finding) => muted?.has(finding) !== true));
  const bad = open.some(({ level }) => level === 'error' || (strict && level === 'warning'));
  const results = pods.map((pod) => pod.verified);
  if (diagnostics.some(isError) || open.some(({ isUnjudged }) => isUnjudged)) return EXIT.usage;
  return worst(worst(verifyExitCode(call, results, diagnostics), bad ? EXIT.findings : EXIT.ok), kernel);
}
