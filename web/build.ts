/** `npm run web`: the page as one file, which loads nothing and may load nothing. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { PAGE_EXAMPLES } from './examples.ts';
import { type WorkerParts, workerParts } from './workerParts.ts';

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

async function bundled(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [pathOf(entry)],
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2024',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
    legalComments: 'none',
    write: false,
  });
  return asScript(outputFiles[0]?.text ?? '');
}

/** A script ends at the first `</script`, and after `<!--` and `<script` at the second: neither stands outside of texts and patterns. */
function asScript(code: string): string {
  return code
    .trim()
    .replaceAll('<!--', '\\x3c!--')
    .replaceAll(/<(?=\/?script)/gi, '\\x3c');
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

export interface PageParts {
  readonly worker: WorkerParts;
  /** starts a worker */
  readonly early: string;
  /** asks and shows */
  readonly script: string;
  /** what edits rules, which the first answer does not wait for */
  readonly editor: string;
  readonly style: string;
  /** data that the page begins with */
  readonly examples: string;
}

export async function pageParts(): Promise<PageParts> {
  const made = [workerParts(pathOf('..')), bundled('view/early.ts'), bundled('view/main.tsx'), bundled('editor/main.ts')] as const;
  const [{ quick, rest }, early, script, editor] = await Promise.all(made);
  const worker = { quick: asScript(quick), rest: asScript(rest) };
  const style = readFileSync(pathOf('static/page.css'), 'utf8');
  return { worker, early, script, editor, style, examples: JSON.stringify(PAGE_EXAMPLES).replaceAll('<', '\\u003c') };
}

export function pageOf({ worker, early, script, editor, style, examples }: PageParts): string {
  const policy = [
    "default-src 'none'",
    `script-src ${[early, script, editor].map(hashOf).join(' ')}`,
    `style-src ${hashOf(style)}`,
    'worker-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>chainwalk</title>
<style>${style}</style>
</head>
<body>
<div id="page"><noscript>This page works out everything itself, with JavaScript.</noscript></div>
<script type="text/plain" id="quick">${worker.quick}</script>
<script>${early}</script>
<script type="text/plain" id="rest">${worker.rest}</script>
<script type="text/plain" id="editor">${editor}</script>
<script type="application/json" id="given">null</script>
<script type="application/json" id="examples">${examples}</script>
<script>${script}</script>
</body>
</html>
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = pathOf('../dist/chainwalk.html');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, pageOf(await pageParts()));
}
