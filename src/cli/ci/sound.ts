/** Batches checked without what is broken in them: one file, or one object, does not stop the others. */
import { type BatchQuestion, type Judged, judgeBatch } from '../../app/ci/judge.ts';
import { stopsAll } from '../../syntax/text/diagnostic.ts';
import type { Batch } from './groups.ts';
import { type BatchAsking, questionOf } from './question.ts';

export interface SoundBatch {
  /** of an error in a file the others are checked; of one in what all of them share, none */
  readonly judged: Judged;
  /** absent: no file of it can be used */
  readonly question?: BatchQuestion;
  /** files of which nothing can be used */
  readonly unused: readonly string[];
}

const NOTHING: Judged = { subjects: [], diagnostics: [], notes: [], parts: [] };

/** What is wrong with files that are left out stays among the diagnostics. */
export async function judgeSound(asking: BatchAsking, batch: Batch): Promise<SoundBatch> {
  const question = await questionOf(asking, batch);
  if (question === undefined) return { judged: NOTHING, unused: batch.files };
  const judged = judgeBatch(question);
  const broken = new Set(judged.diagnostics.filter(stopsAll).map(({ source }) => source.file));
  if (broken.size === 0) return { judged, question, unused: [] };
  if (![...broken].every((file) => batch.files.includes(file)))
    return { judged: { ...NOTHING, diagnostics: judged.diagnostics }, unused: batch.files };
  const left = judged.diagnostics.filter(({ source }) => broken.has(source.file)).map((one) => ({ ...one, ofOneObject: true as const }));
  const sound = batch.files.filter((file) => !broken.has(file));
  const rest = sound.length === 0 ? undefined : await questionOf(asking, { ...batch, files: sound });
  const again = rest === undefined ? NOTHING : judgeBatch(rest);
  const found = { judged: { ...again, diagnostics: [...left, ...again.diagnostics] }, unused: [...broken] };
  return rest === undefined ? found : { ...found, question: rest };
}
