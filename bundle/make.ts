/** `npm run bundle`: the programs in one file, and beside it what V8 compiles of it while a packet is traced and a dump verified. */
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compile, evaluate } from '../src/load.ts';

const pathOf = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

const file = pathOf('dist/programs.cjs');
const compiled = pathOf('dist/programs.v8');
// V8 tells code apart by its length alone: what is compiled must not outlive it
rmSync(compiled, { force: true });
await build({
  entryPoints: [pathOf('src/programs.ts')],
  outfile: file,
  bundle: true,
  minifyWhitespace: true,
  minifySyntax: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['yaml', 'jiti', 'tinyglobby'],
  // what V8 has compiled before knows no loader of modules: packages are required
  supported: { 'dynamic-import': false },
  logLevel: 'warning',
});

const bundle = { file, code: readFileSync(file, 'utf8') };
const script = compile(bundle);
const { nodeIo, run } = evaluate(bundle, script);
const rules = pathOf('fixtures/istio-dual-stack.rules');
for (const argv of [
  ['trace', rules, 'out tcp -> 203.0.113.9:443 uid=1000'],
  ['verify', rules],
]) {
  const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });
  await run({ argv, version: '' }, nodeIo({ stdin: Readable.from([]), stdout: nowhere(), stderr: nowhere(), env: {}, cwd: pathOf('') }));
}
// functions that have run are compiled, the others are not
writeFileSync(compiled, script.createCachedData());

for (const program of ['main', 'kubectl-chainwalk']) chmodSync(pathOf(`dist/${program}.js`), 0o755);
