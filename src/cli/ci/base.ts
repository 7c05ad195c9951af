/** The same configuration on the files of a git revision: what was wrong there already is known. */
import type { Problem, Subject } from '../../report/review/review.ts';
import { isError } from '../../syntax/diagnostic.ts';
import type { Call } from '../command.ts';
import { noRepository, noRevision } from '../git/git.ts';
import { readRevision } from '../git/readRevision.ts';
import type { Io } from '../io.ts';
import { withKeptFiles } from '../kept.ts';
import { complain } from '../messages.ts';
import { compareBatch, type Sides } from './compare.ts';
import type { Batch } from './groups.ts';
import { judgeBatch } from './judge.ts';
import { silent } from './silent.ts';
import { mapProblems } from './subjects.ts';

/** Every file is read as the revision has it; what is said there is heard by nobody. */
function onRevision({ io, input }: Call, revision: string): Call {
  const read: Io['read'] = (path) => readRevision(io, { revision, path: path.startsWith('../') ? path : `./${path}` });
  return withKeptFiles({ io: { ...silent(io), read }, input });
}

export interface JudgedBatch {
  readonly batch: Batch;
  /** as the files are now */
  readonly subjects: readonly Subject[];
}

export interface Compared {
  readonly subjects: readonly Subject[];
  /** files that the base has but that cannot be used there */
  readonly notes: readonly string[];
  /** absent: nothing was compared */
  readonly base?: string;
}

export interface AgainstBase {
  readonly base: string | undefined;
  readonly judged: readonly JudgedBatch[];
  /** whether it is asked what fares otherwise */
  readonly compares: boolean;
}

/** Undefined when there is no such revision, which has been said. */
export async function againstBase(call: Call, { base: revision, judged, compares }: AgainstBase): Promise<Compared | undefined> {
  const head = judged.flatMap(({ subjects }) => subjects);
  if (revision === undefined) return { subjects: head, notes: [] };
  const missing = revision.startsWith('-')
    ? { problem: `\`${revision}\` is no revision` }
    : ((await noRepository(call.io)) ?? (await noRevision(call.io, revision)));
  if (missing !== undefined) {
    await complain(call.io, { message: missing.problem, help: missing.help });
    return undefined;
  }
  const sides = { head: call, base: onRevision(call, revision), revision };
  const { subjects, notes, compared } = await judgeBase(sides, judged, compares);
  return { subjects: [...knownOnBase(head, subjects, revision), ...compared], notes, base: revision };
}

interface Before {
  readonly subjects: readonly Subject[];
  readonly compared: readonly Subject[];
  readonly notes: readonly string[];
}

/** Where no file differs, the subjects are those of the base as well. */
async function judgeBase(sides: Sides, batches: readonly JudgedBatch[], compares: boolean): Promise<Before> {
  const { head, base } = sides;
  const subjects: Subject[] = [];
  const compared: Subject[] = [];
  const notes: string[] = [];
  for (const { batch, subjects: now } of batches) {
    const files = [...batch.files, ...batch.beside];
    const before = await Promise.all(files.map((file) => base.io.read(file)));
    const after = await Promise.all(files.map((file) => head.io.read(file)));
    const same = before.every((one, index) => JSON.stringify(one) === JSON.stringify(after[index]));
    if (same) {
      subjects.push(...now);
      continue;
    }
    const there = batch.files.filter((_, index) => 'text' in (before[index] ?? {}));
    if (there.length === 0) continue;
    const first = await judgeBatch(base, { ...batch, files: there });
    const broken = new Set(first.diagnostics.filter(isError).map(({ source }) => source.file));
    const sound = there.filter((file) => !broken.has(file));
    const judged = broken.size === 0 || sound.length === 0 ? first : await judgeBatch(base, { ...batch, files: sound });
    subjects.push(...judged.subjects);
    if (compares) compared.push(...(await compareBatch(sides, batch, sound)));
    const unused = judged.unreadable ? there : [...broken];
    if (unused.length > 0) notes.push(`${unused.join(', ')} cannot be used on the base: nothing of it counts as known`);
  }
  return { subjects, compared, notes };
}

/** A problem is known when the base has it for the same packets. */
function knownOnBase(subjects: readonly Subject[], base: readonly Subject[], revision: string): readonly Subject[] {
  const problems = base.flatMap(({ checks }) => checks.flatMap((check) => check.problems));
  const before = new Map(problems.map((problem) => [problem.fingerprint, problem]));
  return mapProblems(subjects, (problem) => onBase(problem, before, revision));
}

function onBase(problem: Problem, before: ReadonlyMap<string, Problem>, revision: string): Problem {
  const known = before.get(problem.fingerprint);
  if (known === undefined || problem.muted !== undefined) return problem;
  if (known.packets === problem.packets) return { ...problem, muted: { by: 'base', reason: `${revision} has it too` } };
  return { ...problem, message: `${problem.message}; on ${revision} for ${known.packets ?? 'other packets'}` };
}
