/** What `chainwalk ci` does: everything that the configuration names, judged, compared and reported once. */
import { mergeNotes } from '../../report/review/notes.ts';
import type { Review, Subject } from '../../report/review/review.ts';
import { type Diagnostic, isError } from '../../syntax/diagnostic.ts';
import { BEHAVIOUR_CHANGED } from '../../verify/behaviourChanged.ts';
import type { Level } from '../../verify/claim.ts';
import { type Call, isSet, textOf } from '../command.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { showDiagnostics } from '../diagnostics.ts';
import { EXIT, type ExitCode } from '../exitCode.ts';
import { judgeExpectations } from '../expect/judge.ts';
import { loadExpectations } from '../expect/load.ts';
import { withKeptFiles } from '../kept.ts';
import { complain } from '../messages.ts';
import { outputWords, readOutputs } from '../review/outputs.ts';
import { reportOnce } from '../review/report.ts';
import { acceptKnown } from './accept.ts';
import { againstBase, type JudgedBatch } from './base.ts';
import { batchesOf, isAsked, list } from './groups.ts';
import { type Judged, judgeBatch } from './judge.ts';
import { mapProblems } from './subjects.ts';

export async function runCi(given: Call): Promise<ExitCode> {
  const call = withKeptFiles(given);
  const loaded = await loadConfig(call);
  const outputs = loaded === undefined ? undefined : await readOutputs(call, outputWords(call.input, list(loaded.config.output)));
  if (loaded === undefined || outputs === undefined) return EXIT.usage;
  const found = await judgeAll(call, loaded);
  if (found === undefined) return EXIT.usage;
  const base = textOf(call.input, 'base') ?? loaded.config.base;
  const compares = isAsked(loaded.config.claims, BEHAVIOUR_CHANGED);
  const compared = await againstBase(call, { base, judged: found.judged, compares });
  if (compared === undefined) return EXIT.usage;
  const subjects = withLevels([...compared.subjects, ...found.expected], loaded);
  const accepted = await acceptKnown(call, { loaded, subjects });
  if (accepted === undefined) return EXIT.usage;
  const notes = [...found.notes, ...compared.notes, ...accepted.notes];
  const diagnostics = [...found.diagnostics, ...accepted.diagnostics];
  const review: Review = { subjects: accepted.subjects, diagnostics, notes };
  return reportOnce(call, { review, outputs, strict: isSet(call.input, 'strict') || loaded.config.strict === true, base: compared.base });
}

interface Found {
  readonly judged: readonly JudgedBatch[];
  readonly expected: readonly Subject[];
  readonly diagnostics: readonly Diagnostic[];
  readonly notes: readonly string[];
}

/** Undefined when a file cannot be used; all that are wrong have been said. */
async function judgeAll(call: Call, loaded: LoadedConfig): Promise<Found | undefined> {
  const { config, folder } = loaded;
  const { batches, diagnostics: about } = await batchesOf(call, loaded);
  const globs = list(config.expectations);
  const files = globs.length === 0 ? [] : await call.io.glob(globs, folder);
  if (batches.length + files.length === 0) {
    await showDiagnostics(call, about);
    await complain(call.io, {
      message: `\`${loaded.source.file}\` names no file that is there`,
      help: '`chainwalk explain config` has an example',
    });
    return undefined;
  }
  const judged: (Judged & JudgedBatch)[] = [];
  for (const batch of batches) judged.push({ batch, ...(await judgeBatch(call, batch)) });
  const expectations = await loadExpectations(call, files);
  const asked = await Promise.all((expectations ?? []).map((one) => judgeExpectations(call, one)));
  const expected = asked.flatMap((one) => one ?? []);
  const diagnostics = [...about, ...judged.flatMap((one) => one.diagnostics), ...expected.flatMap((one) => one.diagnostics)];
  await showDiagnostics(call, diagnostics);
  const unusable = judged.some(({ unreadable }) => unreadable) || expectations === undefined || expected.length < asked.length;
  if (unusable || diagnostics.some(isError)) return undefined;
  return { judged, expected: expected.map(({ subject }) => subject), diagnostics, notes: mergeNotes(judged.flatMap(({ notes }) => notes)) };
}

function withLevels(subjects: readonly Subject[], { config }: LoadedConfig): readonly Subject[] {
  const levels = new Map(Object.entries(config.claims?.levels ?? {}));
  return mapProblems(subjects, (problem, { kind }) => {
    const level = kind === 'expectations' ? undefined : levels.get(problem.id);
    return level === undefined || level === 'off' ? problem : { ...problem, level: level satisfies Level };
  });
}
