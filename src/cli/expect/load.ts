/** Reads expectation files: all that is wrong in them, at once. */
import type { Source } from '../../syntax/text/source.ts';
import type { Call } from '../argv/command.ts';
import { readTree } from '../config/tree.ts';
import { type ExpectationFile, readExpectations } from './shape.ts';

export interface LoadedExpectations {
  readonly source: Source;
  readonly file: ExpectationFile;
}

/** Undefined when one cannot be used, which has been said of each. */
export async function loadExpectations(call: Call, paths: readonly string[]): Promise<readonly LoadedExpectations[] | undefined> {
  const loaded: LoadedExpectations[] = [];
  for (const path of paths) {
    const read = await readTree(call, path, readExpectations);
    if (read !== undefined) loaded.push({ source: read.source, file: read.value });
  }
  return loaded.length < paths.length ? undefined : loaded;
}
