/** Which packets fare otherwise than on the base: every file and pod that both sides have. */
import type { Host } from '../../host/host.ts';
import { hostOf, profileOf } from '../../journey/setting.ts';
import type { MeshProfile } from '../../mesh/profile.ts';
import { PROFILES } from '../../mesh/profiles.ts';
import { type Compared, comparisonSubject } from '../../report/ci/comparison.ts';
import type { Place, Subject } from '../../report/review/review.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { isError } from '../../syntax/diagnostic.ts';
import type { Diff } from '../../verify/diff.ts';
import { diffRulesets } from '../../verify/diffRulesets.ts';
import { podsOf } from '../../verify/pods.ts';
import { type Call, textOf } from '../command.ts';
import { loadScenes } from '../manifest/podScenes.ts';
import { loadRules } from '../rules.ts';
import { readHostOption } from '../trace/scene.ts';
import type { Batch } from './groups.ts';
import { RENDERED, withRenderedSettings } from './settings.ts';

/** Rules and the host around them, as one side has them. */
interface World {
  readonly name: string;
  readonly file: string;
  readonly rulesets: readonly Ruleset[];
  /** absent: a pod, as the mesh of the rules sets it up */
  readonly host?: Host;
  /** absent: by the chains */
  readonly profile?: string;
  readonly place?: Place;
  /** equal for worlds of one side that cannot be told apart */
  readonly key: string;
}

export interface Sides {
  readonly head: Call;
  readonly base: Call;
  readonly revision: string;
}

/** `baseFiles`: those of the batch that the base has. A side that cannot be used is not compared: its judgement says so. */
export async function compareBatch(
  { head, base, revision }: Sides,
  batch: Batch,
  baseFiles: readonly string[],
): Promise<readonly Subject[]> {
  const before = new Map((await worldsOf(base, { ...batch, files: baseFiles })).map((world) => [world.name, world]));
  const now = await worldsOf(head, batch);
  const known = new Map<string, readonly Diff[]>();
  return now.flatMap((world) => {
    const old = before.get(world.name);
    if (old === undefined) return [];
    const key = `${old.key} -> ${world.key}`;
    const profile = profileFor(old, world);
    const diffs = known.get(key) ?? diffWorlds(old, world, profile);
    known.set(key, diffs);
    const rules = { base: old.rulesets, head: world.rulesets };
    const compared: Compared = { ...world, revision, profile: profile?.name, rules };
    return [comparisonSubject(compared, diffs)];
  });
}

function profileFor(old: World, world: World): MeshProfile | undefined {
  // a pod that was in the mesh, or will be
  const named = [world.profile, old.profile].find((one) => one !== undefined && one !== 'none') ?? world.profile ?? 'auto';
  return named === 'auto' ? profileOf([...old.rulesets, ...world.rulesets]) : PROFILES.find(({ name }) => name === named);
}

function diffWorlds(old: World, world: World, profile: MeshProfile | undefined): readonly Diff[] {
  if (sameText(old, world)) return [];
  const around = hostOf([...old.rulesets, ...world.rulesets], profile);
  const [host, headHost] = [old.host ?? around, world.host ?? around];
  return diffRulesets(old.rulesets, world.rulesets, { host, headHost, ...(profile !== undefined && { profile }) }).diffs;
}

/** Not one rule and nothing around them differs. */
function sameText(old: World, world: World): boolean {
  const text = ({ rulesets, host }: World) =>
    JSON.stringify([rulesets.map(({ family, source }) => [family, source.text]), host ?? null], (_, value) =>
      typeof value === 'bigint' ? String(value) : value instanceof Map ? [...value] : value,
    );
  return text(old) === text(world);
}

async function worldsOf(call: Call, batch: Batch): Promise<readonly World[]> {
  const asked: Call = { ...call, input: { ...call.input, args: [], options: { ...call.input.options, ...batch.options } } };
  if (batch.kind === 'manifest') return podWorlds(asked, batch.files);
  if (batch.kind === 'rules') return ruleWorlds(asked, batch.files);
  const names = batch.files.map((file) => file + RENDERED);
  const worlds = await ruleWorlds(
    withRenderedSettings(asked, () => {}),
    names,
  );
  return worlds.map((world) => ({ ...world, name: world.name.replaceAll(RENDERED, ''), file: world.file.replace(RENDERED, '') }));
}

async function ruleWorlds(call: Call, files: readonly string[]): Promise<readonly World[]> {
  const hosts = await readHostOption(call);
  const family = textOf(call.input, 'family');
  const one = family === undefined || family.length > 1 ? undefined : family;
  const plain: Call = { ...call, input: { ...call.input, options: { ...call.input.options, family: one } } };
  const loaded = hosts === undefined ? undefined : await loadRules(plain, { files, ...hosts });
  if (hosts === undefined || loaded === undefined || loaded.diagnostics.some(isError)) return [];
  const profile = textOf(call.input, 'profile');
  return podsOf(loaded.rulesets).map((rulesets) => {
    const names = [...new Set(rulesets.map(({ source }) => source.file))];
    const key = JSON.stringify(rulesets.map((ruleset) => [ruleset.family, ruleset.source.text]));
    return { name: names.join(', '), file: names[0] ?? '', rulesets, key, ...hosts, ...(profile !== undefined && { profile }) };
  });
}

async function podWorlds(call: Call, files: readonly string[]): Promise<readonly World[]> {
  const loaded = await loadScenes(call, files);
  if (loaded === undefined || loaded.diagnostics.some(isError)) return [];
  return loaded.scenes.map(({ enrolment: { facts }, rulesets, host, profile, inMesh, key }) => {
    const { kind, namespace, name, place } = facts.pod;
    return {
      name: `${kind} ${namespace}/${name}`,
      file: place.source.file,
      rulesets,
      host,
      profile: inMesh ? profile : 'none',
      place,
      key,
    };
  });
}
