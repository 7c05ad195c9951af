/** The same question about a git revision: its findings are suppressed, and what was checked there must still be checked. */

import { givenLevelOf } from '../../api/library/config.ts';
import { type CompareQuestion, compareBatches } from '../../app/ci/compare.ts';
import type { BatchQuestion, JudgedPart } from '../../app/ci/judge.ts';
import { mapProblems } from '../../app/ci/mapProblems.ts';
import type { Broken, Gone } from '../../app/ci/promises.ts';
import type { LoadedExpectations } from '../../app/expect/expectation.ts';
import type { Problem, Subject } from '../../report/review/review.ts';
import { keptReads } from '../argv/cachedReads.ts';
import type { Call } from '../argv/command.ts';
import { limitsOf } from '../argv/limits.ts';
import { progressOn } from '../argv/progress.ts';
import type { LoadedConfig } from '../config/load.ts';
import { loadExpectations } from '../expect/load.ts';
import type { RevisionTree } from '../git/revisionTree.ts';
import { quietReader } from '../input/reader.ts';
import { goneSince } from './gone.ts';
import { type Batch, batchesOf, type ConfigFiles } from './groups.ts';
import { list } from './list.ts';
import { askedOfNew } from './newExclusions.ts';
import { type NewOutside, newOutside } from './newOutside.ts';
import type { BatchAsking } from './question.ts';
import { judgeSound } from './sound.ts';

export interface JudgedBatch {
  readonly batch: Batch;
  /** absent: no file of it can be used */
  readonly question?: BatchQuestion;
  /** files, or objects in them, of which nothing is said */
  readonly unread: readonly string[];
  /** as the files are now */
  readonly subjects: readonly Subject[];
  readonly parts: readonly JudgedPart[];
}

export interface AgainstBase {
  readonly revision: string;
  readonly tree: RevisionTree;
  readonly judged: readonly JudgedBatch[];
  readonly expectations: readonly LoadedExpectations[];
  /** with which the base is checked */
  readonly loaded: LoadedConfig;
  /** whether it is asked what ends in another way */
  readonly compares: boolean;
}

export interface ComparedWithBase {
  readonly subjects: readonly Subject[];
  readonly gone: readonly Gone[];
  /** problems that a comment accepts, and of which the base has none such */
  readonly commented: readonly Broken[];
  readonly outside: NewOutside;
  /** files that the base has but that cannot be used there */
  readonly notes: readonly string[];
}

export async function againstBase(call: Call, asked: AgainstBase): Promise<ComparedWithBase> {
  const { revision, tree, judged, expectations, loaded, compares } = asked;
  // what is wrong with files of the base has been said there
  const base: ConfigFiles = { read: keptReads(tree.read), glob: tree.glob };
  const asking: BatchAsking = { reader: quietReader(base.read), limits: limitsOf(call) };
  const before = await judgeBase({ head: call.io, base, asking }, judged, loaded);
  const head = askedOfNew(
    judged.flatMap(({ subjects }) => subjects),
    { base: before.parts, renamed: tree.renamed },
  );
  const globs = list(loaded.config.expectations);
  const expected = globs.length === 0 ? [] : ((await loadExpectations(asking.reader, await base.glob(globs, loaded.folder))) ?? []);
  const gone = await goneSince({
    read: call.io.read,
    revision,
    base: { parts: before.parts, expectations: expected },
    head: { parts: judged.flatMap(({ parts }) => parts), expectations },
    unread: new Set(judged.flatMap(({ unread }) => unread)),
    renamed: tree.renamed,
  });
  const compared = compares ? await compare(call, { revision, renamed: tree.renamed, batches: before.differing }) : [];
  const subjects = [...knownOnBase(head, before.subjects, revision), ...compared];
  const outside = newOutside({ base: before.parts, head: judged.flatMap(({ parts }) => parts), renamed: tree.renamed });
  return { subjects, gone, outside, commented: commentedSince(head, before.subjects, loaded), notes: before.notes };
}

async function compare(call: Call, asked: Pick<CompareQuestion, 'revision' | 'renamed' | 'batches'>): Promise<readonly Subject[]> {
  const progress = progressOn(call.io.err, () => performance.now());
  const subjects = compareBatches({ ...asked, limits: limitsOf(call), tell: progress.tell });
  await progress.end();
  return subjects;
}

interface Before {
  readonly subjects: readonly Subject[];
  readonly parts: readonly JudgedPart[];
  /** batches of both sides that are not the same, each with its files that can be used */
  readonly differing: CompareQuestion['batches'];
  readonly notes: readonly string[];
}

interface BaseFiles {
  readonly head: ConfigFiles;
  readonly base: ConfigFiles;
  readonly asking: BatchAsking;
}

/** Where neither the files nor how they are read differ, the subjects are those of the base as well. */
async function judgeBase({ head, base, asking }: BaseFiles, now: readonly JudgedBatch[], loaded: LoadedConfig): Promise<Before> {
  const left = new Map(await Promise.all(now.map(async (one) => [await contentOf(head, one.batch), one] as const)));
  const subjects: Subject[] = [];
  const parts: JudgedPart[] = [];
  const differing: BatchQuestion[] = [];
  const notes: string[] = [];
  const named = (await batchesOf(base, loaded)).batches;
  const others = await alsoThere(
    base,
    now.map(({ batch }) => batch),
    named,
  );
  for (const batch of [...named, ...others]) {
    const key = await contentOf(base, batch);
    const same = left.get(key);
    if (same !== undefined) {
      subjects.push(...same.subjects);
      parts.push(...same.parts);
      left.delete(key);
      continue;
    }
    const { judged, question, unused } = await judgeSound(asking, batch);
    subjects.push(...judged.subjects);
    if (named.includes(batch)) parts.push(...judged.parts);
    if (question !== undefined) differing.push(question);
    if (unused.length > 0) notes.push(`${unused.join(', ')} cannot be read on the base: its findings are not suppressed`);
  }
  return { subjects, parts, notes, differing: { base: differing, head: [...left.values()].flatMap(({ question }) => question ?? []) } };
}

/** Files that the base has, and that only the configuration that is here names. */
async function alsoThere({ read: readFile }: ConfigFiles, now: readonly Batch[], named: readonly Batch[]): Promise<readonly Batch[]> {
  const known = new Set(named.flatMap(({ files }) => files));
  const read = await Promise.all(
    now.map(async (batch): Promise<Batch> => {
      const there = await Promise.all(batch.files.map(async (file) => !known.has(file) && 'text' in (await readFile(file))));
      return { ...batch, files: batch.files.filter((_, index) => there[index]) };
    }),
  );
  return read.filter(({ files }) => files.length > 0);
}

async function contentOf({ read }: ConfigFiles, batch: Batch): Promise<string> {
  const texts = await Promise.all([...batch.files, ...batch.beside].map((file) => read(file)));
  return JSON.stringify([batch, texts]);
}

/** A problem is known when the base has it for the same packets. */
function knownOnBase(subjects: readonly Subject[], base: readonly Subject[], revision: string): readonly Subject[] {
  const before = new Map(problemsIn(base).map((problem) => [problem.fingerprint, problem]));
  return mapProblems(subjects, (problem) => onBase(problem, before, revision));
}

function problemsIn(subjects: readonly Subject[]): readonly Problem[] {
  return subjects.flatMap(({ checks }) => checks.flatMap((check) => check.problems));
}

function onBase(problem: Problem, before: ReadonlyMap<string, Problem>, revision: string): Problem {
  const known = before.get(problem.fingerprint);
  if (known === undefined || problem.muted !== undefined) return problem;
  if (known.packets === problem.packets) return { ...problem, muted: { by: 'base', reason: `already on ${revision}` } };
  return { ...problem, message: `${problem.message}; on ${revision} for ${known.packets ?? 'other packets'}` };
}

function commentedSince(head: readonly Subject[], base: readonly Subject[], { config }: LoadedConfig): readonly Broken[] {
  const known = new Map(problemsIn(base).map((problem) => [problem.fingerprint, problem.packets]));
  return head.flatMap(({ name, checks }) =>
    checks.flatMap((check) =>
      check.problems.flatMap(({ id, level, verdict, muted, fingerprint, packets, place }): readonly Broken[] => {
        if (muted?.by !== 'comment' || (known.has(fingerprint) && known.get(fingerprint) === packets)) return [];
        const message = `a comment accepts \`${id}\` of ${name}, but not on the base: ${muted.reason}`;
        // what does not fail a run by itself does not fail it when it is accepted
        const given = givenLevelOf(config.claims, id);
        const own = given === undefined || given === 'off' ? level : given;
        return [{ level: verdict === 'undecided' ? 'error' : own, message, ...(place !== undefined && { place }) }];
      }),
    ),
  );
}
