/** What `chainwalk ci` does: everything that the configuration names is checked, compared and reported once. */

import { withAcceptance } from '../../app/ci/acceptance.ts';
import type { Judged } from '../../app/ci/judge.ts';
import { mapProblems } from '../../app/ci/mapProblems.ts';
import { promisesSubjects } from '../../app/ci/promises.ts';
import type { LoadedExpectations } from '../../app/expect/expectation.ts';
import { fixBudget } from '../../app/fix/fixes.ts';
import { BEHAVIOUR_CHANGED } from '../../diff/behaviourChanged.ts';
import { CONFIGURATION_CHANGED, KEPT_PROMISES } from '../../pods/keptPromises.ts';
import type { Level } from '../../prove/proof/claim.ts';
import { mergeNotes } from '../../report/review/notes.ts';
import type { Review, Subject } from '../../report/review/review.ts';
import { type Diagnostic, isError, stopsAll } from '../../syntax/text/diagnostic.ts';
import { withKeptFiles } from '../argv/cachedReads.ts';
import { type Call, optionIsSet } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { limitsOf } from '../argv/limits.ts';
import { progressOn } from '../argv/progress.ts';
import type { LoadedConfig } from '../config/load.ts';
import { globOf } from '../config/paths.ts';
import { askExpectations } from '../expect/ask.ts';
import { loadExpectations } from '../expect/load.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { readerOf } from '../input/reader.ts';
import { complain } from '../io/messages.ts';
import { outputWords, readOutputs } from '../review/outputs.ts';
import { reportOnce } from '../review/report.ts';
import { acceptKnown, baselineIsReadable } from './accept.ts';
import { againstBase, type ComparedWithBase, type JudgedBatch } from './base.ts';
import { changedPromises } from './changedPromises.ts';
import { complainOfFiles } from './complainOfFiles.ts';
import { type Batch, batchesOf, isAsked } from './groups.ts';
import { list } from './list.ts';
import { ASKED_OF_NEW } from './newExclusions.ts';
import { type Base, type SetUp, setUp } from './setUp.ts';
import { judgeSound } from './sound.ts';
import { unnamedFiles } from './unnamed.ts';

export async function runCi(given: Call): Promise<ExitCode> {
  const ready = await setUp(withKeptFiles(given));
  if (ready === undefined) return EXIT.usage;
  const { call, loaded, base } = ready;
  const outputs = await readOutputs(call, outputWords(given.input, list(loaded.config.output)));
  const isReadable = await baselineIsReadable(call, loaded, base);
  if (ready.isLost || outputs === undefined || !isReadable) {
    await complainOfFiles(call, loaded);
    return EXIT.usage;
  }
  const found = await judgeAll(call, loaded, base);
  if (found === undefined) return EXIT.usage;
  const compared: Awaited<ReturnType<typeof compare>> = base === undefined ? found : await compare(call, { loaded, base, found });
  const subjects = withLevels([...compared.subjects, ...found.expected], loaded);
  const accepted = await acceptKnown(call, { loaded, subjects, ...(base?.isTaken && { from: base.given }) });
  if (accepted === undefined) return EXIT.usage;
  // with what was compared comes first
  const notes = [...compared.notes, ...found.notes, ...accepted.notes];
  const { outside } = compared;
  const diagnostics = [...found.diagnostics, ...(outside?.diagnostics ?? []), ...accepted.diagnostics];
  const review: Review = {
    subjects: await acceptable(call, ready, accepted.subjects),
    diagnostics,
    notes: [...new Set(notes)],
    ...(outside && { outside: outside.names }),
  };
  const strict = optionIsSet(call.input, 'strict') || loaded.config.strict === true;
  return reportOnce(call, { review, outputs, strict, base: base?.revision });
}

/** Each finding with how it is accepted: by a comment in its file, or in this configuration. */
async function acceptable(
  { io }: Call,
  { loaded, base }: Pick<SetUp, 'loaded' | 'base'>,
  subjects: readonly Subject[],
): Promise<readonly Subject[]> {
  const { source, folder } = loaded;
  const files = [...new Set(subjects.map(({ file }) => file))];
  const read = await Promise.all(files.map(async (file) => [file, await io.read(file)] as const));
  const texts = new Map(read.flatMap(([file, content]) => ('text' in content ? [[file, content.text]] : [])));
  const level = base && (levelsOf(base.config.kind === 'data' ? base.config.loaded : loaded)[CONFIGURATION_CHANGED] ?? 'error');
  return withAcceptance(subjects, {
    file: source.file,
    named: (file) => globOf(folder, file),
    textOf: (file) => texts.get(file),
    newlyAccepted: level === 'off' ? undefined : level,
  });
}

interface Comparison {
  readonly loaded: LoadedConfig;
  readonly base: Base;
  readonly found: Found;
}

async function compare(
  call: Call,
  { loaded, base, found }: Comparison,
): Promise<Pick<Found, 'subjects' | 'notes'> & Partial<Pick<ComparedWithBase, 'outside'>>> {
  const { revision, tree, config } = base;
  // code of another revision is not run: the code that is here checks it
  const before = config.kind === 'data' ? config.loaded : loaded;
  const compares = isAsked(before.config.claims, BEHAVIOUR_CHANGED) || isAsked(loaded.config.claims, BEHAVIOUR_CHANGED);
  const { judged, expectations } = found;
  const compared = await againstBase(call, { revision, tree, judged, expectations, loaded: before, compares });
  const { changed, notes } = await changedPromises(call, loaded, base);
  const promises = promisesSubjects({
    file: loaded.source.file,
    revision,
    levels: levelsOf(before),
    changed: [...changed, ...compared.commented],
    gone: compared.gone,
  });
  const unnamed = await unnamedFiles(call.io, { loaded, tree, named: found.named });
  await showDiagnostics(call, compared.outside.diagnostics);
  return {
    subjects: [...compared.subjects, ...promises],
    outside: compared.outside,
    notes: [...base.notes, ...unnamed, ...notes, ...compared.notes],
  };
}

/** What the base says of the pull request's own findings; the pull request does not say it itself. */
function levelsOf({ config: { claims } }: LoadedConfig): Readonly<Record<string, Level | 'off'>> {
  const off = KEPT_PROMISES.filter((id) => !isAsked(claims, id) && claims?.only === undefined);
  return { ...claims?.levels, ...Object.fromEntries(off.map((id) => [id, 'off' as const])) };
}

interface Found {
  readonly judged: readonly JudgedBatch[];
  readonly subjects: readonly Subject[];
  readonly expectations: readonly LoadedExpectations[];
  readonly expected: readonly Subject[];
  readonly diagnostics: readonly Diagnostic[];
  readonly notes: readonly string[];
  /** files that the configuration names */
  readonly named: ReadonlySet<string>;
}

async function anyFile({ io }: Call, { config, folder }: LoadedConfig): Promise<boolean> {
  const found = await Promise.all((config.groups ?? []).map(({ files }) => io.glob(list(files), folder)));
  return found.some((files) => files.length > 0);
}

/** Undefined when a file cannot be used; all that are wrong have been said. */
async function judgeAll(call: Call, loaded: LoadedConfig, base: Base | undefined): Promise<Found | undefined> {
  const { config, folder } = loaded;
  const { batches, named, diagnostics: about } = await batchesOf(call.io, loaded);
  const globs = list(config.expectations);
  const files = globs.length === 0 ? [] : await call.io.glob(globs, folder);
  if (batches.length + files.length === 0) {
    await showDiagnostics(call, about);
    await complain(call.io, {
      message: `\`${loaded.source.file}\` names ${(await anyFile(call, loaded)) ? 'nothing that can be checked' : 'no file that is there'}`,
      help: '`chainwalk explain config` has an example',
    });
    return undefined;
  }
  const reader = readerOf(call);
  const asking = { reader, limits: limitsOf(call) };
  const judged = await judgeAllBatches(call, batches, base && ASKED_OF_NEW);
  const expectations = await loadExpectations(reader, files);
  const asked = await Promise.all((expectations ?? []).map((one) => askExpectations(asking, one)));
  const expected = asked.flatMap((one) => one ?? []);
  const diagnostics = [...about, ...judged.flatMap((one) => one.diagnostics), ...expected.flatMap((one) => one.diagnostics)];
  await showDiagnostics(call, diagnostics);
  const unusable = judged.length < batches.length || expectations === undefined || expected.length < asked.length;
  if (unusable || diagnostics.some(stopsAll)) return undefined;
  return {
    judged,
    subjects: judged.flatMap((one) => one.subjects),
    expectations: expectations ?? [],
    expected: expected.map(({ subject }) => subject),
    diagnostics,
    notes: mergeNotes(judged.flatMap(({ notes }) => notes)),
    named,
  };
}

/** Fewer than there are where files cannot be read, which has been reported. */
async function judgeAllBatches(
  call: Call,
  batches: readonly Batch[],
  also: readonly string[] | undefined,
): Promise<readonly (Judged & JudgedBatch)[]> {
  const progress = progressOn(call.io.err, () => performance.now());
  const asking = {
    reader: readerOf(call),
    limits: limitsOf(call),
    fixes: fixBudget({}),
    tell: progress.tell,
    ...(also && { also }),
  };
  const judged: (Judged & JudgedBatch)[] = [];
  for (const batch of batches) {
    const { judged: found, question } = await judgeSound(asking, batch);
    const unread = found.diagnostics.filter(isError).map(({ source }) => source.file);
    if (question !== undefined || unread.length > 0) judged.push({ batch, ...(question && { question }), ...found, unread });
  }
  await progress.end();
  return judged;
}

function withLevels(subjects: readonly Subject[], { config }: LoadedConfig): readonly Subject[] {
  const levels = new Map(Object.entries(config.claims?.levels ?? {}));
  return mapProblems(subjects, (problem, { kind }) => {
    const level = kind === 'expectations' || KEPT_PROMISES.includes(problem.id) ? undefined : levels.get(problem.id);
    return level === undefined || level === 'off' ? problem : { ...problem, level: level satisfies Level };
  });
}
