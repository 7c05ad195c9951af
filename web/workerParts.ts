/** The worker's script in two parts. The first answer waits until a worker has read its script, and a third of the library is enough for it:
 *  what walks a packet through rules of iptables. A worker that is asked for more says so, and one with both parts takes its place. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { functionsOf, LATE_PARTS, lateParts } from '../bundle/lateParts.ts';

export interface WorkerParts {
  /** all that a worker needs that only traces */
  readonly quick: string;
  /** what other questions and other texts need beside it */
  readonly rest: string;
}

/** What other texts than rules of iptables need, and the symbolic engine, which a trace has no need of. */
const LATE = [
  ...LATE_PARTS.filter((path) => /^src\/(?:syntax|extensions|ruleset)\//.test(path)),
  'src/app/trace/same.ts',
  'web/worker/podsHere.ts',
];

export async function workerParts(root: string): Promise<WorkerParts> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { quick: 'web/worker/quick.ts', rest: REST },
    outdir: '.',
    outExtension: { '.js': '.cjs' },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2024',
    logLevel: 'warning',
    legalComments: 'none',
    plugins: [lateParts(root, LATE), restOf(root)],
    write: false,
    metafile: true,
  });
  const quick = reached(metafile, 'quick.cjs');
  const made = outputFiles.map(({ path, text }) => ({ name: path.slice(root.length), code: asPart(text) }));
  // in brackets, as most are called at once: so that they are not read twice
  const functions = (parts: typeof made): string => parts.map(({ name, code }) => `code["./${name}"]=(${code});`).join('\n');
  return {
    quick: `${LOADER}\n${functions(made.filter(({ name }) => quick.has(name)))}`,
    rest: functions(made.filter(({ name }) => !quick.has(name))),
  };
}

/** Not a file: what answers all questions, and what is late, which is loaded with it. So few names go from part to part. */
const REST = 'rest';

function restOf(root: string): Plugin {
  return {
    name: 'rest-of-worker',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^${REST}$`) }, ({ path }) => ({ path, namespace: REST }));
      onLoad({ filter: /./, namespace: REST }, () => {
        const names = (path: string) => functionsOf(path, readFileSync(join(root, path), 'utf8')).join();
        const late = LATE.map((path) => `export {${names(path)}} from './${path}';`);
        return { contents: [`import {answerAll} from './web/worker/main.ts'; answerAll();`, ...late].join('\n'), resolveDir: root };
      });
    },
  };
}

/** What it loads as it starts. */
function reached({ outputs }: Metafile, start: string): Set<string> {
  const found = new Set([start]);
  // a Set grows while it is walked
  for (const name of found) for (const { path, kind } of outputs[name]?.imports ?? []) if (kind === 'import-statement') found.add(path);
  return found;
}

/** A part gets what it imports as plain names: parts import one another in no circle, and nothing changes that they export. */
function asPart(text: string): string {
  const named = (names: string): string => names.replaceAll(/ as /g, ':');
  let body = text.trim();
  let imports = '';
  for (let found = IMPORT.exec(body); found !== null; found = IMPORT.exec(body)) {
    const [whole, names, from] = found;
    imports += names === undefined ? `part(${from});` : `const{${named(names)}}=part(${from});`;
    body = body.slice(whole.length);
  }
  const exported = EXPORT.exec(body);
  body = body.slice(0, exported?.index);
  const swapped = (exported?.[1] ?? '').split(',').map((name) => name.split(' as ').reverse().join(':'));
  if (/(?:^|[;}])(?:import|export)\b[{*"]/.test(body))
    throw new Error(`a part of the worker imports or exports in another way: ${body.slice(0, 80)}`);
  return `function(){${imports}${body}return{${swapped.join()}}}`;
}

const IMPORT = /^import(?:\{([^}]*)\}from)?("\.\/[\w.-]+");/;
const EXPORT = /export\{([^}]*)\};$/;

/** A part runs when it is first asked for. One that is not there is asked for in `quick` alone, and spoils the answer, whoever catches that. */
const LOADER = `"use strict";const code={},made={};function part(name){if(made[name]===undefined){if(code[name]===undefined){self.chainwalkLacks=true;throw new Error("not in this worker: "+name)}made[name]=code[name]()}return made[name]}const loadPart=()=>part("./rest.cjs");`;
