/** The page's rooms: who may import whom, how long a file may be, one meaning for one name. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { WEB_ROOMS } from './support/rooms.ts';

const ROOT = resolve(import.meta.dirname, '..');
const MOST_LINES = 250;
const EXPORT = /^export (?:async )?(?:function\*?|const|interface|type|class) (\w+)/gm;

const filesOf = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('generated'))
    .sort();
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const FILES = filesOf('web');
const IMPORTS = FILES.flatMap((file) =>
  [...textOf(`web/${file}`).matchAll(/^(?:(?:import|export)\s[^'";=(]*?\sfrom|import)\s'([^']+)'/gms)].map(([, target = '']) => ({
    file,
    target,
  })),
);

function roomOf(file: string): string {
  return file.split('/')[0] ?? file;
}

/** The room that is imported, or the package. */
function roomFrom(file: string, target: string): string {
  if (!target.startsWith('.')) return target;
  const path = relative(ROOT, resolve(ROOT, 'web', dirname(file), target));
  const inLibrary = /^src\/(api)\/\w+\/\w+\.ts$/.exec(path);
  return inLibrary?.[1] ?? (path.startsWith('web/') ? roomOf(path.slice('web/'.length)) : path);
}

it('rooms of the page import downward, and of src the library alone', () => {
  expect(IMPORTS.length).toBeGreaterThan(FILES.length);
  const wrong = IMPORTS.filter(({ file, target }) => {
    const [from, to] = [roomOf(file), roomFrom(file, target)];
    return target.startsWith('.') && from !== to && !WEB_ROOMS[from]?.includes(to);
  });
  expect(wrong).toEqual([]);
});

it('packages are imported where they belong', () => {
  const allowed: Readonly<Record<string, RegExp>> = {
    view: /^preact(?:\/hooks)?$/,
    editor: /^@codemirror\/(?:commands|state|view)$/,
    'build.ts': /^(?:node:(?:crypto|fs|path|url)|esbuild)$/,
    'workerParts.ts': /^(?:node:(?:fs|path)|esbuild)$/,
    'examples.ts': /^node:(?:fs|url)$/,
  };
  const packages = IMPORTS.filter(({ target }) => !target.startsWith('.'));
  expect(packages.length).toBeGreaterThan(5);
  expect(packages.filter(({ file, target }) => !allowed[roomOf(file)]?.test(target))).toEqual([]);
});

it(`files have at most ${MOST_LINES} lines, and no default export`, () => {
  const texts = FILES.map((file) => [file, textOf(`web/${file}`)] as const);
  expect(texts.filter(([, text]) => text.split('\n').length - 1 > MOST_LINES || /^export default\b/m.test(text))).toEqual([]);
});

it('a name means the same in the page and in src', () => {
  const names = (folder: string) =>
    filesOf(folder).flatMap((file) => [...textOf(`${folder}/${file}`).matchAll(EXPORT)].map(([, name = '']) => name));
  const [ofPage, ofSource] = [names('web'), new Set(names('src'))];
  expect(ofPage.length).toBeGreaterThan(50);
  expect(ofPage.filter((name, index) => ofSource.has(name) || ofPage.indexOf(name) !== index)).toEqual([]);
});

it('an exported name of the page is used in another file', () => {
  const texts = new Map(FILES.map((file) => [file, textOf(`web/${file}`)]));
  const tests = filesOf('test/web').map((file) => textOf(`test/web/${file}`));
  const unused = [...texts].flatMap(([file, text]) =>
    [...text.matchAll(/^export (?:async )?(?:function|const) (\w+)/gm)].flatMap(([, name = '']) => {
      const word = new RegExp(`\\b${name}\\b`);
      const others = [...texts].filter(([other]) => other !== file).map(([, other]) => other);
      return [...others, ...tests].some((other) => word.test(other)) ? [] : [`${file} ${name}`];
    }),
  );
  expect(unused).toEqual([]);
});

it('text of users is never taken for markup', () => {
  const wrong = FILES.filter((file) =>
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(/.test(textOf(`web/${file}`)),
  );
  expect(wrong).toEqual([]);
});
