/** The same question about a git revision: what was wrong there already is known, what was judged there is to be judged still. */
import type { Problem, Subject } from '../../report/review/review.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import { withKeptFiles } from '../argv/cachedReads.ts';
import type { Call } from '../argv/command.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { LoadedExpectations } from '../expect/load.ts';
import { loadExpectations } from '../expect/load.ts';
import type { RevisionTree } from '../git/revisionTree.ts';
import { compareBatches, type Sides } from './compare.ts';
import { goneSince } from './gone.ts';
import { type Batch, batchesOf, list } from './groups.ts';
import { judgeBatch, type Part } from './judge.ts';
import type { Broken } from './promises.ts';
import { silent } from './silent.ts';
import { mapProblems } from './subjects.ts';

export interface JudgedBatch {
  readonly batch: Batch;
  /** as the files are now */
  readonly subjects: readonly Subject[];
  readonly parts: readonly Part[];
}

export interface AgainstBase {
  readonly revision: string;
  readonly tree: RevisionTree;
  readonly judged: readonly JudgedBatch[];
  readonly expectations: readonly LoadedExpectations[];
  /** by which the base is judged */
  readonly loaded: LoadedConfig;
  /** whether it is asked what ends in another way */
  readonly compares: boolean;
}

export interface Compared {
  readonly subjects: readonly Subject[];
  readonly gone: readonly Broken[];
  /** problems that a comment accepts, and of which the base has none such */
  readonly commented: readonly Broken[];
  /** files that the base has but that cannot be used there */
  readonly notes: readonly string[];
}

export async function againstBase(call: Call, asked: AgainstBase): Promise<Compared> {
  const { revision, tree, judged, expectations, loaded, compares } = asked;
  const base = withKeptFiles({ ...call, io: { ...silent(call.io), read: tree.read, glob: tree.glob } });
  const before = await judgeBase({ head: call, base, revision, renamed: tree.renamed }, judged, loaded);
  const head = judged.flatMap(({ subjects }) => subjects);
  const globs = list(loaded.config.expectations);
  const expected = globs.length === 0 ? [] : ((await loadExpectations(base, await base.io.glob(globs, loaded.folder))) ?? []);
  const gone = await goneSince({
    call,
    revision,
    base: { parts: before.parts, expectations: expected },
    head: { parts: judged.flatMap(({ parts }) => parts), expectations },
    renamed: tree.renamed,
  });
  const compared = compares ? await compareBatches({ head: call, base, revision, renamed: tree.renamed }, before.differing) : [];
  const subjects = [...knownOnBase(head, before.subjects, revision), ...compared];
  return { subjects, gone, commented: commentedSince(head, before.subjects), notes: before.notes };
}

/** Batches of both sides that are not the same, each with its files that can be used. */
export interface Differing {
  readonly base: readonly Batch[];
  readonly head: readonly Batch[];
}

interface Before {
  readonly subjects: readonly Subject[];
  readonly parts: readonly Part[];
  readonly differing: Differing;
  readonly notes: readonly string[];
}

/** Where neither the files nor how they are read differ, the subjects are those of the base as well. */
async function judgeBase({ head, base }: Sides, now: readonly JudgedBatch[], loaded: LoadedConfig): Promise<Before> {
  const left = new Map(await Promise.all(now.map(async (one) => [await contentOf(head, one.batch), one] as const)));
  const subjects: Subject[] = [];
  const parts: Part[] = [];
  const differing: Batch[] = [];
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
    const first = await judgeBatch(base, batch);
    const broken = new Set(first.diagnostics.filter(isError).map(({ source }) => source.file));
    const sound = batch.files.filter((file) => !broken.has(file));
    const judged = broken.size === 0 || sound.length === 0 ? first : await judgeBatch(base, { ...batch, files: sound });
    subjects.push(...judged.subjects);
    if (named.includes(batch)) parts.push(...judged.parts);
    if (sound.length > 0) differing.push({ ...batch, files: sound });
    const unused = judged.unreadable ? batch.files : [...broken];
    if (unused.length > 0) notes.push(`${unused.join(', ')} cannot be used on the base: nothing of it counts as known`);
  }
  return { subjects, parts, notes, differing: { base: differing, head: [...left.values()].map(({ batch }) => batch) } };
}

/** Files that the base has, and that only the configuration that is here names. */
async function alsoThere({ io }: Call, now: readonly Batch[], named: readonly Batch[]): Promise<readonly Batch[]> {
  const known = new Set(named.flatMap(({ files }) => files));
  const read = await Promise.all(
    now.map(async (batch): Promise<Batch> => {
      const there = await Promise.all(batch.files.map(async (file) => !known.has(file) && 'text' in (await io.read(file))));
      return { ...batch, files: batch.files.filter((_, index) => there[index]) };
    }),
  );
  return read.filter(({ files }) => files.length > 0);
}

async function contentOf({ io }: Call, batch: Batch): Promise<string> {
  const texts = await Promise.all([...batch.files, ...batch.beside].map((file) => io.read(file)));
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
  if (known.packets === problem.packets) return { ...problem, muted: { by: 'base', reason: `${revision} has it too` } };
  return { ...problem, message: `${problem.message}; on ${revision} for ${known.packets ?? 'other packets'}` };
}

function commentedSince(head: readonly Subject[], base: readonly Subject[]): readonly Broken[] {
  const known = new Map(problemsIn(base).map((problem) => [problem.fingerprint, problem.packets]));
  return head.flatMap(({ name, checks }) =>
    checks.flatMap((check) =>
      check.problems.flatMap(({ id, muted, fingerprint, packets, place }): readonly Broken[] => {
        if (muted?.by !== 'comment' || (known.has(fingerprint) && known.get(fingerprint) === packets)) return [];
        const message = `a comment accepts \`${id}\` of ${name}, which the base has not: ${muted.reason}`;
        return [{ level: 'error', message, ...(place !== undefined && { place }) }];
      }),
    ),
  );
}
