/** `chainwalk verify` of manifests: who captures each pod, with which rules, and whether these keep the mesh's promises. */
import { humanVerify } from '../../report/verifyHuman.ts';
import { toVerifyReport } from '../../report/verifyJson.ts';
import { isError } from '../../syntax/diagnostic.ts';
import { type Verified, type VerifyOptions, verifyRulesets } from '../../verify/verify.ts';
import type { Call } from '../command.ts';
import { showDiagnostics } from '../diagnostics.ts';
import { EXIT, type ExitCode } from '../exitCode.ts';
import { formatOf } from '../format.ts';
import { loadScenes, type PodScene } from '../manifest/podScenes.ts';
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
  const pods = verifyScenes(loaded.scenes, settings);
  if (formatOf(input, 'human') === 'json') await io.out.write(`${JSON.stringify(toVerifyReport(pods))}\n`);
  else await io.out.write(`${humanVerify(pods, await terminal(call, io.out))}\n`);
  return exitCodeOf(call, pods, loaded.diagnostics);
}

/** Pods with equal rules, hosts and families are proved once. */
export function verifyScenes(scenes: readonly PodScene[], settings: VerifyOptions): readonly Verified[] {
  const proved = new Map<string, Verified>();
  return scenes.map((scene) => {
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
