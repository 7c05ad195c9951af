/** `chainwalk verify` of manifests: who captures each pod, with which rules, and whether these keep the mesh's promises. */
import { verifyScenes } from '../../kubernetes/verifyScenes.ts';
import { humanVerifyPods, type VerifiedPod } from '../../report/verifyPodsHuman.ts';
import { toVerifyPodsReport } from '../../report/verifyPodsJson.ts';
import { type Diagnostic, isError } from '../../syntax/diagnostic.ts';
import { inInitPhase } from '../../verify/initPhase.ts';
import { type Call, isSet, textOf } from '../command.ts';
import { showDiagnostics } from '../diagnostics.ts';
import { EXIT, type ExitCode, worst } from '../exitCode.ts';
import { formatOf } from '../format.ts';
import { loadScenes } from '../manifest/podScenes.ts';
import { progressOn } from '../progress.ts';
import { muteCommentedPods } from '../suppress/manifests.ts';
import { terminal } from '../terminal.ts';
import { exitCodeOf } from './judge.ts';
import { askedClaims, readSettings } from './settings.ts';

export async function verifyPods(call: Call): Promise<ExitCode> {
  const { io, input } = call;
  const verified = await verifyManifests(call, input.args);
  if (verified === undefined) return EXIT.usage;
  const { pods, diagnostics } = verified;
  await showDiagnostics(call, diagnostics);
  if (diagnostics.some(isError)) return EXIT.usage;
  const results = pods.map((pod) => pod.verified);
  if (formatOf(input, 'human') === 'json') await io.out.write(`${JSON.stringify(toVerifyPodsReport(pods))}\n`);
  else await io.out.write(`${humanVerifyPods(pods, await terminal(call, io.out))}\n`);
  const strict = isSet(input, 'strict');
  const open = pods.flatMap(({ findings, muted }) => findings.filter((finding) => muted?.has(finding) !== true));
  const bad = open.some(({ level }) => level === 'error' || (strict && level === 'warning'));
  return worst(exitCodeOf(call, results, diagnostics), bad ? EXIT.findings : EXIT.ok);
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
