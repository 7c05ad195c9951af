/** The same configuration on the files of a git revision: what was wrong there already is known. */
import type { Problem, Subject } from '../../report/review/review.ts';
import { isError } from '../../syntax/diagnostic.ts';
import type { Call } from '../command.ts';
import { noRepository, noRevision } from '../git/git.ts';
import { readRevision } from '../git/readRevision.ts';
import type { Io, Sink } from '../io.ts';
import { withKeptFiles } from '../kept.ts';
import { complain } from '../messages.ts';
import type { Batch } from './groups.ts';
import { judgeBatch } from './judge.ts';
import { mapProblems } from './subjects.ts';

const NOBODY: Sink = { write: async () => {}, closed: () => false, problem: () => undefined, isTerminal: false, columns: undefined };

/** Every file is read as the revision has it; what is said there is heard by nobody. */
function onRevision({ io, input }: Call, revision: string): Call {
  const read: Io['read'] = (path) => readRevision(io, { revision, path: path.startsWith('../') ? path : `./${path}` });
  return withKeptFiles({ io: { ...io, read, err: NOBODY }, input });
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

/** Undefined when there is no such revision, which has been said. */
export async function againstBase(
  call: Call,
  { base: revision, judged }: { readonly base: string | undefined; readonly judged: readonly JudgedBatch[] },
): Promise<Compared | undefined> {
  const head = judged.flatMap(({ subjects }) => subjects);
  if (revision === undefined) return { subjects: head, notes: [] };
  const missing = revision.startsWith('-')
    ? { problem: `\`${revision}\` is no revision` }
    : ((await noRepository(call.io)) ?? (await noRevision(call.io, revision)));
  if (missing !== undefined) {
    await complain(call.io, { message: missing.problem, help: missing.help });
    return undefined;
  }
  const before = await judgeBase({ head: call, base: onRevision(call, revision) }, judged);
  return { subjects: knownOnBase(head, before.subjects, revision), notes: before.notes, base: revision };
}

/** Where no file differs, the subjects are those of the base as well. */
async function judgeBase(
  { head, base }: { readonly head: Call; readonly base: Call },
  batches: readonly JudgedBatch[],
): Promise<Pick<Compared, 'subjects' | 'notes'>> {
  const subjects: Subject[] = [];
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
    const judged = await judgeBatch(base, { ...batch, files: there });
    subjects.push(...judged.subjects);
    const broken = new Set(judged.diagnostics.filter(isError).map(({ source }) => source.file));
    if (judged.unreadable || broken.size > 0)
      notes.push(`${[...broken].join(', ') || there.join(', ')} cannot be used on the base: nothing there counts as known`);
  }
  return { subjects, notes };
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
