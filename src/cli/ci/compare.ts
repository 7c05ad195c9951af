/** Which packets end in another way than on the base: every file and pod that both sides have. */

import type { DiffSubject } from '../../pods/compareSubjects.ts';
import { podsOf } from '../../pods/familiesOfPod.ts';
import { emptyMemory } from '../../pods/renderedPod.ts';
import { comparisonSubjects, type Naming } from '../../report/review/comparison.ts';
import type { Subject } from '../../report/review/review.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import { type Call, textOf } from '../argv/command.ts';
import { limitsOf } from '../argv/limits.ts';
import { type Progress, progressOn } from '../argv/progress.ts';
import { causesIn, compareAll } from '../diff/compare.ts';
import { readPods } from '../diff/readPods.ts';
import { textOf as keyText, type RuleSide, rulePair } from '../diff/rulePair.ts';
import { loadRules } from '../input/rules.ts';
import { readPlaceOptions } from '../trace/scene.ts';
import type { Differing } from './base.ts';
import { RENDERED, withRenderedSettings } from './settings.ts';
import { silent } from './silent.ts';

type DiffPair = Parameters<typeof compareAll>[0][number];

export interface Sides {
  readonly head: Call;
  readonly base: Call;
  readonly revision: string;
  /** files of the base that have another name now */
  readonly renamed: ReadonlyMap<string, string>;
}

/** A side that cannot be used is not compared: its judgement says so. */
export async function compareBatches({ head, base, revision, renamed }: Sides, differing: Differing): Promise<readonly Subject[]> {
  const memory = emptyMemory();
  const read = async (call: Call, side: 'base' | 'head'): Promise<readonly (DiffSubject | RuleSide)[]> => {
    const found: (DiffSubject | RuleSide)[] = [];
    for (const batch of differing[side]) {
      const asked: Call = { io: silent(call.io), input: { ...call.input, args: [], options: { ...call.input.options, ...batch.options } } };
      const { kind, files } = batch;
      if (kind === 'manifest') found.push(...((await readPods(asked, { side, files, memory }))?.subjects ?? []));
      else found.push(...(kind === 'rules' ? await ruleSides(asked, files) : await settingSides(asked, files)));
    }
    return found;
  };
  const before = new Map((await read(base, 'base')).map((subject) => [nameNow(subject, renamed), subject]));
  const now = await read(head, 'head');
  const pairs = now.flatMap((subject) => {
    const old = before.get(subject.name);
    return old === undefined ? [] : pairOf(old, subject);
  });
  const progress: Progress = progressOn(head.io.err, () => performance.now());
  const compared = compareAll(pairs, { where: undefined, memory, limits: limitsOf(head), tell: progress.tell });
  await progress.end();
  const naming: Naming = {
    nameOf: (pair) => `${revision}:${pair.base.name} -> ${pair.head.name}`,
    plain: (file) => file,
    causesOf: causesIn(memory),
  };
  // by name, whatever was proved at once
  return compared.flatMap((one) => comparisonSubjects(one, naming)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Both pods, or both rules: a file that holds the other now is gone as what it was. */
function pairOf(base: DiffSubject | RuleSide, head: DiffSubject | RuleSide): readonly DiffPair[] {
  if ('given' in base && 'given' in head) {
    const pair = rulePair({ base, head });
    return [{ base: keyed(pair.base), head: keyed(pair.head) }];
  }
  return 'given' in base || 'given' in head ? [] : [{ base, head }];
}

function nameNow(subject: DiffSubject | RuleSide, renamed: ReadonlyMap<string, string>): string {
  const { name, file } = subject;
  const now = 'given' in subject ? renamed.get(file) : undefined;
  return now === undefined ? name : name.replace(file, () => now);
}

async function settingSides(call: Call, files: readonly string[]): Promise<readonly RuleSide[]> {
  const names = files.map((file) => file + RENDERED);
  const sides = await ruleSides(
    withRenderedSettings(call, () => {}),
    names,
  );
  return sides.map((subject) => ({
    ...subject,
    name: subject.name.replaceAll(RENDERED, ''),
    file: subject.file.replace(RENDERED, ''),
    rulesets: subject.rulesets.map((ruleset) => ({ ...ruleset, source: { ...ruleset.source, rendered: true } })),
  }));
}

async function ruleSides(call: Call, files: readonly string[]): Promise<readonly RuleSide[]> {
  const given = await readPlaceOptions(call);
  const family = textOf(call.input, 'family');
  const one = family === undefined || family.length > 1 ? undefined : family;
  const plain: Call = { ...call, input: { ...call.input, options: { ...call.input.options, family: one } } };
  const loaded = given && (await loadRules(plain, { files, ...(given.host !== undefined && { host: given.host }) }));
  if (given === undefined || loaded === undefined || loaded.diagnostics.some(isError)) return [];
  const seen = new Map<string, number>();
  return podsOf(loaded.rulesets).map((rulesets) => {
    const names = [...new Set(rulesets.map(({ source }) => source.file))];
    const count = (seen.get(names.join()) ?? 0) + 1;
    seen.set(names.join(), count);
    const name = `${names.join(', ')}${count > 1 ? ` (${count})` : ''}`;
    return { name, file: names[0] ?? '', rulesets, given };
  });
}

/** Not one rule and nothing around them differs where the keys are equal. */
function keyed(subject: DiffSubject): DiffSubject {
  return { ...subject, key: keyText([subject.rulesets.map(({ family, source }) => [family, source.text]), subject.host]) };
}
