/** The code of the programs: in a package the bundle, with what V8 has compiled of it before; elsewhere its modules.
 *  Compiling is most of a start. V8 refuses what another version of it has compiled, and compiles anew. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

export type Programs = typeof import('./programs.ts');

export interface Bundle {
  /** absolute path, from which modules and packages are found */
  readonly file: string;
  readonly code: string;
  readonly compiled?: Buffer;
}

export async function loadPrograms(): Promise<Programs> {
  const [file, compiledFile] = ['programs.cjs', 'programs.v8'].map((name) => fileURLToPath(new URL(name, import.meta.url)));
  const code = file === undefined ? undefined : readIfThere(file)?.toString();
  if (file === undefined || code === undefined) return import('./programs.ts');
  const compiled = compiledFile === undefined ? undefined : readIfThere(compiledFile);
  const bundle = { file, code, ...(compiled !== undefined && { compiled }) };
  return evaluate(bundle, compile(bundle));
}

export function compile({ file, code, compiled }: Bundle): Script {
  return new Script(`(function (module, exports, require) {${code}\n})`, {
    filename: file,
    ...(compiled !== undefined && { cachedData: compiled }),
  });
}

export function evaluate({ file }: Bundle, script: Script): Programs {
  const module = { exports: {} };
  script.runInThisContext()(module, module.exports, createRequire(file));
  return module.exports as Programs;
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
