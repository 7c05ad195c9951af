/** Writes src/report/generated: the pages of `explain`, from the Markdown that stands beside what it explains. Run by
 *  `npm run grammar`. The README of each group lists its pages in their order; a page that none lists, or that lacks a part, is an error. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PAGE_GROUPS, type Page, type PageGroup } from '../src/report/pages/page.ts';
import { ANALYSIS_PAGES } from './analysisPages.ts';
import { portPages } from './portPages.ts';
import { listIn, pageIn } from './readPage.ts';
import { settingPages } from './settingPages.ts';

const SRC = fileURLToPath(new URL('../src', import.meta.url));
const EXPLAIN = join(SRC, 'report/explain');
const GENERATED = join(SRC, 'report/generated');

/** Groups whose pages are made from data. */
const MADE: Readonly<Partial<Record<PageGroup, { readonly title: string; readonly pages: readonly Page[] }>>> = {
  setting: { title: 'settings of Istio that change rules', pages: settingPages() },
  port: { title: 'ports: what listens there, and what concerns it', pages: portPages() },
  analysis: { title: 'messages of `istioctl analyze` about capture, and what chainwalk says of each', pages: ANALYSIS_PAGES },
};

const titles: Record<string, string> = {};
const pages: Page[] = [];
const listed = new Set<string>();
for (const group of PAGE_GROUPS) {
  const made = MADE[group];
  if (made !== undefined) {
    titles[group] = made.title;
    pages.push(...made.pages);
    continue;
  }
  const folder = join(EXPLAIN, group);
  const list = listIn(readFileSync(join(folder, 'README.md'), 'utf8'));
  titles[group] = list.title;
  for (const { id, file } of list.pages) {
    const path = join(folder, file);
    const page = pageIn(readFileSync(path, 'utf8'), { group, file: relative(SRC, path) });
    if (page.id !== id) throw new Error(`${relative(SRC, path)} explains \`${page.id}\`, not \`${id}\``);
    listed.add(path);
    pages.push(page);
  }
}
const ids = new Set(pages.map(({ id }) => id));
for (const { id, also = [] } of pages) {
  const unknown = also.filter((other) => !ids.has(other));
  if (unknown.length > 0) throw new Error(`the page \`${id}\` names no page with ${unknown.join(', ')}`);
}
const found = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md') && !name.endsWith('README.md'));
const lost = found.filter((name) => !listed.has(join(SRC, name)));
if (lost.length > 0) throw new Error(`no README under ${relative(dirname(SRC), EXPLAIN)} lists ${lost.join(', ')}`);

mkdirSync(GENERATED, { recursive: true });
writeFileSync(
  join(GENERATED, 'pages.ts'),
  [
    "import type { Page, PageGroup } from '../pages/page.ts';",
    `export const GROUP_TITLES: Readonly<Record<PageGroup, string>> = ${JSON.stringify(titles)};`,
    `export const PAGES: readonly Page[] = ${JSON.stringify(pages)};`,
    '',
  ].join('\n'),
);
// a command that says what to do about a finding needs no other word of the pages
const remedies = pages.flatMap(({ id, todo }) => (todo === undefined ? [] : [[id, todo]]));
writeFileSync(
  join(GENERATED, 'remedies.ts'),
  `export const REMEDIES: Readonly<Record<string, string>> = ${JSON.stringify(Object.fromEntries(remedies))};\n`,
);
