/** What the checklists of docs/CONTRIBUTING.md ask for and no type can: a file that no list names, a name without a page or a fixture. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands/commands.ts';
import { OUTCOMES } from '../../src/connection/journey.ts';
import { NEWEST, OLDEST } from '../../src/istio/settings/version.ts';
import { detectProfile } from '../../src/mesh/allProfiles.ts';
import { MESH_NAMES } from '../../src/mesh/names.ts';
import { REVIEW_FORMAT_NAMES } from '../../src/report/formats/names.ts';
import { PAGES } from '../../src/report/generated/pages.ts';
import type { PageGroup } from '../../src/report/pages/page.ts';
import { LOST_WORDS } from '../../src/report/text/labels.ts';

const ROOT = join(import.meta.dirname, '../..');
const text = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const codeIn = (folder: string): readonly string[] => readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.ts'));

describe('a file that is not listed does nothing', () => {
  it.each([
    ['claims', ['src/prove/claims', 'src/prove/structure'], 'src/prove/claims/all.ts', /^export const \w+: Claim\b/m],
    ['checks of a pod', ['src/injection/podChecks'], 'src/injection/podChecks/checks.ts', /^export const \w+: PodCheck\b/m],
    ['commands', ['src/cli/commands'], 'src/cli/commands/commands.ts', /^export const \w+: Command\b/m],
    ['kernel facts', ['test/kernel/cases'], 'test/kernel/cases/all.ts', /^export const \w+: readonly KernelCase\[\]/m],
  ])('%s', (_, folders, list, type) => {
    const files = folders.flatMap((folder) => codeIn(folder).map((name) => `${folder}/${name}`)).filter((file) => type.test(text(file)));
    expect(files.length).toBeGreaterThan(2);
    const listed = text(list);
    expect(files.filter((file) => file !== list && !listed.includes(`/${basename(file)}'`))).toEqual([]);
  });
});

it('the simulator answers every kernel fact', () => {
  const lists = codeIn('test/kernel/cases').filter((name) =>
    /^export const \w+_CASES: readonly \w+\[\] = \[\n {2}\{/m.test(text(`test/kernel/cases/${name}`)),
  );
  const tests = codeIn('test/facts').map((name) => text(`test/facts/${name}`));
  expect(lists.length).toBeGreaterThan(5);
  expect(lists.filter((name) => !tests.some((test) => test.includes(`/cases/${name}'`)))).toEqual([]);
});

describe('explain has a page', () => {
  const idsOf = (group: PageGroup): readonly string[] => PAGES.flatMap((page) => (page.group === group ? [page.id] : []));

  it('for every outcome, in the order in which they are listed', () => expect(idsOf('outcome')).toEqual(OUTCOMES));
  it('for every reason of `lost`', () => expect([...idsOf('lost')].sort()).toEqual(Object.keys(LOST_WORDS).sort()));
  it('for every command that answers', () => {
    const plain = ['explain'];
    const names = COMMANDS.map(({ name }) => name).filter((name) => !plain.includes(name));
    // `chainwalk host` writes the file that the page of this name describes
    const pages = [...idsOf('command'), ...idsOf('file')];
    expect(names.filter((name) => !pages.includes(name))).toEqual([]);
  });
});

describe('a mesh', () => {
  it.each(MESH_NAMES)('%s has a fixture in which it is recognised', (name) => {
    const meshes = readdirSync(join(ROOT, 'fixtures'))
      .filter((file) => file.endsWith('.rules'))
      .map((file) => detectProfile([...text(`fixtures/${file}`).matchAll(/^:(\S+)/gm)].map(([, chain = '']) => chain))?.name);
    expect(meshes).toContain(name);
  });
});

it('docs/render.md names the versions of Istio, docs/reports.md every format of a report', () => {
  expect(text('docs/render.md')).toContain(`1.${OLDEST} to 1.${NEWEST}`);
  for (const name of REVIEW_FORMAT_NAMES) expect(text('docs/reports.md')).toContain(`\`${name}\``);
});

it('the changelog names every schema of JSON', () => {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const schemas = new Set(
    files.flatMap((name) => [...text(`src/${name}`).matchAll(/chainwalk\/[a-z-]+\/v\d+/g)].map(([schema]) => schema)),
  );
  expect(schemas.size).toBeGreaterThan(8);
  const changelog = text('docs/CHANGELOG.md');
  expect([...schemas].filter((schema) => !changelog.includes(`\`${schema}\``))).toEqual([]);
});
