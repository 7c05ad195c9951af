/** What a pull request does to the check itself is a finding: nothing passes since it is judged no more. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CiReport } from '../../src/report/ci/json.ts';
import { readFixture } from '../support/fixtures.ts';
import { type Repository, temporaryGit } from './temporaryGit.ts';

const POD = readFixture('istio-sidecar').text;
const RETURNED = readFixture('broken/service-cidr-returned').text;
const FILTER = '*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n';
const GROUPS = 'groups: [{ files: [net/*.rules, deploy/*.yaml] }]\n';
const ONLY = 'claims: { only: [outbound-captured, behaviour-changed] }\n';
const REST = `expectations: net/*.expect.yaml\nbaseline: known.json\n`;
const CONFIG = GROUPS + ONLY + REST;
const EXPECTED = 'rules: a.rules\npackets: [{ packet: "out tcp -> 203.0.113.9:443 uid=1000", outcome: captured-out }]\n';
const POD_OF = (name: string) => `kind: Pod\nmetadata: { name: ${name} }\nspec: { containers: [{ name: app }] }\n`;
const NOTHING_KNOWN = '{ "schema": "chainwalk/baseline/v1", "known": [] }\n';
const FILES = {
  'chainwalk.config.yaml': CONFIG,
  'known.json': NOTHING_KNOWN,
  'net/a.rules': POD,
  'net/b.rules': FILTER,
  'net/a.expect.yaml': EXPECTED,
  'deploy/pods.yaml': `${POD_OF('web')}---\n${POD_OF('db')}`,
};

let repository: Repository;
beforeAll(() => {
  repository = temporaryGit();
  repository.commit(FILES, 'base');
});
afterAll(() => repository.remove());

async function ci(files: Readonly<Record<string, string | undefined>>, argv: readonly string[] = ['--base', 'base']) {
  repository.git('checkout', '-q', '-f', 'base');
  repository.git('clean', '-qfd');
  repository.write(files);
  repository.git('add', '-A');
  const result = await repository.chainwalk(['ci', '--json', ...argv]);
  const report = (result.out === '' ? { subjects: [] } : JSON.parse(result.out)) as CiReport;
  const problems = report.subjects.flatMap(({ checks }) => checks.flatMap((check) => check.problems));
  const open = problems.filter(({ muted, level }) => muted === null && level === 'error');
  return { ...result, report, open: open.map(({ id, message }) => `${id}: ${message}`) };
}

describe('what the base checks', { timeout: 60_000 }, () => {
  it('and is as it was passes', async () => {
    expect(await ci({ 'net/a.rules': `# a comment\n${POD}` })).toMatchObject({ code: 0, open: [] });
  });

  it.each<[string, Readonly<Record<string, string | undefined>>, RegExp]>([
    ['a file is deleted', { 'net/b.rules': undefined }, /^subject-gone: the rules for IPv4 of `net\/b\.rules`.*the file is not there$/],
    ['a file goes out of the globs', { 'net/b.rules': undefined, 'old/b.rules': FILTER }, /^subject-gone: .*`old\/b\.rules`/],
    ['a file is no rules any more', { 'net/b.rules': 'mtu: 1500\n' }, /^/],
    ['a file has headers alone', { 'net/b.rules': '*filter\nCOMMIT\n' }, /^subject-gone: .* are empty now/],
    ['a file has other chains than its mesh', { 'net/a.rules': POD.replaceAll('ISTIO_', 'OTHER_') }, /^/],
    ['a pod goes', { 'deploy/pods.yaml': POD_OF('web') }, /^subject-gone: Pod default\/db of `deploy\/pods\.yaml`/],
    ['expectations go', { 'net/a.expect.yaml': undefined }, /^subject-gone: the expectations of `net\/a\.expect\.yaml`/],
    [
      'an expected packet is another',
      { 'net/a.expect.yaml': EXPECTED.replace('203.0.113.9:443', '203.0.113.9:80') },
      /^subject-gone: `out tcp -> 203\.0\.113\.9:443 uid=1000` is not expected any more/,
    ],
    [
      'expectations are asked of another file',
      { 'net/a.expect.yaml': EXPECTED.replace('rules: a.rules', 'rules: c.rules'), 'net/c.rules': POD },
      /^subject-gone: .* are checked in another setting/,
    ],
  ])('%s: no pass', async (_, files, message) => {
    const { code, open } = await ci(files);
    expect(code === 2 ? ['exit 2'] : [code, open[0]]).toEqual(code === 2 ? ['exit 2'] : [1, expect.stringMatching(message)]);
  });

  it('under another name is not gone, and compared', async () => {
    expect(await ci({ 'net/b.rules': undefined, 'net/renamed.rules': FILTER })).toMatchObject({ code: 0, open: [] });
    const { code, open } = await ci({
      'net/a.rules': undefined,
      'net/moved.rules': RETURNED,
      'net/a.expect.yaml': EXPECTED.replace('a.rules', 'moved.rules'),
    });
    expect(code).toBe(1);
    expect(open.filter((text) => !text.startsWith('outbound-captured'))).toEqual([
      expect.stringMatching(/^behaviour-changed: captured-out becomes direct/),
    ]);
  });

  it('is empty: the input is wrong', async () => {
    expect((await ci({ 'net/b.rules': '' })).code).toBe(2);
  });
});

describe('a configuration that finds less', { timeout: 60_000 }, () => {
  const known = (packets: string) =>
    `{ "schema": "chainwalk/baseline/v1", "known": [{ "claim": "outbound-captured", "subject": "net/a.rules", "shown": "x", "packets": "${packets}", "fingerprint": "f" }] }\n`;
  it.each<[string, Readonly<Record<string, string | undefined>>, RegExp]>([
    ['claims are switched off', { 'chainwalk.config.yaml': `${GROUPS}claims: { only: [single-backend] }\n${REST}` }, /`claims\.only` is/],
    [
      'claims are left out',
      { 'chainwalk.config.yaml': GROUPS + ONLY.replace(' }', ', except: [outbound-captured] }') + REST },
      /`claims\.except` is/,
    ],
    [
      'a level is lower',
      { 'chainwalk.config.yaml': GROUPS + ONLY.replace(' }', ', levels: { outbound-captured: info } }') + REST },
      /`claims\.levels\.outbound-captured` is "info"/,
    ],
    [
      'its own level is lower',
      { 'chainwalk.config.yaml': GROUPS + ONLY.replace(' }', ', levels: { configuration-changed: info } }') + REST },
      /`claims\.levels\.configuration-changed`/,
    ],
    [
      'unknown profile',
      { 'chainwalk.config.yaml': CONFIG.replace('yaml] }', 'yaml], profile: none }') },
      /`groups\[0\]\.profile` is "none"/,
    ],
    ['other files', { 'chainwalk.config.yaml': CONFIG.replace('[net/*.rules, ', '[net/b.rules, ') }, /`groups\[0\]\.files` is/],
    ['a group before it', { 'chainwalk.config.yaml': CONFIG.replace('[{', '[{ files: net/b.rules, profile: none }, {') }, /`groups\[0\]/],
    ['other families', { 'chainwalk.config.yaml': CONFIG.replace('yaml] }', 'yaml], families: [6] }') }, /`groups\[0\]\.families`/],
    [
      'a suppression',
      { 'chainwalk.config.yaml': `${CONFIG}suppressions: [{ claim: behaviour-changed, reason: meant }]\n` },
      /`suppressions` accepts `behaviour-changed`/,
    ],
    [
      'a suppression of itself',
      { 'chainwalk.config.yaml': `${CONFIG}suppressions: [{ claim: configuration-changed, reason: meant }]\n` },
      /accepts `configuration-changed`/,
    ],
    [
      'another baseline',
      { 'chainwalk.config.yaml': CONFIG.replace('known.json', 'other.json'), 'other.json': NOTHING_KNOWN },
      /`baseline` is "other\.json"/,
    ],
    ['an entry of the baseline', { 'known.json': known('tcp') }, /`known\.json` takes `outbound-captured` of net\/a\.rules for known/],
    [
      'no expectations',
      { 'chainwalk.config.yaml': CONFIG.replace(/expectations.*\n/, '') },
      /`expectations` has no `net\/\*\.expect\.yaml` any more/,
    ],
    [
      'another kind of file',
      { 'chainwalk.config.yaml': undefined, 'chainwalk.config.json': '{ "groups": [{ "files": "net/b.rules" }] }' },
      /the configuration is `chainwalk\.config\.json`/,
    ],
    [
      'code',
      { 'chainwalk.config.yaml': undefined, 'chainwalk.config.mjs': 'export default { groups: [{ files: "net/*.rules" }] };' },
      /the configuration is code now/,
    ],
  ])('%s: exit 1', async (_, files, message) => {
    const { code, open } = await ci(files);
    expect([code, open.filter((text) => text.startsWith('configuration-changed')).join('\n')]).toEqual([1, expect.stringMatching(message)]);
  });

  it('a comment that accepts what is new: exit 1', async () => {
    const line = '-A ISTIO_OUTPUT -d 10.96.0.0/16 -j RETURN';
    const text = RETURNED.replace(line, `# chainwalk-disable-next-line outbound-captured -- trust me\n${line}`);
    const { code, open } = await ci({ 'net/c.rules': text });
    expect([code, open]).toEqual([
      1,
      [expect.stringMatching(/^configuration-changed: a comment accepts `outbound-captured` of net\/c\.rules/)],
    ]);
  });

  it('that is gone is no pass', async () => {
    expect((await ci({ 'chainwalk.config.yaml': undefined })).code).toBe(2);
    repository.git('checkout', '-q', '-f', 'base');
    repository.commit({ 'net/chainwalk.config.yaml': 'groups: [{ files: "*.rules" }]\n' }, 'two');
    repository.write({ 'net/chainwalk.config.yaml': undefined });
    const { code, out } = await repository.chainwalk(['ci', '--json', '--base', 'two'], { below: 'net' });
    expect([code, out]).toEqual([1, expect.stringContaining('on the base it is `chainwalk.config.yaml`')]);
    repository.git('checkout', '-q', '-f', 'base');
  });

  it.each([
    ['a group more', CONFIG.replace('}]\n', '}, { files: "more/*.rules" }]\n')],
    ['no suppression', CONFIG],
    ['strict', `${CONFIG}strict: true\n`],
    ['another report', `${CONFIG}output: [json]\n`],
  ])('finds more: %s, a hint', async (_, text) => {
    const { code, open } = await ci({ 'chainwalk.config.yaml': text, 'more/x.rules': FILTER });
    expect([code, open]).toEqual([0, []]);
  });
});

describe('the configuration of the base', { timeout: 60_000 }, () => {
  it('checks what is here, and its baseline counts', async () => {
    const files = { 'chainwalk.config.yaml': `${GROUPS}claims: { only: [single-backend] }\n`, 'net/a.rules': RETURNED };
    const { code, open, report } = await ci(files, ['--base', 'base', '--config-from-base']);
    expect(code).toBe(1);
    expect(open).toContainEqual(expect.stringMatching(/^outbound-captured: /));
    expect(open).not.toContainEqual(expect.stringMatching(/^configuration-changed: /));
    expect(report.notes).toContain('the configuration is that of base');
  });

  it('says what it asks of the pull request itself', async () => {
    repository.git('checkout', '-q', '-f', 'base');
    const config = CONFIG.replace(' }\nexpectations', ', levels: { subject-gone: warning } }\nexpectations');
    repository.commit({ 'chainwalk.config.yaml': config }, 'mild');
    repository.write({ 'net/b.rules': undefined });
    expect((await repository.chainwalk(['ci', '--base', 'mild'])).code).toBe(0);
    expect((await repository.chainwalk(['ci', '--base', 'mild', '--strict'])).code).toBe(1);
  });

  it('needs a base, and is not run', async () => {
    expect(await ci({}, ['--config-from-base'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--config-from-base needs --base'),
    });
    repository.git('checkout', '-q', '-f', 'base');
    repository.commit(
      { 'chainwalk.config.yaml': undefined, 'chainwalk.config.mjs': 'export default { groups: [{ files: "net/*.rules" }] };' },
      'code',
    );
    expect(await repository.chainwalk(['ci', '--base', 'code', '--config-from-base'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('`chainwalk.config.mjs` is code, which is not run as another revision has it'),
    });
    repository.write({ 'chainwalk.config.mjs': 'export default { groups: [{ files: "net/b.rules" }] };' });
    expect(await repository.chainwalk(['ci', '--base', 'code', '-o', 'json'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('is code, and another text than on the base'),
    });
  });
});
