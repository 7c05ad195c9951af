/** What `chainwalk ci` does: everything that the configuration names, judged, compared and reported once. */

import { BEHAVIOUR_CHANGED } from '../../diff/behaviourChanged.ts';
import { KEPT_PROMISES } from '../../pods/keptPromises.ts';
import type { Level } from '../../prove/proof/claim.ts';
import { mergeNotes } from '../../report/review/notes.ts';
import type { Review, Subject } from '../../report/review/review.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import { withKeptFiles } from '../argv/cachedReads.ts';
import { type Call, isSet } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import type { LoadedConfig } from '../config/load.ts';
import { judgeExpectations } from '../expect/judge.ts';
import { type LoadedExpectations, loadExpectations } from '../expect/load.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { complain } from '../io/messages.ts';
import { outputWords, readOutputs } from '../review/outputs.ts';
import { reportOnce } from '../review/report.ts';
import { acceptKnown } from './accept.ts';
import { againstBase, type JudgedBatch } from './base.ts';
import { changedPromises } from './changedPromises.ts';
import { batchesOf, isAsked, list } from './groups.ts';
import { type Judged, judgeBatch } from './judge.ts';
import { promisesSubject } from './promises.ts';
import { type Base, setUp } from './setUp.ts';
import { mapProblems } from './subjects.ts';

export async function runCi(given: Call): Promise<ExitCode> {
  const ready = await setUp(withKeptFiles(given));
  const outputs = ready && (await readOutputs(ready.call, outputWords(given.input, list(ready.loaded.config.output))));
  if (ready === undefined || outputs === undefined) return EXIT.usage;
  const { call, loaded, base } = ready;
  const found = await judgeAll(call, loaded);
  if (found === undefined) return EXIT.usage;
  const compared = base === undefined ? found : await compare(call, { loaded, base, found });
  const subjects = withLevels([...compared.subjects, ...found.expected], loaded);
  const accepted = await acceptKnown(call, { loaded, subjects, ...(base?.isTaken && { from: base.tree }) });
  if (accepted === undefined) return EXIT.usage;
  const notes = [...found.notes, ...compared.notes, ...accepted.notes];
  const diagnostics = [...found.diagnostics, ...accepted.diagnostics];
  const review: Review = { subjects: accepted.subjects, diagnostics, notes: [...new Set(notes)] };
  const strict = isSet(call.input, 'strict') || loaded.config.strict === true;
  return reportOnce(call, { review, outputs, strict, base: base?.revision });
}

interface Comparison {
  readonly loaded: LoadedConfig;
  readonly base: Base;
  readonly found: Found;
}

async function compare(call: Call, { loaded, base, found }: Comparison): Promise<Pick<Found, 'subjects' | 'notes'>> {
  const { revision, tree, config } = base;
  // code of another revision is not run: it is judged by the code that is here
  const before = config.kind === 'data' ? config.loaded : loaded;
  const compares = isAsked(before.config.claims, BEHAVIOUR_CHANGED) || isAsked(loaded.config.claims, BEHAVIOUR_CHANGED);
  const { judged, expectations } = found;
  const compared = await againstBase(call, { revision, tree, judged, expectations, loaded: before, compares });
  const { changed, notes } = await changedPromises(call, loaded, base);
  const promises = promisesSubject({
    file: loaded.source.file,
    revision,
    levels: levelsOf(before),
    changed: [...changed, ...compared.commented],
    gone: compared.gone,
  });
  return { subjects: [...compared.subjects, promises], notes: [...notes, ...compared.notes] };
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
  return {
    judged,
    subjects: judged.flatMap((one) => one.subjects),
    expectations: expectations ?? [],
    expected: expected.map(({ subject }) => subject),
    diagnostics,
    notes: mergeNotes(judged.flatMap(({ notes }) => notes)),
  };
}

function withLevels(subjects: readonly Subject[], { config }: LoadedConfig): readonly Subject[] {
  const levels = new Map(Object.entries(config.claims?.levels ?? {}));
  return mapProblems(subjects, (problem, { kind }) => {
    const level = kind === 'expectations' || KEPT_PROMISES.includes(problem.id) ? undefined : levels.get(problem.id);
    return level === undefined || level === 'off' ? problem : { ...problem, level: level satisfies Level };
  });
}
