/** The Python files of the kernel oracle that `--on-kernel` runs: what `__main__.py` imports, and so on. The others are of the tests. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export function oracleFiles(folder: string): readonly string[] {
  const found = new Set(['__main__.py']);
  for (const file of found) {
    for (const [, name] of readFileSync(join(folder, file), 'utf8').matchAll(/^(?:from|import) (\w+)/gm))
      if (existsSync(join(folder, `${name}.py`))) found.add(`${name}.py`);
  }
  return [...found].sort();
}
