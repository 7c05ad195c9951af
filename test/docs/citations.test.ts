/** What a comment or a page cites is in the repository: files, headings, cases. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { headingAnchor } from '../../bundle/site.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const text = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const filesOf = (folder: string, end: RegExp): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => end.test(name) && !name.includes('generated'))
    .map((name) => `${folder}/${name}`);

const PAGES = filesOf('docs', /\.md$/);
const CODE = ['src', 'test', 'man', 'bundle', 'grammars'].flatMap((folder) => filesOf(folder, /\.ts$/));

function anchorsOf(page: string): readonly string[] {
  return [...text(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => headingAnchor(heading));
}

/** Line by line, so that an import is none. */
function commentsOf(file: string): readonly string[] {
  return text(file)
    .split('\n')
    .filter((line) => /^\s*(\/\*\*?|\*|\/\/)|\s\/\/ /.test(line));
}

/** What a page or comment cites of docs/, and is not there. */
function missing(cited: string): boolean {
  const [page = '', anchor] = cited.split('#');
  return !PAGES.includes(page) || (anchor !== undefined && !anchorsOf(page).includes(anchor));
}

describe('citations', () => {
  it('of docs/ in comments lead to a heading', () => {
    const cited = CODE.flatMap((file) =>
      commentsOf(file).flatMap((line) => [...line.matchAll(/\bdocs\/[\w/-]+\.md(?:#[\w-]+)?/g)].map(([name]) => [file, name] as const)),
    );
    expect(cited.length).toBeGreaterThan(25);
    expect(cited.filter(([, name]) => missing(name))).toEqual([]);
  });

  it('of facts name the heading, not the page alone', () => {
    const bare = CODE.flatMap((file) => commentsOf(file).filter((line) => /docs\/facts\/\w+\.md(?!#)/.test(line)));
    expect(bare).toEqual([]);
  });

  it('lead to nothing that is not in the repository', () => {
    const absent = /\bfacts?,? (P?\d)|\bcontract\b(?!\/)|\bscenarios?,? ([0-9]|[A-J]\d)|\bincidents? [A-J]\d/i;
    const wrong = CODE.flatMap((file) =>
      commentsOf(file)
        .filter((line) => absent.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe.each(PAGES)('%s', (page) => {
  it('names files that are there', () => {
    const named = [...text(page).matchAll(/`((?:src|test|docs|fixtures|grammars|bundle|man)\/[\w./-]*\w)`/g)].map(([, name = '']) => name);
    // NAME and GROUP stand for what a contributor adds
    expect(named.filter((name) => !/\b(NAME|GROUP)\b/.test(name) && !existsSync(join(ROOT, name)))).toEqual([]);
  });

  it('links to files and headings that are there', () => {
    const links = [...text(page).matchAll(/\]\(([^):]+)\)/g)].map(([, target = '']) => target);
    const wrong = links.filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      return !existsSync(join(ROOT, file)) || (anchor !== undefined && !anchorsOf(file).includes(anchor));
    });
    expect(wrong).toEqual([]);
  });
});
