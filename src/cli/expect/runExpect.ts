/** What `chainwalk expect` does. */
import type { Review } from '../../report/review/review.ts';
import { withKeptFiles } from '../argv/cachedReads.ts';
import { type Call, isSet } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { outputWords, readOutputs } from '../review/outputs.ts';
import { reportOnce } from '../review/report.ts';
import { judgeExpectations } from './judge.ts';
import { loadExpectations } from './load.ts';

export async function runExpect(given: Call): Promise<ExitCode> {
  const call = withKeptFiles(given);
  const { input } = call;
  const outputs = await readOutputs(call, outputWords(input));
  const loaded = await loadExpectations(call, input.args);
  if (outputs === undefined || loaded === undefined) return EXIT.usage;
  const judged = await Promise.all(loaded.map((one) => judgeExpectations(call, one)));
  const subjects = judged.flatMap((one) => (one === undefined ? [] : [one.subject]));
  if (subjects.length < judged.length) return EXIT.usage;
  const diagnostics = judged.flatMap((one) => one?.diagnostics ?? []);
  await showDiagnostics(call, diagnostics);
  const review: Review = { subjects, diagnostics, notes: [] };
  return reportOnce(call, { review, outputs, strict: isSet(input, 'strict'), base: undefined });
}
