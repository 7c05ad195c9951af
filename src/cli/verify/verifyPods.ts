/** `chainwalk verify` of manifests: who captures each pod, with which rules, and whether these keep the mesh's promises. */
import type { PodFinding } from '../../istio/podChecks/check.ts';
import { toFinding } from '../../report/enrol/json.ts';
import { toVerifyReport } from '../../report/verifyJson.ts';
import { humanVerifyPods, type VerifiedPod } from '../../report/verifyPodsHuman.ts';
import { type Diagnostic, isError } from '../../syntax/diagnostic.ts';
import { causeMemory, causesOfFindings } from '../../verify/causes.ts';
import { inInitPhase } from '../../verify/initPhase.ts';
import type { PodMemory } from '../../verify/renderedPod.ts';
import type { Verified, VerifyOptions } from '../../verify/verify.ts';
import { proofKey, verifyPod } from '../../verify/verifyPod.ts';
import { type Call, isSet, textOf } from '../command.ts';
import { showDiagnostics } from '../diagnostics.ts';
import { EXIT, type ExitCode, worst } from '../exitCode.ts';
import { formatOf } from '../format.ts';
import { loadScenes, type PodScene } from '../manifest/podScenes.ts';
import { type Progress, progressOn } from '../progress.ts';
import { terminal } from '../terminal.ts';
import { exitCodeOf } from './judge.ts';
import { readSettings } from './settings.ts';

export async function verifyPods(call: Call): Promise<ExitCode> {
  const { io, input } = call;
  const verified = await verifyManifests(call, input.args);
  if (verified === undefined) return EXIT.usage;
  const { pods, diagnostics } = verified;
  await showDiagnostics(call, diagnostics);
  if (diagnostics.some(isError)) return EXIT.usage;
  const results = pods.map((pod) => pod.verified);
  if (formatOf(input, 'human') === 'json')
    await io.out.write(`${JSON.stringify({ ...toVerifyReport(results), pods: pods.map(toJson) })}\n`);
  else await io.out.write(`${humanVerifyPods(pods, await terminal(call, io.out))}\n`);
  const strict = isSet(input, 'strict');
  const bad = pods.some(({ findings }) => findings.some(({ level }) => level === 'error' || (strict && level === 'warning')));
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
  const verified = verifyScenes(scenes, { options: settings, memory, tell: progress.tell });
  await progress.end();
  const pods = scenes.flatMap(({ enrolment, findings }, index): VerifiedPod[] => {
    const one = verified[index];
    return one === undefined ? [] : [{ pod: enrolment.facts.pod, verified: one, findings: asked(findings, settings) }];
  });
  return { pods, diagnostics };
}

/** Of the claims that were asked for. */
function asked(findings: readonly PodFinding[], { only, except }: VerifyOptions): readonly PodFinding[] {
  return findings.filter(({ claim }) => (only?.includes(claim) ?? true) && !except?.includes(claim));
}

function toJson({ pod: { kind, namespace, name }, findings }: VerifiedPod): object {
  return { kind, namespace, name, findings: findings.map(toFinding) };
}

interface Verifying {
  readonly options: VerifyOptions;
  readonly memory: PodMemory;
  readonly tell: Progress['tell'];
}

/** Pods with equal rules, hosts and families are proved once; what causes a finding is asked for each. */
function verifyScenes(scenes: readonly PodScene[], { options, memory, tell }: Verifying): readonly Verified[] {
  const proved = new Map<string, Verified>();
  const question = { options, memory: causeMemory(memory) };
  return scenes.map((scene, index) => {
    tell(`verifying pod ${index + 1} of ${scenes.length}, ${proved.size} different so far`);
    const key = proofKey(scene, options, memory);
    const known = proved.get(key) ?? verifyPod(scene, options);
    proved.set(key, known);
    const named = known.rulesets.map(
      (one) => scene.rulesets.find(({ family }) => family === one.family) ?? { ...one, source: sourceOf(scene) },
    );
    const causes = causesOfFindings(scene, known.findings, question);
    return { ...known, rulesets: named, notes: [...notesOf(scene), ...known.notes], causes };
  });
}

function sourceOf({ rulesets }: PodScene): PodScene['rulesets'][number]['source'] {
  return rulesets[0]?.source ?? { file: 'rules', text: '' };
}

function notesOf({ enrolment: { facts, verdict, taken }, rules, inMesh }: PodScene): readonly string[] {
  const because = taken.at(-1)?.answer.because ?? '';
  return [
    ...(verdict === 'captured'
      ? []
      : [`nobody writes rules: ${because}${inMesh ? '' : '; it is not meant to be captured, and not judged'}`]),
    ...facts.assumptions,
    ...rules.assumptions,
  ];
}
