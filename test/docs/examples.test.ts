/** What the README and the pages of docs/ show is what happens today. `npm run docs` writes it anew. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands/commands.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { BLOCKS, type Block, COMMENT, commandOf, commentToday, PAGES, ROOT, SHOWN_COMMENT, shownToday, wordsOf } from './pages.ts';
import { PICTURE, picture } from './picture.ts';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const ofLanguage = (...languages: readonly string[]): readonly Block[] => BLOCKS.filter(({ language }) => languages.includes(language));
const RULES = read('fixtures/istio-sidecar.rules');

const entryOf = (name: string): string => `${ROOT}/src/api/${name.split('/')[1] ?? 'library'}/index.ts`;

/** `expression; // 'value'` is a claim about its value. */
const CLAIM = /^( *(?:if \([\w ]+\) )?)(.+); \/\/ ('[^']*')$/gm;

/** What a block of code has from the text around it. */
const isGiven = (text: string): boolean => /\brules\b/.test(text) && !/\bconst \{? ?rules\b/.test(text);

function runnable(text: string): string {
  const input = read(text.includes('deploy.yaml') ? 'fixtures/pods/web.yaml' : 'fixtures/istio-sidecar.rules');
  const rules = "import { parse as givenParse } from 'chainwalk';\nconst rules = givenParse(text, { file: 'pod.rules' });\n";
  const body = text.replaceAll(CLAIM, (_, before: string, value: string, said: string) => `${before}claimed.push([${value}, ${said}]);`);
  return `const text = ${JSON.stringify(input)};\n${isGiven(text) ? rules : ''}export const claimed: unknown[] = [];\n${body}`;
}

function memoized<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Blocks that are no example: diagrams, and messages that `docs/CONTRIBUTING.md` quotes. */
const NO_EXAMPLES = ['docs/ARCHITECTURE.md', 'docs/CONTRIBUTING.md'];

describe('the README', () => {
  it('has at most 200 lines', () => expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(200));
  it('shows runs, library code and a configuration', () => {
    const languages = BLOCKS.filter(({ page }) => page === 'README.md').map(({ language }) => language);
    expect(languages.filter((language) => language === '').length).toBeGreaterThanOrEqual(3);
    expect(languages).toEqual(expect.arrayContaining(['ts', 'yaml', 'sh']));
  });
  it('links to every page but those that another page links to', () => {
    const text = read('README.md') + read('docs/README.md');
    const linked = (page: string): boolean => text.includes(`(${page})`) || text.includes(`(${page.replace('docs/', '')})`);
    expect(PAGES.filter((page) => page !== 'README.md' && !linked(page))).toEqual([]);
  });
});

describe('a run that is shown', () => {
  it.each(BLOCKS.flatMap((block) => (commandOf(block) === undefined ? [] : [block])))('$page: $text', async (block) => {
    expect(await shownToday(commandOf(block) ?? '')).toBe(block.text);
  });
  it('is every block without a language', () => {
    const others = ofLanguage('').filter((block) => commandOf(block) === undefined && !NO_EXAMPLES.includes(block.page));
    // code frames inside the comment of docs/reports.md, which is checked as a whole
    expect([...new Set(others.map(({ page }) => page))].filter((page) => page !== SHOWN_COMMENT.page)).toEqual([]);
  });
  it('as GitHub shows it is the comment that is printed', async () => {
    expect(COMMENT.exec(read(SHOWN_COMMENT.page))?.[0]).toBe(await commentToday());
  });
});

it('the picture of a run is drawn from it', async () => expect(read(PICTURE.file)).toBe(await picture()));

describe('a command that is named', () => {
  const lines = ofLanguage('sh').flatMap(({ page, text }) =>
    text
      .replaceAll('\\\n', '')
      .split('\n')
      .flatMap((line) => {
        const [, command] = /(?:^|\| |npx |\$ )chainwalk (.*?)(?:\s+#.*)?$/.exec(line) ?? [];
        return command === undefined ? [] : [{ page, command }];
      }),
  );
  it.each(lines)('$page: chainwalk $command', ({ command }) => {
    const [name, ...words] = wordsOf(command);
    const spec = COMMANDS.find((one) => one.name === name);
    if (spec === undefined) throw new Error(`no command ${name}`);
    const known = spec.options.flatMap(({ flags }) => flags.split(/[ ,=]+/).filter((flag) => flag.startsWith('-')));
    expect(words.filter((word) => /^--?[a-z]/.test(word) && !known.includes(word.split('=')[0] ?? ''))).toEqual([]);
  });
});

describe('a file that is shown', () => {
  const named = (name: string): readonly Block[] => ofLanguage('yaml').filter(({ text }) => text.startsWith(`# ${name}\n`));
  it.each(named('host.yaml'))('$page: a host', async ({ text }) => {
    const files = { 'host.yaml': text, 'pod.rules': RULES };
    const { code, err } = await chainwalk(['trace', 'pod.rules', '--host', 'host.yaml', 'in tcp -> 10.12.3.4:8080'], { files });
    expect([err, code]).toEqual(['', 0]);
  });
  it.each(named('chainwalk.config.yaml'))('$page: a configuration', async ({ text }) => {
    const files = {
      'chainwalk.config.yaml': text,
      'net/pod.rules': RULES,
      'net/pod.expect.yaml': read('fixtures/expectations/pod.expect.yaml').replaceAll(/\S*istio-sidecar.rules/g, 'pod.rules'),
      'deploy/web.yaml': read('fixtures/pods/web.yaml'),
      'mesh/values.yaml': 'global: { proxy: { excludeIPRanges: 10.9.0.0/16 } }\n',
    };
    const { err } = await chainwalk(['ci'], { files });
    expect(err).not.toMatch(/error:/);
  });
  it('says which file it is, or is a workflow', () => {
    const others = ofLanguage('yaml').filter(({ text }) => !/^# [\w.-]+\n/.test(text) && !/^jobs:$/m.test(text));
    expect(others.map(({ page, text }) => `${page}: ${text}`)).toEqual([]);
  });
});

describe('library code', () => {
  const code = ofLanguage('ts');
  const declared =
    "declare const text: string;\nimport type { Parsed as GivenRules } from 'chainwalk';\ndeclare const given: GivenRules;\n";

  it('compiles, as strictly as this project', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chainwalk-docs-'));
    try {
      symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
      const paths = { chainwalk: [`${ROOT}/src/api/library/index.ts`], 'chainwalk/*': [`${ROOT}/src/api/*/index.ts`] };
      const options = { paths, noUnusedLocals: false, typeRoots: [`${ROOT}/node_modules/@types`] };
      writeFileSync(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ extends: `${ROOT}/tsconfig.json`, compilerOptions: options, include: ['*.ts'] }),
      );
      writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
      for (const [at, { text }] of code.entries())
        writeFileSync(join(folder, `block${at}.ts`), `${declared}${isGiven(text) ? 'const rules = given;\n' : ''}${text}\nexport {};\n`);
      const { stdout } = await promisify(execFile)(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder]).catch(
        (error: { stdout: string }) => error,
      );
      expect(stdout).toBe('');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  // tests that are shown run as the project in fixtures/examples
  const run = code.filter(({ text }) => !/^it\(/m.test(text));
  const folder = mkdtempSync(join(tmpdir(), 'chainwalk-docs-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** All in one build: what they have in common is most of each. */
  const built = memoized(async () => {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    for (const [at, { text }] of run.entries()) writeFileSync(join(folder, `run${at}.ts`), runnable(text));
    await build({
      entryPoints: run.map((_, at) => join(folder, `run${at}.ts`)),
      plugins: [{ name: 'entries', setup: (one) => one.onResolve({ filter: /^chainwalk/ }, ({ path }) => ({ path: entryOf(path) })) }],
      packages: 'external',
      bundle: true,
      splitting: true,
      format: 'esm',
      outExtension: { '.js': '.mjs' },
      outdir: folder,
    });
  });

  it.each(run.map(({ page, text }, at) => ({ page, text, at })))('$page: $text', async ({ text, at }) => {
    await built();
    const { claimed } = (await import(/* @vite-ignore */ join(folder, `run${at}.mjs`))) as {
      claimed: readonly (readonly [unknown, string])[];
    };
    expect(claimed.length).toBe([...text.matchAll(CLAIM)].length);
    for (const [value, said] of claimed) expect(value).toBe(said);
  });
});
