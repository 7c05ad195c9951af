/** The configuration: found, read, and refused with everything that is wrong in it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defineConfig } from '../../src/api/library/index.ts';
import { CLAIM_IDS } from '../../src/pods/claimIds.ts';
import { PAGES } from '../../src/report/generated/pages.ts';
import { readFixture } from '../support/fixtures.ts';
import { chainwalk, type Setting } from './memoryIo.ts';

const POD = readFixture('istio-sidecar').text;

async function ci(
  config: string,
  { name = 'chainwalk.config.yaml', ...setting }: Setting & { readonly name?: string } = {},
  ...argv: readonly string[]
) {
  return chainwalk(['ci', ...argv], { ...setting, files: { 'net/pod.rules': POD, [name]: config, ...setting.files } });
}

describe('a configuration', { timeout: 30_000 }, () => {
  it.each(['chainwalk.config.yaml', 'chainwalk.config.yml', 'chainwalk.config.json'])('is found as %s', async (name) => {
    const { code, err } = await ci('{"groups": [{"files": "net/*.rules"}]}', { name });
    expect([code, err]).toEqual([0, '']);
  });

  it('in TypeScript is a module with a default export', async () => {
    const modules = { 'chainwalk.config.ts': defineConfig({ groups: [{ files: 'net/*.rules' }] }) };
    const { code, err } = await ci('export default ...', { name: 'chainwalk.config.ts', modules });
    expect([code, err]).toEqual([0, '']);
  });

  it('is found above, with paths from its own folder', async () => {
    const files = { '../chainwalk.config.yaml': 'groups: [{ files: "net/*.rules", host: host.yaml }]', '../net/pod.rules': POD };
    const host = 'interfaces: [{ name: eth0, addresses: [10.1.0.5/24] }]';
    const { out, err } = await chainwalk(['ci', '--json'], { files: { ...files, '../host.yaml': host } });
    expect(err).toBe('');
    expect(JSON.parse(out).subjects[0].file).toBe('../net/pod.rules');
  });

  it('that is named is taken from where it is', async () => {
    const files = { 'checks/net.yaml': 'groups: [{ files: "*.rules" }]', 'checks/pod.rules': POD };
    const { out } = await chainwalk(['ci', '--json', '--config', 'checks/net.yaml'], { files });
    expect(JSON.parse(out).subjects[0].name).toBe('checks/pod.rules');
  });

  it('is missing, or there are two: nothing is guessed', async () => {
    expect(await chainwalk(['ci'])).toMatchObject({ code: 2, out: '' });
    const two = await ci('groups: []', { files: { 'chainwalk.config.json': '{}' } });
    expect(two.code).toBe(2);
    expect(two.err).toContain('there are two configurations, `chainwalk.config.json` and `chainwalk.config.yaml`');
  });

  it('says all that is wrong in it, each at its place, with what was meant', async () => {
    const config = [
      'group: []',
      'groups:',
      '  - file: net/*.rules',
      '    mode: cmi',
      '    istio: 1.30',
      '    families: [4, 5]',
      'claims:',
      '  only: [no-redirect-lop]',
      '  levels: { outbound-captured: fatal, nonsense: error }',
      'suppressions: [{ claim: no-dead-rule }]',
      'strict: yes please',
      '',
    ].join('\n');
    const { code, out, err } = await ci(config);
    expect([code, out]).toEqual([2, '']);
    const found = [...err.matchAll(/^chainwalk\.config\.yaml:(\d+):(\d+): error: (.*)$/gm)].map(
      ([, line, column, message]) => `${line}:${column} ${message}`,
    );
    expect(found).toEqual([
      '1:1 unknown key `group`',
      '3:5 groups[0]: unknown key `file`',
      '3:5 groups[0]: `files` is missing',
      '4:11 groups[0].mode: unknown value `cmi`',
      '5:12 groups[0].istio: expected a string, found `1.3`',
      '6:19 groups[0].families[1]: expected 4 or 6, found `5`',
      '8:10 claims.only[0]: unknown claim `no-redirect-lop`',
      '9:32 claims.levels.outbound-captured: unknown value `fatal`',
      '9:39 claims.levels: unknown claim `nonsense`',
      '10:16 suppressions[0]: `reason` is missing',
      '11:9 strict: expected true or false, found `yes please`',
    ]);
    expect(err).toContain('help: did you mean `groups`?');
    expect(err).toContain('help: did you mean `cni`?');
    expect(err).toContain('help: did you mean `no-redirect-loop`?');
    expect(err).toContain('help: put it in quotes: a number loses its last zeros');
  });

  it('of a module is named by the path of its key', async () => {
    const modules = { 'chainwalk.config.ts': { groups: [{ files: () => 'net/*.rules' }] } };
    const { code, err } = await ci('', { name: 'chainwalk.config.ts', modules });
    expect(code).toBe(2);
    expect(err).toContain('chainwalk.config.ts:1:1: error: groups[0].files: expected a string, found a value that is not data');
  });

  it('that is no YAML, or empty, or without a default export, is said', async () => {
    expect((await ci('groups: [')).err).toMatch(/^chainwalk\.config\.yaml:1:\d+: error: /);
    expect((await ci('')).err).toContain('`chainwalk.config.yaml` is empty');
    expect((await ci('', { name: 'chainwalk.config.ts' })).err).toContain('cannot read `chainwalk.config.ts`: it has no default export');
  });

  it('names files that are not there: a warning for each glob, an error when there is none at all', async () => {
    const one = await ci('groups: [{ files: net/*.rules }, { files: deploy/*.yaml }]');
    expect(one.code).toBe(0);
    expect(one.err).toContain('chainwalk.config.yaml:1:43: warning: groups[1].files: no file matches `deploy/*.yaml`');
    const none = await ci('groups: [{ files: deploy/*.yaml }]');
    expect(none.code).toBe(2);
    expect(none.err).toContain('`chainwalk.config.yaml` names no file that is there');
    const files = { 'deploy/a.yaml': 'apiVersion: v1\nkind: Service\nmetadata: { name: web }\n' };
    expect((await ci('groups: [{ files: deploy/*.yaml }]', { files })).err).toContain('names nothing that can be checked');
  });

  it('passes over what is not checked, with a warning where its purpose is not said', async () => {
    const files = {
      'net/values.yaml': 'pilot: { cni: { enabled: true } }\n',
      'net/host.yaml': 'interfaces: [{ name: eth0, addresses: [10.244.0.5/24] }]\n',
      'net/kustomization.yaml': 'resources: [pod.yaml]\n',
      'net/service.yaml': 'apiVersion: v1\nkind: Service\nmetadata: { name: web }\n',
      'net/pod.expect.yaml': PAGES.find(({ id }) => id === 'expectations')?.example?.join('\n') ?? '',
    };
    const config = 'groups: [{ files: "**/*", host: net/host.yaml }]\nexpectations: net/*.expect.yaml\nclaims: { only: [no-dead-rule] }\n';
    const { code, err } = await ci(config, { files });
    expect(code).toBe(0);
    expect(err).toContain(
      'groups[0]: `net/values.yaml` is passed over: it is mesh configuration, and counts where `values` of a group names it',
    );
    expect(err).toContain('groups[0]: `net/kustomization.yaml` is passed over: ');
    expect(err).toContain('groups[0]: there is no pod in its manifests');
    expect(err).not.toMatch(/(?:host|expect|config)\.yaml` is passed over/);
  });

  it('gives a file to the first group that matches, and `!` leaves out', async () => {
    const files = { 'net/old.rules': 'broken {{ }}' };
    const { code, err } = await ci('groups: [{ files: ["net/*.rules", "!net/old.rules"] }, { files: net/pod.rules }]', { files });
    expect(code).toBe(0);
    expect(err).toContain('groups[1]: all files of `net/pod.rules` belong to groups before it');
  });
});

describe('the claims that a configuration may name', () => {
  it('have a page each', () => expect(CLAIM_IDS.filter((id) => !PAGES.some((page) => page.id === id))).toEqual([]));
});

describe('the example of `chainwalk explain config`', () => {
  it('is read without complaint', async () => {
    const text = PAGES.find(({ id }) => id === 'config')?.example?.join('\n') ?? '';
    const files = {
      'deploy/web.yaml': readFileSync(new URL('../../fixtures/pods/web.yaml', import.meta.url), 'utf8'),
      'mesh/values.yaml': 'pilot: {}',
      'net/pod.expect.yaml': PAGES.find(({ id }) => id === 'expectations')?.example?.join('\n') ?? '',
      'chainwalk-baseline.json': '{ "schema": "chainwalk/baseline/v1", "known": [] }',
    };
    const { code, err } = await ci(text, { files });
    expect(text).not.toBe('');
    expect(err).toBe('');
    // families: [4, 6] insists on rules of IPv6, which a pod without IPv6 has not
    expect(code).toBe(1);
  });
});
