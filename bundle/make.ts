/** `npm run bundle`: the programs in parts, each loaded when a command first needs it, and the kernel oracle's files beside them. */
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { oracleFiles } from './oracleFiles.ts';

const pathOf = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

const folder = pathOf('dist/programs');
const minified = { minifyWhitespace: true, minifySyntax: true, platform: 'node', target: 'node20.19', logLevel: 'warning' } as const;

// esbuild splits modules only; Node starts sooner when parts are required, so each is made one that is
const { outputFiles } = await build({
  ...minified,
  entryPoints: [pathOf('src/programs.ts')],
  outdir: folder,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  external: ['yaml', 'jiti', 'tinyglobby'],
  write: false,
});
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
// What a part exports is a getter behind a getter, asked on each call from another part: a tenth of the time of reading 70,000 rules.
// Nothing that is exported changes once the part has run, so that plain properties say the same.
const footer = 'module.exports=Object.defineProperty({...module.exports},"__esModule",{value:!0});';
for (const { path, text } of outputFiles) {
  const { code } = await transform(text, { ...minified, format: 'cjs', supported: { 'dynamic-import': false }, footer });
  writeFileSync(join(folder, basename(path)), code);
}

const [oracle, shipped] = [pathOf('src/kernel/oracle'), pathOf('dist/kernel/oracle')];
rmSync(shipped, { recursive: true, force: true });
mkdirSync(shipped, { recursive: true });
for (const file of oracleFiles(oracle)) copyFileSync(join(oracle, file), join(shipped, file));

for (const program of ['main', 'kubectl-chainwalk', 'kubectl-complete']) chmodSync(pathOf(`dist/${program}.js`), 0o755);
