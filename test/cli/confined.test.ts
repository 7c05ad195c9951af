/** What a repository's own configuration may reach, where it is looked for, and that nothing of a stranger's is run. */
import { chmodSync, chownSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFixture } from '../support/fixtures.ts';
import { type Repository, temporaryGit } from './temporaryGit.ts';

const POD = readFixture('istio-sidecar').text;
const SECRET = '-A OUTPUT -m comment --comment SECRET=hunter2 -j ACCEPT\n';
const GROUPS = 'groups: [{ files: "net/*.rules", as: rules }]\n';

let outside: Repository;
let repository: Repository;
beforeEach(() => {
  outside = temporaryGit({ initialised: false });
  outside.write({
    'secret.rules': SECRET,
    'secret.yaml': 'SECRET: hunter2\n',
    'known.json': '{ "schema": "chainwalk/baseline/v1", "known": [] }\n',
  });
  repository = temporaryGit();
  repository.write({ 'chainwalk.config.yaml': GROUPS, 'net/pod.rules': POD });
});
afterEach(() => {
  repository.remove();
  outside.remove();
});

describe('a configuration that is data', { timeout: 60_000 }, () => {
  it.each<[string, (elsewhere: string) => Readonly<Record<string, string>>]>([
    [
      'files by an absolute path',
      (elsewhere) => ({ 'chainwalk.config.yaml': `groups: [{ files: "${elsewhere}/secret.rules", as: rules }]\n` }),
    ],
    ['files above its folder', () => ({ 'sub/chainwalk.config.yaml': 'groups: [{ files: "../net/*.rules" }]\n' })],
    [
      'values',
      (elsewhere) => ({
        'chainwalk.config.yaml': `groups: [{ files: "deploy/*.yaml", values: "${elsewhere}/secret.yaml" }]\n`,
        'deploy/a.yaml': 'kind: Pod\nmetadata: { name: a }\n',
      }),
    ],
    ['a host', (elsewhere) => ({ 'chainwalk.config.yaml': `groups: [{ files: "net/*.rules", host: "${elsewhere}/secret.yaml" }]\n` })],
    ['a baseline', (elsewhere) => ({ 'chainwalk.config.yaml': `${GROUPS}baseline: ${elsewhere}/known.json\n` })],
    [
      'rules of an expectation',
      (elsewhere) => ({
        'chainwalk.config.yaml': `${GROUPS}expectations: net/*.expect.yaml\n`,
        'net/a.expect.yaml': `rules: ${elsewhere}/secret.rules\npackets: [{ packet: out tcp -> 203.0.113.9:443, outcome: direct }]\n`,
      }),
    ],
    ['reports', (elsewhere) => ({ 'chainwalk.config.yaml': `${GROUPS}output: [sarif=${elsewhere}/x.sarif]\n` })],
    ['reports above its folder', () => ({ 'chainwalk.config.yaml': `${GROUPS}output: [sarif=../x.sarif]\n` })],
  ])('does not reach %s elsewhere', async (_, files) => {
    const given = files(outside.folder);
    repository.write(given);
    const below = 'sub/chainwalk.config.yaml' in given ? 'sub' : '';
    const { code, out, err, written } = await repository.chainwalk(['ci'], { below });
    expect([code, Object.keys(written)]).toEqual([2, []]);
    expect(out + err).not.toContain('hunter2');
    expect(err).toContain('it lies outside the folder of the configuration');
  });

  it('does not reach through links, neither to a file nor by a folder', async () => {
    symlinkSync(join(outside.folder, 'secret.rules'), join(repository.folder, 'net/link.rules'));
    const { code, out, err } = await repository.chainwalk(['ci']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('cannot read `net/link.rules`: it lies outside the folder of the configuration');
    expect(err).not.toContain('hunter2');
    repository.write({ 'net/link.rules': undefined, 'chainwalk.config.yaml': `${GROUPS}output: [json=out/x.json]\n` });
    symlinkSync(outside.folder, join(repository.folder, 'out'));
    expect(await repository.chainwalk(['ci'])).toMatchObject({ code: 2, written: {} });
    repository.write({ 'chainwalk.config.yaml': 'groups: [{ files: "**/*.rules", as: rules }]\n' });
    expect((await repository.chainwalk(['ci', '--json'])).out).not.toContain('hunter2');
  });

  it('follows links that stay', async () => {
    symlinkSync('pod.rules', join(repository.folder, 'net/same.rules'));
    expect((await repository.chainwalk(['ci', '--json'])).out).toContain('net/same.rules');
    repository.git('add', '-A');
    repository.git('commit', '-qm', 'x');
    expect((await repository.chainwalk(['ci', '--base', 'HEAD'])).code).toBe(0);
  });

  it('leaves free what the command line names', async () => {
    const argv = ['--baseline', join(outside.folder, 'known.json'), '-o', `human,json=${outside.folder}/x.json`];
    const { code, written } = await repository.chainwalk(['ci', ...argv]);
    expect([code, Object.keys(written)]).toEqual([0, [`${outside.folder}/x.json`]]);
  });
});

describe('where a configuration is looked for', { timeout: 60_000 }, () => {
  it('is not above the repository', async () => {
    outside.write({ 'chainwalk.config.mjs': 'throw new Error("run")', 'own/sub/a.rules': POD });
    mkdirSync(join(outside.folder, 'own/.git'));
    const { code, err } = await outside.chainwalk(['ci'], { below: 'own/sub' });
    expect([code, err]).toEqual([2, expect.stringContaining('up to the top of the repository')]);
    outside.write({ 'own/chainwalk.config.yaml': 'groups: [{ files: "sub/*.rules" }]\n' });
    expect((await outside.chainwalk(['ci'], { below: 'own/sub' })).code).toBe(0);
  });

  it('is not above the own folder of the user', async () => {
    outside.write({ 'chainwalk.config.yaml': GROUPS, 'net/a.rules': POD, 'home/x/y': '' });
    const at = (HOME: string) => outside.chainwalk(['ci'], { below: 'home/x', env: { HOME } });
    expect((await at(join(outside.folder, 'home'))).code).toBe(2);
    expect((await at('/nowhere')).code).toBe(0);
  });

  it.skipIf(userInfo().uid !== 0)('is not taken from another user, unless it is named', async () => {
    chownSync(join(repository.folder, 'chainwalk.config.yaml'), 54321, 54321);
    expect(await repository.chainwalk(['ci'])).toMatchObject({ code: 2, err: expect.stringContaining('belongs to another user') });
    expect((await repository.chainwalk(['ci', '--config', 'chainwalk.config.yaml'])).code).toBe(0);
  });

  it('and is not run when it is code and only data is wanted', async () => {
    const marker = join(outside.folder, 'ran');
    const code = `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(marker)}, '');\nexport default { groups: [{ files: 'net/*.rules' }] };\n`;
    repository.write({ 'chainwalk.config.yaml': undefined, 'chainwalk.config.mjs': code });
    const refused = await repository.chainwalk(['ci', '--config-data-only']);
    expect([refused.code, existsSync(marker)]).toEqual([2, false]);
    expect(refused.err).toContain('`chainwalk.config.mjs` is code, and --config-data-only does not run it');
    expect((await repository.chainwalk(['ci', '--config-data-only', '--config', 'chainwalk.config.mjs'])).code).toBe(2);
    expect([(await repository.chainwalk(['ci'])).code, existsSync(marker)]).toEqual([0, true]);
  });
});

it('git runs no program that a repository names to watch its files', { timeout: 60_000 }, async () => {
  const marker = join(dirname(repository.folder), `${Date.now()}-${process.pid}.ran`);
  repository.commit({ 'net/pod.rules': POD }, 'base');
  repository.write({ 'watch.sh': `#!/bin/sh\ntouch ${marker}\n` });
  chmodSync(join(repository.folder, 'watch.sh'), 0o755);
  repository.git('config', 'core.fsmonitor', join(repository.folder, 'watch.sh'));
  writeFileSync(join(repository.folder, 'net/pod.rules'), `# other\n${POD}`);
  expect((await repository.chainwalk(['diff', '--git', 'base'])).code).toBe(0);
  expect((await repository.chainwalk(['ci', '--base', 'base'])).code).toBe(0);
  expect(existsSync(marker)).toBe(false);
});
