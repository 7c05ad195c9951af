/** Which packets end in another way than on the base: every file and pod that both sides have. */
import type { Sides } from '../../diff/question.ts';
import type { BudgetLimits } from '../../lib/budget.ts';
import type { DiffSubject } from '../../pods/compareSubjects.ts';
import { namesOfPods, podsOf } from '../../pods/familiesOfPod.ts';
import { emptyMemory, type PodMemory } from '../../pods/podMemory.ts';
import { comparisonSubjects, type Naming } from '../../report/review/comparison.ts';
import type { Subject } from '../../report/review/review.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import { namedFile } from '../../syntax/text/source.ts';
import { causesIn, compareAll } from '../diff/compareAll.ts';
import { readSidePods } from '../diff/readPods.ts';
import { valueKey as keyText, type RuleSide, rulePair } from '../diff/rulePair.ts';
import type { Side } from '../diff/side.ts';
import { type RuleTexts, readingFor, readRuleTexts } from '../load/ruleTexts.ts';
import { renderTexts } from '../load/settingTexts.ts';
import type { BatchQuestion } from './judge.ts';

export interface CompareQuestion {
  /** what is not the same on both sides */
  readonly batches: Sides<readonly BatchQuestion[]>;
  readonly revision: string;
  /** files of the base that have another name now */
  readonly renamed: ReadonlyMap<string, string>;
  /** of each pair */
  readonly limits: () => BudgetLimits;
  readonly tell: (what: string) => void;
}

/** A side that cannot be used is not compared: its judgement says so. */
export function compareBatches({ batches, revision, renamed, limits, tell }: CompareQuestion): readonly Subject[] {
  const memory = emptyMemory();
  const read = (side: Side) => batches[side].flatMap((batch) => subjectsOf(batch, side, memory));
  const before = new Map(read('base').map((subject) => [nameNow(subject, renamed), subject]));
  const pairs = read('head').flatMap((subject) => {
    const old = before.get(subject.name);
    return old === undefined ? [] : pairOf(old, subject);
  });
  const compared = compareAll(pairs, { where: undefined, memory, limits, tell });
  const naming: Naming = {
    nameOf: (pair) => `${revision}:${pair.base.name} -> ${pair.head.name}`,
    plain: (file) => file,
    causesOf: causesIn(memory),
  };
  // by name, whatever was proved at once
  return compared.flatMap((one) => comparisonSubjects(one, naming)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function subjectsOf(batch: BatchQuestion, side: Side, memory: PodMemory): readonly (DiffSubject | RuleSide)[] {
  if (batch.kind === 'manifest') {
    const { subjects, diagnostics } = readSidePods({ side, pods: batch.pods, annotations: new Map(), memory });
    return diagnostics.some(isError) ? [] : subjects;
  }
  if (batch.kind === 'rules') return ruleSides(batch.rules, batch);
  const { sources } = renderTexts(batch.settings, batch.rendering);
  return ruleSides({ sources: sources.map((source) => ({ ...source, rendered: true as const })), reading: batch.reading }, batch);
}

/** Both pods, or both rules: a file that holds the other now is gone as what it was. */
function pairOf(base: DiffSubject | RuleSide, head: DiffSubject | RuleSide): readonly Sides<DiffSubject>[] {
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

function ruleSides(
  { sources, reading }: RuleTexts,
  { place: given, options }: Pick<BatchQuestion, 'place' | 'options'>,
): readonly RuleSide[] {
  const { rulesets, diagnostics } = readRuleTexts({ sources, reading: readingFor(reading, options.families) }, given.host);
  if (diagnostics.some(isError)) return [];
  const pods = podsOf(rulesets);
  const names = namesOfPods(pods, namedFile);
  return pods.map((own, index) => ({ name: '', file: '', ...names[index], rulesets: own, given }));
}

/** Not one rule and nothing around them differs where the keys are equal. */
function keyed(subject: DiffSubject): DiffSubject {
  return { ...subject, key: keyText([subject.rulesets.map(({ family, source }) => [family, source.text]), subject.host]) };
}
