/** `chainwalk verify` of manifests: who captures each pod, with which rules, and whether these keep the mesh's promises. */

import { jsonText } from '../../lib/printable.ts';
import { inInitPhase } from '../../pods/initPhase.ts';
import type { VerifiedPod } from '../../pods/verifiedPod.ts';
import { verifyScenes } from '../../pods/verifyPods.ts';
import type { VerifyStyle } from '../../report/human/verify.ts';
import { humanVerifyPods } from '../../report/human/verifyPods.ts';
import { toVerifyPodsReport } from '../../report/json/verifyPods.ts';
import { podSubject } from '../../report/review/fromPods.ts';
import { mergeNotes } from '../../report/review/notes.ts';
import type { Review } from '../../report/review/review.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import { type Call, isSet, textOf } from '../argv/command.ts';
import { EXIT, type ExitCode, worst } from '../argv/exitCode.ts';
import { progressOn } from '../argv/progress.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { loadScenes } from '../input/podScenes.ts';
import { outputWords, readOutputs } from '../review/outputs.ts';
import { writeReport } from '../review/write.ts';
import { muteCommentedPods } from '../suppress/manifests.ts';
import { exitCodeOf } from './judge.ts';
import { askedClaims, readSettings } from './settings.ts';

export async function verifyPods(call: Call): Promise<ExitCode> {
  const outputs = await readOutputs(call, outputWords(call.input));
  const verified = outputs === undefined ? undefined : await verifyManifests(call, call.input.args);
  if (outputs === undefined || verified === undefined) return EXIT.usage;
  const { pods, diagnostics } = verified;
  await showDiagnostics(call, diagnostics);
  if (diagnostics.some(isError)) return EXIT.usage;
  const results = pods.map((pod) => pod.verified);
  const strict = isSet(call.input, 'strict');
  const failing = strict ? diagnostics.length : 0;
  const own = {
    human: (style: VerifyStyle) => humanVerifyPods(pods, { ...style, failing }),
    json: () => jsonText(toVerifyPodsReport(pods)),
  };
  if (!(await writeReport(call, { review: reviewOf(verified), outputs, own, strict }))) return EXIT.usage;
  const open = pods.flatMap(({ findings, muted }) => findings.filter((finding) => muted?.has(finding) !== true));
  const bad = open.some(({ level }) => level === 'error' || (strict && level === 'warning'));
  return worst(exitCodeOf(call, results, diagnostics), bad ? EXIT.findings : EXIT.ok);
}

function reviewOf({ pods, diagnostics }: VerifiedManifests): Review {
  const subjects = pods.map(podSubject);
  const notes = pods.map(({ verified }, index) => ({ subject: subjects[index]?.name ?? '', notes: verified.notes }));
  return { subjects, diagnostics, notes: mergeNotes(notes) };
}

export interface VerifiedManifests {
  readonly pods: readonly VerifiedPod[];
  /** with an error there are no pods */
  readonly diagnostics: readonly Diagnostic[];
}

/** Undefined when a file or an option cannot be read, which has been said. */
export async function verifyManifests(call: Call, files: readonly string[]): Promise<VerifiedManifests | undefined> {
  const settings = await readSettings(call);
  const loaded = settings === undefined ? undefined : await loadScenes(call, files);
  if (settings === undefined || loaded === undefined) return undefined;
  const { memory, diagnostics } = loaded;
  const scenes = textOf(call.input, 'phase') === 'init' ? loaded.scenes.map(inInitPhase) : loaded.scenes;
  if (diagnostics.some(isError)) return { pods: [], diagnostics };
  const progress = progressOn(call.io.err, () => performance.now());
  const verified = verifyScenes({ scenes, memory }, { options: settings, tell: progress.tell });
  await progress.end();
  const { pods, diagnostics: about } = muteCommentedPods(verified, askedClaims(settings));
  return { pods, diagnostics: [...diagnostics, ...(settings.where === undefined ? about : [])] };
}
