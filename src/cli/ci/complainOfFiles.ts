/** What cannot be used is said at once, whichever key of the configuration names it. */
import type { Call } from '../argv/command.ts';
import { limitsOf } from '../argv/limits.ts';
import type { LoadedConfig } from '../config/load.ts';
import { loadExpectations } from '../expect/load.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { readerOf } from '../input/reader.ts';
import { batchesOf } from './groups.ts';
import { list } from './list.ts';
import { questionOf } from './question.ts';

/** Nothing is checked: the files are read, and those that are missing are reported. */
export async function complainOfFiles(call: Call, loaded: LoadedConfig): Promise<void> {
  const { batches, diagnostics } = await batchesOf(call.io, loaded);
  await showDiagnostics(call, diagnostics);
  const reader = readerOf(call);
  for (const batch of batches) await questionOf({ reader, limits: limitsOf(call) }, batch);
  const globs = list(loaded.config.expectations);
  if (globs.length > 0) await loadExpectations(reader, await call.io.glob(globs, loaded.folder));
}
