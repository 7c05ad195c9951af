/** Nothing that the configuration was meant to name is silently left out, and a branch is judged by what it changes itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CiReport } from '../../src/report/ci/json.ts';
import { readFixture } from '../support/fixtures.ts';
import { type Repository, temporaryGit } from './temporaryGit.ts';

const POD = readFixture('istio-sidecar').text;
const CONFIG = 'groups: [{ files: [net/*.rules] }]\nclaims: { only: [outbound-captured, behaviour-changed] }\n';
const MANIFEST = 'kind: Pod\nmetadata: { name: web }\nspec: { containers: [{ name: app }] }\n';

let repository: Repository;
beforeAll(() => {
  repository = temporaryGit();
  repository.commit({ 'chainwalk.config.yaml': CONFIG, 'net/a.rules': POD }, 'base');
});
afterAll(() => repository.remove());

async function ci(files: Readonly<Record<string, string | undefined>>, argv: readonly string[], at = 'base') {
  repository.git('checkout', '-q', '-f', at);
  repository.git('clean', '-qfd');
  repository.write(files);
  repository.git('add', '-A');
  const result = await repository.chainwalk(['ci', '--json', ...argv]);
  return { ...result, report: (result.out === '' ? { notes: [] } : JSON.parse(result.out)) as CiReport };
}

describe('globs', { timeout: 60_000 }, () => {
  it.each([
    ['groups: [{ files: ["nte/*.rules", "net/*.rules", "!old/*"] }]\n', 'groups[0].files[0]: no file matches `nte/*.rules`'],
    ['groups: [{ files: "net/*.rules" }]\nexpectations: net/*.expct.yaml\n', 'expectations: no file matches `net/*.expct.yaml`'],
  ])('an entry that matches nothing is a warning with its place, and fails when strict: %s', async (config, message) => {
    const lax = await ci({ 'chainwalk.config.yaml': `${config}claims: { only: [outbound-captured] }\n` }, []);
    expect(lax).toMatchObject({ code: 0, err: expect.stringContaining(`warning: ${message}`) });
    expect(lax.report.diagnostics.map((one) => one.message)).toEqual([message]);
    expect(await ci({ 'chainwalk.config.yaml': `${config}claims: { only: [outbound-captured] }\n` }, ['--strict'])).toMatchObject({
      code: 1,
    });
  });

  it('a new file with a pod or rules that no group names is said', async () => {
    const one = await ci({ 'deploy/prod/new.yml': MANIFEST, 'README.md': '# none\n', 'other.yaml': 'a: 1\n' }, ['--base', 'base']);
    expect(one.report.notes).toContain('deploy/prod/new.yml holds a pod, and no group of the configuration names it: it is not checked');
    const two = await ci({ 'deploy/new.yml': MANIFEST, 'old/b.rules': POD }, ['--base', 'base']);
    expect(two.report.notes.join('\n')).toMatch(/2 changed files hold pods or rules.*: deploy\/new\.yml, old\/b\.rules are not checked/);
  });
});

describe('a base that has moved on', { timeout: 60_000 }, () => {
  it('is compared with where HEAD left it', async () => {
    const excluded = POD.replace('-A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN', '-A ISTIO_OUTPUT -p tcp --dport 5432 -j RETURN\n$&');
    repository.git('checkout', '-q', '-f', '-b', 'ahead', 'base');
    repository.commit({ 'net/a.rules': excluded }, 'moved');
    repository.git('checkout', '-q', '-f', '-b', 'branch', 'base');
    repository.commit({ 'README.md': '# branch\n' }, 'left');
    const { code, report } = await ci({}, ['--base', 'moved'], 'left');
    expect(code).toBe(0);
    expect(report.base).toMatch(/^[0-9a-f]{12}$/);
    expect(report.notes[0]).toBe(`compared with ${report.base}, the merge base of moved and HEAD: moved has moved on`);
  });

  it('or has no common ancestor with HEAD: that is said', async () => {
    repository.git('checkout', '-q', '-f', '--orphan', 'alone', 'base');
    repository.commit({ 'README.md': '# alone\n' }, 'unrelated');
    const { report } = await ci({}, ['--base', 'base'], 'unrelated');
    expect(report.notes[0]).toBe('base and HEAD have no common ancestor: compared with base itself');
  });
});

describe('what is new and in no mesh', { timeout: 60_000 }, () => {
  it('is in the headline, a warning with its place, and fails when strict', async () => {
    const config = 'groups: [{ files: [net/*.rules, deploy/*.yaml] }]\nclaims: { only: [outbound-captured] }\n';
    const pod = MANIFEST.replace('name: web', 'name: web, annotations: { sidecar.istio.io/inject: "false" }');
    const files = {
      'chainwalk.config.yaml': config,
      'deploy/new.yaml': pod,
      'net/b.rules': '*filter\n-A INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT\n',
    };
    const { report } = await ci(files, ['--base', 'base']);
    expect(report.diagnostics.map(({ message, file }) => [file, message])).toEqual([
      ['net/b.rules', expect.stringMatching(/^net\/b\.rules \(no rules of a mesh\) is new and not in the mesh/)],
      ['deploy/new.yaml', expect.stringMatching(/^Pod default\/web \(.*inject.*\) is new and not in the mesh/)],
    ]);
    const { out, code } = await repository.chainwalk(['ci', '--strict', '-o', 'human', '--base', 'base']);
    expect(code).toBe(1);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      '2 new files or pods are not in the mesh: net/b.rules (no rules of a mesh), Pod default/web (',
    );
  });
});

describe('a suppression that suppresses nothing', { timeout: 60_000 }, () => {
  it.each([
    ['REASON', 'net/a.rules', '`REASON` stands for a reason to be written'],
    ['meant so', 'nte/*.rules', 'no file matches its `files`'],
    ['meant so', 'net/a.rules', 'no finding of `outbound-captured`'],
  ])('says why: %s for %s', async (reason, files, why) => {
    const config = `${CONFIG}suppressions: [{ claim: outbound-captured, files: "${files}", reason: ${reason} }]\n`;
    const { report } = await ci({ 'chainwalk.config.yaml': config }, []);
    expect(report.diagnostics.map(({ message }) => message)).toEqual([`suppressions[0]: ${why}: it suppresses nothing`]);
  });
});
