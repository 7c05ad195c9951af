/** Which packets end in another way than on the base: every file and pod that both sides have. */
import type { Host } from '../../host/host.ts';
import { hostOf, profileOf } from '../../journey/setting.ts';
import { PROFILES } from '../../mesh/profiles.ts';
import { comparisonSubjects, type Naming } from '../../report/review/comparison.ts';
import type { Subject } from '../../report/review/review.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { isError } from '../../syntax/diagnostic.ts';
import type { DiffSubject } from '../../verify/diffSubjects.ts';
import { podsOf } from '../../verify/pods.ts';
import { emptyMemory } from '../../verify/renderedPod.ts';
import { type Call, textOf } from '../command.ts';
import { causesIn, compareAll } from '../diff/compare.ts';
import { readPods } from '../diff/readPods.ts';
import { type Progress, progressOn } from '../progress.ts';
import { loadRules } from '../rules.ts';
import { readHostOption } from '../trace/scene.ts';
import type { Batch } from './groups.ts';
import { RENDERED, withRenderedSettings } from './settings.ts';
import { silent } from './silent.ts';

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
  const memory = emptyMemory();
  const read = async (call: Call, side: 'base' | 'head', files: readonly string[]): Promise<readonly DiffSubject[]> => {
    const asked: Call = { io: silent(call.io), input: { ...call.input, args: [], options: { ...call.input.options, ...batch.options } } };
    if (batch.kind === 'manifest') return (await readPods(asked, { side, files, memory }))?.subjects ?? [];
    return batch.kind === 'rules' ? ruleSubjects(asked, files) : settingSubjects(asked, files);
  };
  const before = new Map((await read(base, 'base', baseFiles)).map((subject) => [subject.name, subject]));
  const now = await read(head, 'head', batch.files);
  const pairs = now.flatMap((subject) => {
    const old = before.get(subject.name);
    return old === undefined ? [] : [{ base: old, head: subject }];
  });
  const progress: Progress = progressOn(head.io.err, () => performance.now());
  const compared = compareAll(pairs, { where: undefined, memory, tell: progress.tell });
  await progress.end();
  const naming: Naming = {
    nameOf: ({ head: { name } }) => `${revision}:${name} -> ${name}`,
    plain: (file) => file,
    causesOf: causesIn(memory),
  };
  // by name, whatever was proved at once
  return compared.flatMap((one) => comparisonSubjects(one, naming)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function settingSubjects(call: Call, files: readonly string[]): Promise<readonly DiffSubject[]> {
  const names = files.map((file) => file + RENDERED);
  const subjects = await ruleSubjects(
    withRenderedSettings(call, () => {}),
    names,
  );
  return subjects.map((subject) => ({
    ...subject,
    name: subject.name.replaceAll(RENDERED, ''),
    file: subject.file.replace(RENDERED, ''),
    rulesets: subject.rulesets.map((ruleset) => ({ ...ruleset, source: { ...ruleset.source, rendered: true } })),
  }));
}

async function ruleSubjects(call: Call, files: readonly string[]): Promise<readonly DiffSubject[]> {
  const hosts = await readHostOption(call);
  const family = textOf(call.input, 'family');
  const one = family === undefined || family.length > 1 ? undefined : family;
  const plain: Call = { ...call, input: { ...call.input, options: { ...call.input.options, family: one } } };
  const loaded = hosts === undefined ? undefined : await loadRules(plain, { files, ...(hosts.host !== undefined && { host: hosts.host }) });
  if (hosts === undefined || loaded === undefined || loaded.diagnostics.some(isError)) return [];
  const profileName = textOf(call.input, 'profile') ?? 'auto';
  return podsOf(loaded.rulesets).map((rulesets) => {
    const names = [...new Set(rulesets.map(({ source }) => source.file))];
    const profile = profileName === 'auto' ? profileOf(rulesets) : PROFILES.find(({ name }) => name === profileName);
    const host = hosts.host ?? hostOf(rulesets, profile, hosts.podIps);
    return { name: names.join(', '), file: names[0] ?? '', line: 1, rulesets, host, profile, key: keyOf(rulesets, host) };
  });
}

/** Not one rule and nothing around them differs. */
function keyOf(rulesets: readonly Ruleset[], host: Host): string {
  return JSON.stringify([rulesets.map(({ family, source }) => [family, source.text]), host], (_, value) =>
    typeof value === 'bigint' ? String(value) : value instanceof Map ? [...value] : value,
  );
}
