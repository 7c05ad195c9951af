/** The programs as a package has them, in a folder of their own: compiling them once is cheaper than at each start of a process. */
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '../..');
const NODE = { bundle: true, platform: 'node', target: 'node20.19', logLevel: 'warning' } satisfies BuildOptions;

export interface Programs {
  readonly main: string;
  readonly plugin: string;
  readonly remove: () => void;
}

export function makePrograms(): Programs {
  const folder = mkdtempSync(join(tmpdir(), 'chainwalk-programs-'));
  const dist = join(folder, 'dist');
  buildSync({
    ...NODE,
    entryPoints: [join(ROOT, 'src/programs.ts')],
    outfile: join(dist, 'programs/programs.cjs'),
    format: 'cjs',
    external: ['yaml', 'jiti', 'tinyglobby'],
  });
  buildSync({
    ...NODE,
    entryPoints: ['main', 'kubectl-chainwalk', 'kubectl-complete'].map((name) => join(ROOT, `src/${name}.ts`)),
    outdir: dist,
    format: 'esm',
    external: ['./programs.ts'],
  });
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return {
    main: join(dist, 'main.js'),
    plugin: join(dist, 'kubectl-chainwalk.js'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
