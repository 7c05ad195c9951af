/** `chainwalk verify` of manifests: who captures each pod, with which rules, and whether these keep the mesh's promises. */
import type { PodFinding } from '../../istio/podChecks/check.ts';
import { toFinding } from '../../report/enrol/json.ts';
import { toVerifyReport } from '../../report/verifyJson.ts';
import { humanVerifyPods, type VerifiedPod } from '../../report/verifyPodsHuman.ts';
import { isError } from '../../syntax/diagnostic.ts';
import { type Verified, type VerifyOptions, verifyRulesets } from '../../verify/verify.ts';
import { type Call, isSet } from '../command.ts';
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
  const settings = await readSettings(call);
  if (settings === undefined) return EXIT.usage;
  const loaded = await loadScenes(call, input.args);
  if (loaded === undefined) return EXIT.usage;
  await showDiagnostics(call, loaded.diagnostics);
  if (loaded.diagnostics.some(isError)) return EXIT.usage;
  const progress = progressOn(io.err, () => performance.now());
  const verified = verifyScenes(loaded.scenes, settings, progress.tell);
  await progress.end();
  const pods = loaded.scenes.flatMap(({ enrolment, findings }, index): VerifiedPod[] => {
    const one = verified[index];
    return one === undefined ? [] : [{ pod: enrolment.facts.pod, verified: one, findings: asked(findings, settings) }];
  });
  if (formatOf(input, 'human') === 'json')
    await io.out.write(`${JSON.stringify({ ...toVerifyReport(verified), pods: pods.map(toJson) })}\n`);
  else await io.out.write(`${humanVerifyPods(pods, await terminal(call, io.out))}\n`);
  const strict = isSet(input, 'strict');
  const bad = pods.some(({ findings }) => findings.some(({ level }) => level === 'error' || (strict && level === 'warning')));
  return worst(exitCodeOf(call, verified, loaded.diagnostics), bad ? EXIT.findings : EXIT.ok);
}

/** Of the claims that were asked for. */
function asked(findings: readonly PodFinding[], { only, except }: VerifyOptions): readonly PodFinding[] {
  return findings.filter(({ claim }) => (only?.includes(claim) ?? true) && !except?.includes(claim));
}

function toJson({ pod: { kind, namespace, name }, findings }: VerifiedPod): object {
  return { kind, namespace, name, findings: findings.map(toFinding) };
}

/** Pods with equal rules, hosts and families are proved once. */
function verifyScenes(scenes: readonly PodScene[], settings: VerifyOptions, tell: Progress['tell']): readonly Verified[] {
  const proved = new Map<string, Verified>();
  return scenes.map((scene, index) => {
    tell(`verifying pod ${index + 1} of ${scenes.length}, ${proved.size} different so far`);
    const key = keyOf(scene);
    const known = proved.get(key) ?? verifyScene(scene, settings);
    proved.set(key, known);
    const named = known.rulesets.map(
      (one) => scene.rulesets.find(({ family }) => family === one.family) ?? { ...one, source: sourceOf(scene) },
    );
    return { ...known, rulesets: named, notes: [...notesOf(scene), ...known.notes] };
  });
}

function verifyScene({ rulesets, host, profile, inMesh, families }: PodScene, settings: VerifyOptions): Verified {
  if (!inMesh) return { rulesets, profile: undefined, findings: [], notes: [] };
  return verifyRulesets(rulesets, { host, profile, families, ...settings });
}

function keyOf({ rulesets, host, profile, inMesh, families }: PodScene): string {
  const texts = rulesets.map(({ family, source }) => [family, source.text]);
  return JSON.stringify([texts, profile, inMesh, families, host.interfaces, [...host.processes]], (_, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
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
