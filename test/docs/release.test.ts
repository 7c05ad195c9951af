/** A release: what has to agree, the workflow that makes it, the pages that it publishes. */
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { disagreements, notes, type ReleaseFiles, releaseFiles, sections } from '../../bundle/release.ts';
import { pages, toHtmlLink } from '../../bundle/site.ts';
import { ROOT } from './pages.ts';

const GOOD: ReleaseFiles = {
  package: { version: '1.2.3', repository: { url: 'git+https://github.com/o/n.git' } },
  lock: { version: '1.2.3', packages: { '': { version: '1.2.3' } } },
  changelog: '# Changes\n\nwords\n\n## 1.2.3\n\n* new\n\n## 1.2.2\n\n* old\n',
};

describe('a release', () => {
  it('is one version in the tag, the package, its lock and the changelog', () => {
    expect(disagreements('v1.2.3', GOOD, 'o/n')).toEqual([]);
    expect(notes('v1.2.3', GOOD.changelog)).toBe('* new');
    expect(notes('v1.2.4', GOOD.changelog)).toBeUndefined();
  });
  it.each<[string, string, ReleaseFiles, RegExp]>([
    ['the tag', 'v1.2', GOOD, /not a tag of a release/],
    ['the package', 'v1.2.3', { ...GOOD, package: { ...GOOD.package, version: '1.2.2' } }, /package.json has version 1.2.2/],
    ['the lock', 'v1.2.3', { ...GOOD, lock: { version: '1.2.3', packages: { '': { version: '1.2.2' } } } }, /package-lock.json/],
    ['the changelog', 'v1.2.3', { ...GOOD, changelog: GOOD.changelog.replace('## 1.2.3', '## Unreleased') }, /begins with `Unreleased`/],
    ['an empty changelog', 'v1.2.3', { ...GOOD, changelog: '## 1.2.3\n\n## 1.2.2\n' }, /says nothing/],
    ['the repository', 'v1.2.3', { ...GOOD, package: { version: '1.2.3' } }, /provenance/],
  ])('%s may not say otherwise', (_, tag, files, message) => {
    expect(disagreements(tag, files, 'o/n')).toEqual([expect.stringMatching(message)]);
  });
  it('of this version has a heading, or is not out yet', () => {
    const { package: own, lock, changelog } = releaseFiles();
    expect([lock.version, lock.packages?.['']?.version]).toEqual([own.version, own.version]);
    const titles = sections(changelog).map(({ title }) => title);
    expect(titles[0] === 'Unreleased' || titles[0] === own.version).toBe(true);
    const released = titles.filter((title) => title !== 'Unreleased');
    expect(released.every((title) => /^\d+\.\d+\.\d+$/.test(title))).toBe(true);
    const order = (title: string): string => title.replaceAll(/\d+/g, (digits) => digits.padStart(6, '0'));
    expect(released).toEqual(released.toSorted((one, other) => order(other).localeCompare(order(one))));
  });
});

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly needs?: string;
  readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly env?: Readonly<Record<string, string>> }[];
}

describe('the workflow of a release', () => {
  const text = readFileSync(join(ROOT, '.github/workflows/release.yml'), 'utf8');
  const workflow = parse(text) as { readonly permissions: unknown; readonly jobs: Readonly<Record<string, Job>> };
  const steps = Object.values(workflow.jobs).flatMap(({ steps: some }) => some);

  it('may read, and each job what it needs beyond', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(Object.fromEntries(Object.entries(workflow.jobs).map(([name, { permissions }]) => [name, permissions]))).toEqual({
      test: undefined,
      publish: { contents: 'read', 'id-token': 'write' },
      action: { contents: 'write' },
      page: { contents: 'read', pages: 'write', 'id-token': 'write' },
    });
  });
  it('uses actions by their commit, and no secret', () => {
    const uses = steps.flatMap(({ uses: one }) => one ?? []);
    expect(uses.length).toBeGreaterThan(5);
    expect(uses.filter((one) => !/@[0-9a-f]{40}$/.test(one))).toEqual([]);
    expect(text).not.toContain('secrets.');
  });
  it('no script holds an expression', () => {
    for (const { run } of steps) expect(run ?? '').not.toContain('${{');
  });
  it('publishes nothing before the tests have passed', () => {
    const { jobs } = workflow;
    expect(jobs.publish?.needs).toBe('test');
    expect([jobs.action?.needs, jobs.page?.needs]).toEqual(['publish', 'publish']);
    expect(JSON.stringify(jobs.test)).toContain('.ci/run');
  });
});

describe('the page of the project', () => {
  const made = pages();
  it('has every link between its pages, anchors included', () => {
    const broken = [...made].flatMap(([name, html]) =>
      [...html.matchAll(/href="([^"]+)"/g)].flatMap(([, href = '']) => {
        if (/^[a-z]+:/i.test(href)) return [];
        const [path = '', anchor] = href.split('#');
        const target = path === '' ? name : normalize(join(dirname(name), path.endsWith('/') ? `${path}index.html` : path));
        const page = made.get(target);
        if (page === undefined) return target.endsWith('.html') ? [`${name}: ${href}`] : [];
        return anchor === undefined || page.includes(`id="${anchor}"`) ? [] : [`${name}: ${href}`];
      }),
    );
    expect(broken).toEqual([]);
  });
  it.each([
    ['docs/README.md', 'docs/index.html'],
    ['README.md#a-running-pod', 'index.html#a-running-pod'],
    ['limits.md', 'limits.html'],
    ['https://example.org/a.md', 'https://example.org/a.md'],
  ])('%s is %s', (from, to) => expect(toHtmlLink(from)).toBe(to));
  it('loads nothing and runs no script', () => {
    for (const html of made.values()) expect(html).not.toMatch(/<script|<link|src="http/);
  });
});
