/** What `chainwalk expect` does. */
import type { Review } from '../../report/review/review.ts';
import { withKeptFiles } from '../argv/cachedReads.ts';
import { type Call, optionIsSet } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { limitsOf } from '../argv/limits.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { readerOf } from '../input/reader.ts';
import { outputWords, readOutputs } from '../review/outputs.ts';
import { reportOnce } from '../review/report.ts';
import { askExpectations } from './ask.ts';
import { loadExpectations } from './load.ts';

export async function runExpect(given: Call): Promise<ExitCode> {
  const call = withKeptFiles(given);
  const { input } = call;
  const reader = readerOf(call);
  const outputs = await readOutputs(call, outputWords(input));
  const loaded = await loadExpectations(reader, input.args);
  if (outputs === undefined || loaded === undefined) return EXIT.usage;
  const judged = await Promise.all(loaded.map((one) => askExpectations({ reader, limits: limitsOf(call) }, one)));
  const subjects = judged.flatMap((one) => (one === undefined ? [] : [one.subject]));
  if (subjects.length < judged.length) return EXIT.usage;
  const diagnostics = judged.flatMap((one) => one?.diagnostics ?? []);
  await showDiagnostics(call, diagnostics);
  const review: Review = { subjects, diagnostics, notes: [] };
  return reportOnce(call, { review, outputs, strict: optionIsSet(input, 'strict'), base: undefined });
}
