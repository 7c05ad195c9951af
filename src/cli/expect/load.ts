/** Reads expectation files: all that is wrong in them, at once. */
import type { LoadedExpectations } from '../../app/expect/expectation.ts';
import { readTree } from '../config/tree.ts';
import type { TextReader } from '../input/reader.ts';
import { readExpectations } from './shape.ts';

/** Undefined when one cannot be used, which has been said of each. */
export async function loadExpectations(reader: TextReader, paths: readonly string[]): Promise<readonly LoadedExpectations[] | undefined> {
  const loaded: LoadedExpectations[] = [];
  for (const path of paths) {
    const read = await readTree(reader, path, readExpectations);
    if (read !== undefined) loaded.push({ source: read.source, file: read.value });
  }
  return loaded.length < paths.length ? undefined : loaded;
}
