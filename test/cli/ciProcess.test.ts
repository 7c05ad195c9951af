/** `chainwalk ci` as a process: a configuration in TypeScript, a git repository, real files. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFixture } from '../support/fixtures.ts';
import { type Repository, temporaryGit } from './temporaryGit.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const LOADER = pathToFileURL(join(ROOT, 'node_modules/tsx/dist/loader.mjs')).href;
const POD = readFixture('istio-sidecar').text;
const RETURNED = readFixture('broken/service-cidr-returned').text;

const CONFIG = `import { type ChainwalkConfig, defineConfig } from 'chainwalk';

const levels: NonNullable<ChainwalkConfig['claims']>['levels'] = { 'invalid-not-to-app': 'off' };

export default defineConfig({
  groups: [{ files: ['net/**/*.rules', '!net/old/**'] }],
  expectations: 'net/*.expect.yaml',
  claims: { levels },
  baseline: 'known.json',
});
`;
const EXPECTED =
  'rules: a/pod.rules\npackets: [{ packets: "out tcp -> 203.0.113.0/24:!15001 uid=!1337 gid=!1337", outcome: captured-out }]\n';
const EMPTY = '{ "schema": "chainwalk/baseline/v1", "known": [] }\n';

describe('chainwalk ci in a repository', { timeout: 60_000 }, () => {
  let repository: Repository;
  beforeAll(() => {
    repository = temporaryGit();
    const files = {
      'chainwalk.config.ts': CONFIG,
      'net/a/pod.rules': POD,
      'net/old/broken.rules': '{{ }}',
      'net/pod.expect.yaml': EXPECTED,
    };
    repository.commit({ ...files, 'known.json': EMPTY, 'node_modules/x/net/other.rules': 'no rules' }, 'base');
  });
  afterAll(() => repository.remove());

  function run(args: readonly string[], below = '.') {
    const cwd = join(repository.folder, below);
    const { status, stdout, stderr } = spawnSync('node', ['--import', LOADER, join(ROOT, 'src/main.ts'), 'ci', ...args], {
      cwd,
      encoding: 'utf8',
    });
    return { code: status, out: stdout, err: stderr };
  }

  it('reads the module, finds its files, and passes', () => {
    const { code, out, err } = run(['--json']);
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out).subjects.map(({ file }: { file: string }) => file)).toEqual(['net/a/pod.rules', 'net/pod.expect.yaml']);
  });

  it('fails for what a branch breaks, in its words, and writes what was asked for', () => {
    repository.write({ 'net/a/pod.rules': RETURNED });
    mkdirSync(join(repository.folder, 'out'), { recursive: true });
    const { code, out, err } = run(['--base', 'base', '-o', 'human,json=out/ci.json']);
    expect([code, err]).toEqual([1, '']);
    expect(out).toMatch(/^FAIL: 2 errors; 1 class of packets changes {2}/);
    expect(out).toContain('error: outbound-captured (IPv4)  net/a/pod.rules');
    // the change that the claim is about is told with it
    expect(out).toMatch(/^ {2}also {2}behaviour-changed: out tcp .*\n? *.*captured-out -> direct$/m);
    expect(out.match(/^error: /gm)).toHaveLength(1);
    expect(JSON.parse(readFileSync(join(repository.folder, 'out/ci.json'), 'utf8'))).toMatchObject({
      schema: 'chainwalk/ci/v1',
      base: 'base',
    });
  });

  it('takes it for known once the baseline says so, also from a folder below', () => {
    expect(run(['--update-baseline']).code).toBe(0);
    expect(readFileSync(join(repository.folder, 'known.json'), 'utf8')).toContain(
      '"claim":"outbound-captured","subject":"net/a/pod.rules"',
    );
    const { code, out } = run(['-v']);
    expect(code).toBe(0);
    expect(out).toContain('outbound-captured  net/a/pod.rules:22: known in known.json (baseline)');
  });

  it('says what a module cannot be read for', () => {
    repository.write({ 'chainwalk.config.ts': 'export default { groups: [' });
    const broken = run([]);
    expect([broken.code, broken.out]).toEqual([2, '']);
    expect(broken.err).toMatch(/^chainwalk: error: cannot read `chainwalk\.config\.ts`: .+\nhelp: /);
    expect(existsSync(join(repository.folder, 'node_modules/.cache'))).toBe(false);
  });
});
