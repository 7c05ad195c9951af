/** `npm pack`: what the package has, from what was built. Each entry has one file of types, with what entries have in common beside them;
 *  of the modules those stay that an entry loads, since the programs are a bundle of their own.
 *  The bundler of types reads what tsc wrote and does not load TypeScript, whose version it therefore need not know. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');
const inDist = (path) => relative(DIST, join(ROOT, path));

const { exports, bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const entries = Object.values(exports).filter((one) => typeof one === 'object');

async function bundleTypes() {
  const input = Object.fromEntries(entries.map(({ types }) => [inDist(types).replace(/\.d\.ts$/, ''), join(ROOT, types)]));
  const bundle = await rolldown({ input, external: /^[^./]/, logLevel: 'warn', plugins: [dts({ dtsInput: true, sourcemap: false })] });
  const { output } = await bundle.write({ dir: DIST, entryFileNames: '[name].ts', chunkFileNames: 'types/[name].d.ts' });
  return output.map(({ fileName }) => fileName);
}

/** Modules that these import, and so on. */
function reached(starts) {
  const found = new Set();
  const visit = (path) => {
    if (found.has(path)) return;
    found.add(path);
    const text = readFileSync(join(DIST, path), 'utf8');
    for (const [, from] of text.matchAll(/^(?:import|export)\b[^'";]*?['"](\.[^'"]+)['"]/gm)) visit(normalize(join(dirname(path), from)));
  };
  for (const start of starts) visit(start);
  return found;
}

// `start.js` imports `load.js` when it runs, and that looks for modules only where nothing is bundled
const starts = [...entries.map((one) => one.default), ...Object.values(bin)].map(inDist);
const kept = new Set([...(await bundleTypes()), ...reached([...starts, 'load.js'])]);
for (const file of readdirSync(DIST, { recursive: true, encoding: 'utf8' }))
  if (/\.(?:js|d\.ts)$/.test(file) && !kept.has(file)) rmSync(join(DIST, file));
