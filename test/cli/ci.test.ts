/** `chainwalk ci`: judged, compared, accepted and reported once. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CiProblem, CiReport } from '../../src/report/ci/json.ts';
import { readFixture } from '../support/fixtures.ts';
import { chainwalk, type Setting } from './memoryIo.ts';
import { type Repository, temporaryGit } from './temporaryGit.ts';

const POD = readFixture('istio-sidecar').text;
const RETURNED = readFixture('broken/service-cidr-returned').text;
const RULE = '-A ISTIO_OUTPUT -d 10.96.0.0/16 -j RETURN';
const VAULT = readFileSync(new URL('../../fixtures/pods/vault.yaml', import.meta.url), 'utf8');
/** Warnings and notes that are not what these tests are about. */
const CONFIG =
  'groups: [{ files: "net/*.rules" }, { files: "deploy/*.yaml", mode: cni }]\nclaims: { only: [outbound-captured, identity-collision] }\n';

async function ci(files: Readonly<Record<string, string>>, argv: readonly string[] = [], setting: Setting = {}) {
  const result = await chainwalk(['ci', '--json', ...argv], { ...setting, files: { 'chainwalk.config.yaml': CONFIG, ...files } });
  return { ...result, ...read(result.out) };
}

function read(out: string): { readonly report: CiReport; readonly open: readonly CiProblem[]; readonly known: readonly CiProblem[] } {
  const report = (out === '' ? { subjects: [] } : JSON.parse(out)) as CiReport;
  const problems = report.subjects.flatMap(({ checks }) => checks.flatMap((check) => check.problems));
  return { report, open: problems.filter(({ muted }) => muted === null), known: problems.filter(({ muted }) => muted !== null) };
}

const UNBROKEN = 'nothing else breaks (proved for first packets of connections over IPv4, an assumed pod at 10.244.0.5)';

describe('chainwalk ci', { timeout: 30_000 }, () => {
  it('checks rules, manifests and expectations in one report', async () => {
    const files = {
      'chainwalk.config.yaml': `${CONFIG}expectations: "net/*.expect.yaml"\n`,
      'net/pod.rules': POD,
      'net/bad.rules': RETURNED,
      'deploy/vault.yaml': VAULT,
      'net/pod.expect.yaml': 'rules: pod.rules\npackets: [{ packet: "out tcp -> 203.0.113.9:443 uid=1000", outcome: direct }]\n',
    };
    const { code, report, open, err } = await ci(files);
    expect([code, err]).toEqual([1, '']);
    expect(report.schema).toBe('chainwalk/ci/v1');
    expect(report.subjects.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'rules net/bad.rules',
      'rules net/pod.rules',
      'pod StatefulSet shop/ledger',
      'expectations net/pod.expect.yaml',
    ]);
    expect(open.map(({ id, place }) => [id, place?.file])).toEqual([
      ['outbound-captured', 'net/bad.rules'],
      ['identity-collision', 'deploy/vault.yaml'],
      ['out tcp -> 203.0.113.9:443 uid=1000', 'net/pod.expect.yaml'],
    ]);
  });

  it('checks the rules that Istio writes for settings, at the settings', async () => {
    const settings = '{ "istio-inbound-ports": "*", "istio-local-exclude-ports": "15090", "proxy-uid": "1337", "proxy-gid": "1337" }';
    const files = { 'chainwalk.config.yaml': 'groups: [{ files: "net/*.json" }]\n', 'net/settings.json': settings };
    const { report, err } = await ci(files);
    expect(err).toBe('');
    expect(report.subjects).toMatchObject([{ kind: 'rules', name: 'net/settings.json', file: 'net/settings.json' }]);
    expect(report.subjects[0]?.checks.find(({ id }) => id === 'no-redirect-loop')?.verdict).toBe('passed');
    const wrong = await ci({ ...files, 'net/settings.json': '{ "istio-inbound-prots": "*" }' });
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('net/settings.json:1:');
  });

  it('gives claims their levels, and leaves out those that are off', async () => {
    const level = (text: string) =>
      `groups: [{ files: "net/*.rules" }]\nclaims: { only: [outbound-captured], levels: { outbound-captured: ${text} } }\n`;
    const files = { 'net/bad.rules': RETURNED };
    expect(await ci({ ...files, 'chainwalk.config.yaml': level('warning') })).toMatchObject({ code: 0, open: [{ level: 'warning' }] });
    expect(await ci({ ...files, 'chainwalk.config.yaml': level('warning') }, ['--strict'])).toMatchObject({ code: 1 });
    expect(await ci({ ...files, 'chainwalk.config.yaml': level('off') })).toMatchObject({ code: 0, open: [] });
  });

  it('says what is wrong with every file, and checks the others: exit code 2', async () => {
    const broken = { 'net/a.rules': '*nat\n-A OUTPUT -j NOWHERE\nCOMMIT\n', 'net/b.rules': '*nat\n-A OUTPUT --nonsense\nCOMMIT\n' };
    const none = await ci(broken);
    expect(none.code).toBe(2);
    expect(JSON.parse(none.out)).toMatchObject({ subjects: [] });
    expect(none.err).toMatch(/^net\/a\.rules:2:/m);
    expect(none.err).toMatch(/^net\/b\.rules:2:/m);
    const others = await ci({ ...broken, 'net/bad.rules': RETURNED });
    expect(others.code).toBe(2);
    expect(read(others.out).open.map(({ id }) => id)).toEqual(['outbound-captured']);
  });

  it('says in every format what could not be read', async () => {
    const files = { 'chainwalk.config.yaml': CONFIG, 'net/bad.rules': RETURNED, 'net/b.rules': '*nat\n-A OUTPUT --nonsense\nCOMMIT\n' };
    const outputs = ['github=g', 'junit=j', 'sarif=s', 'markdown=m', 'json=o'];
    const { code, written } = await chainwalk(['ci', '-o', outputs.join(',')], { files });
    expect(code).toBe(2);
    expect(written.g).toMatch(/^::error file=net\/b\.rules,line=2,.*title=not checked::/);
    expect(written.j).toContain('<testcase classname="what cannot be read" name="net/b.rules:2"><error message=');
    expect(written.m).toContain('1 error in the files, and what they are in is not checked');
    const [run] = JSON.parse(written.s ?? '').runs;
    expect(run.invocations[0].executionSuccessful).toBe(false);
    expect(run.invocations[0].toolExecutionNotifications.map(({ level }: { level: string }) => level)).toContain('error');
    expect(run.results.length).toBeGreaterThan(0);
    expect(JSON.parse(written.o ?? '').diagnostics).toMatchObject([{}, { file: 'net/b.rules', line: 2 }]);
  });

  it('writes several formats at once, one of them to standard output', async () => {
    const files = { 'chainwalk.config.yaml': CONFIG, 'net/bad.rules': RETURNED };
    const result = await chainwalk(['ci', '-o', 'github,json=out/ci.json', '-o', 'human=out/ci.txt'], { files });
    expect(result.out).toMatch(/^::error file=net\/bad\.rules,line=22,/);
    expect(read(result.written['out/ci.json'] ?? '').open).toHaveLength(1);
    expect(result.written['out/ci.txt']).toMatch(/^FAIL: 1 error {2}/);
    const both = await chainwalk(['ci', '-o', 'github,json'], { files });
    expect([both.code, both.err]).toEqual([2, expect.stringContaining('`github` and `json` cannot both go to standard output')]);
    expect((await chainwalk(['ci', '-o', 'githbu'], { files })).err).toContain('did you mean `github`?');
  });

  it('shows the edits that are proved to fix an error, in every format', async () => {
    const files = { 'chainwalk.config.yaml': CONFIG, 'net/bad.rules': RETURNED };
    const { out, written } = await chainwalk(['ci', '-o', 'human,json=o,markdown=m,sarif=s'], { files });
    expect(out.replaceAll(/\s+/g, ' ')).toContain(`fix delete line 22: it fixes outbound-captured, ${UNBROKEN}`);
    const [check] = JSON.parse(written.o ?? '').subjects[0].checks.filter(({ id }: { id: string }) => id === 'outbound-captured');
    expect(check.problems[0].fix).toMatchObject({ file: 'net/bad.rules', mends: ['outbound-captured'], open: [] });
    expect(check.problems[0].fix.diff).toContain(`-${RULE}`);
    expect(written.m).toContain(`Fix: delete line 22, in net/bad.rules. It fixes outbound-captured, ${UNBROKEN}.`);
    expect(JSON.parse(written.s ?? '').runs[0].results[0].fixes).toHaveLength(1);
  });

  it('takes its formats from the configuration, unless the command line has some', async () => {
    const files = { 'chainwalk.config.yaml': `${CONFIG}output: [github, json=ci.json]\n`, 'net/bad.rules': RETURNED };
    const result = await chainwalk(['ci'], { files });
    expect(result.out).toMatch(/^::error /);
    expect(Object.keys(result.written)).toEqual(['ci.json']);
    expect((await ci(files)).written).toEqual({});
  });
});

describe('what is accepted', { timeout: 30_000 }, () => {
  it('by a comment in a dump, does not fail', async () => {
    const text = RETURNED.replace(RULE, `# chainwalk-disable-next-line outbound-captured -- trusted\n${RULE}`);
    expect(await ci({ 'net/bad.rules': text })).toMatchObject({
      code: 0,
      open: [],
      known: [{ muted: { by: 'comment', reason: 'trusted' } }],
    });
  });

  it('by a comment in a manifest, stands above the setting', async () => {
    const line = /^.*runAsUser: 1337$/m.exec(VAULT)?.[0] ?? '';
    const text = VAULT.replace(line, `# chainwalk-disable-next-line identity-collision -- it only listens\n${line}`);
    expect(await ci({ 'deploy/vault.yaml': text })).toMatchObject({ code: 0, open: [], known: [{ muted: { by: 'comment' } }] });
    const elsewhere = `# chainwalk-disable-next-line identity-collision -- it only listens\n${VAULT}`;
    const { code, err } = await ci({ 'deploy/vault.yaml': elsewhere });
    expect(code).toBe(1);
    expect(err).toContain('deploy/vault.yaml:1:1: warning: no finding of `identity-collision` at the next line');
    const whole = `# chainwalk-disable-file identity-collision -- it only listens\n${VAULT}`;
    expect(await ci({ 'deploy/vault.yaml': whole })).toMatchObject({ code: 0, err: expect.not.stringContaining('suppress') });
  });

  it('by the configuration, holds for its files', async () => {
    const suppress = (files: string) => `${CONFIG}suppressions:\n  - { claim: outbound-captured, files: "${files}", reason: an example }\n`;
    const files = { 'net/bad.rules': RETURNED };
    expect(await ci({ ...files, 'chainwalk.config.yaml': suppress('net/*.rules') })).toMatchObject({
      code: 0,
      err: expect.not.stringContaining('suppress'),
      known: [{ muted: { by: 'config' } }],
    });
    const other = await ci({ ...files, 'chainwalk.config.yaml': suppress('old/*.rules') });
    expect(other.code).toBe(1);
    expect(other.err).toContain('chainwalk.config.yaml:4:5: warning: suppressions[0]: no file matches its `files`: it suppresses nothing');
  });
});

describe('a baseline', { timeout: 30_000 }, () => {
  const update = async (files: Readonly<Record<string, string>>) => ci(files, ['--baseline', 'known.json', '--update-baseline']);

  it('takes all that is open for known, one line each, and the same again writes the same', async () => {
    const first = await update({ 'net/bad.rules': RETURNED, 'deploy/vault.yaml': VAULT });
    const text = first.written['known.json'] ?? '';
    expect(first.code).toBe(0);
    expect(text.split('\n').filter((line) => line.startsWith('    {'))).toHaveLength(2);
    expect(JSON.parse(text).known[1]).toMatchObject({
      claim: 'outbound-captured',
      subject: 'net/bad.rules',
      shown: 'out tcp 10.244.0.5:40000 -> 10.96.0.10:443 uid=1000 gid=1000: direct',
      packets: 'out tcp -> 10.96.0.0/16 uid=!1337 gid=!1337 (ordinary first packets)',
    });
    const files = { 'net/bad.rules': `# moved\n${RETURNED}`, 'deploy/vault.yaml': VAULT, 'known.json': text };
    expect(await ci(files, ['--baseline', 'known.json'])).toMatchObject({ code: 0, open: [], known: [{ muted: { by: 'baseline' } }, {}] });
    expect((await update(files)).written['known.json']).toBe(text);
  });

  it('does not cover a finding that is true of more packets than before', async () => {
    const text = (await update({ 'net/bad.rules': RETURNED })).written['known.json'] ?? '';
    const more = RETURNED.replace(RULE, `${RULE}\n-A ISTIO_OUTPUT -d 198.51.100.0/24 -j RETURN`);
    const { code, open } = await ci({ 'net/bad.rules': more, 'known.json': text }, ['--baseline', 'known.json']);
    expect(code).toBe(1);
    expect(open[0]?.message).toContain('; in known.json for out tcp -> 10.96.0.0/16 uid=!1337 gid=!1337 (ordinary first packets)');
  });

  it('says what does not occur any more, and drops it when it is written again', async () => {
    const text = (await update({ 'net/bad.rules': RETURNED })).written['known.json'] ?? '';
    const files = { 'net/bad.rules': POD, 'known.json': text };
    const later = await ci(files, ['--baseline', 'known.json']);
    expect(later.report.notes.join('\n')).toContain('known outbound-captured of net/bad.rules');
    expect(later.report.notes.join('\n')).toContain('--update-baseline drops it from known.json');
    const again = await update(files);
    expect(JSON.parse(again.written['known.json'] ?? '').known).toEqual([]);
  });

  it('that is not there, or broken, is an error', async () => {
    expect((await ci({ 'net/pod.rules': POD }, ['--baseline', 'known.json'])).code).toBe(2);
    expect((await ci({ 'net/pod.rules': POD, 'known.json': '{ "known": [] }' }, ['--baseline', 'known.json'])).err).toContain(
      '`schema` is missing',
    );
    expect((await ci({ 'net/pod.rules': POD }, ['--update-baseline'])).err).toContain('--update-baseline needs a file');
  });

  it('never covers expectations', async () => {
    const files = {
      'chainwalk.config.yaml': `${CONFIG}expectations: "net/*.expect.yaml"\n`,
      'net/pod.rules': POD,
      'net/pod.expect.yaml': 'rules: pod.rules\npackets: [{ packet: "out tcp -> 203.0.113.9:443 uid=1000", outcome: direct }]\n',
    };
    expect((await update(files)).code).toBe(1);
  });
});

describe('against a base', { timeout: 30_000 }, () => {
  let repository: Repository;
  beforeAll(() => {
    repository = temporaryGit();
    repository.commit({ 'chainwalk.config.yaml': CONFIG, 'net/bad.rules': RETURNED, 'net/pod.rules': POD }, 'base');
  });
  afterAll(() => repository.remove());
  const against = async (base = 'base', below = '') => {
    const result = await repository.chainwalk(['ci', '--json', '--base', base], { below });
    return { ...result, ...read(result.out) };
  };

  it('what was wrong there is known, wherever its line has gone', async () => {
    repository.write({ 'net/bad.rules': `# a comment\n${RETURNED}`, 'net/pod.rules': POD });
    expect(await against()).toMatchObject({
      code: 0,
      open: [],
      known: [{ muted: { by: 'base', reason: 'already on base' } }],
      report: { base: 'base' },
    });
    repository.write({ 'net/bad.rules': RETURNED });
    expect(await against()).toMatchObject({ code: 0, open: [], known: [{ muted: { by: 'base' } }] });
  });

  it('what is new fails: another file, another rule, a file that the base has not', async () => {
    repository.write({ 'net/pod.rules': RETURNED, 'net/bad.rules': RETURNED });
    expect(await against()).toMatchObject({ code: 1, open: [{ place: { file: 'net/pod.rules', line: 22 } }], known: [{}] });
    const more = RETURNED.replace(RULE, `${RULE}\n-A ISTIO_OUTPUT -d 198.51.100.0/24 -j RETURN`);
    repository.write({ 'net/pod.rules': POD, 'net/bad.rules': more });
    const grown = await against();
    expect(grown).toMatchObject({ code: 1, known: [] });
    expect(grown.open[0]?.message).toContain('; on base for out tcp -> 10.96.0.0/16 uid=!1337 gid=!1337 (ordinary first packets)');
    repository.write({ 'net/bad.rules': RETURNED, 'net/new.rules': RETURNED });
    expect(await against()).toMatchObject({ code: 1, open: [{ place: { file: 'net/new.rules' } }] });
    repository.write({ 'net/new.rules': undefined });
  });

  it('from a folder below, finds the configuration and the base', async () => {
    repository.write({ 'net/bad.rules': `# a comment\n${RETURNED}` });
    expect(await against('base', 'net')).toMatchObject({ code: 0, open: [], known: [{ place: { file: '../net/bad.rules' } }] });
    repository.write({ 'net/bad.rules': RETURNED });
  });

  it('that cannot be read there, nothing is suppressed', async () => {
    repository.commit({ 'net/bad.rules': '*nat\n-A OUTPUT --nonsense\nCOMMIT\n' }, 'broken');
    repository.commit({ 'net/bad.rules': RETURNED });
    const { code, report } = await against('broken');
    expect(code).toBe(1);
    expect(report.notes).toContain('net/bad.rules cannot be read on the base: its findings are not suppressed');
  });

  it('that git does not know, is an error', async () => {
    expect(await against('nowhere')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('git knows no revision `nowhere` here'),
    });
    expect(await against('--all')).toMatchObject({ code: 2, out: '' });
  });
});

describe('packets that end in another way than on the base', { timeout: 30_000 }, () => {
  const ALL = (levels = '') =>
    `groups: [{ files: "net/*.rules" }, { files: "deploy/*.yaml", mode: cni }]\nclaims: { only: [behaviour-changed]${levels} }\n`;
  const WEB = readFileSync(new URL('../../fixtures/pods/web.yaml', import.meta.url), 'utf8');
  let repository: Repository;
  beforeAll(() => {
    repository = temporaryGit();
    repository.commit({ 'chainwalk.config.yaml': ALL(), 'net/pod.rules': POD, 'deploy/web.yaml': WEB }, 'base');
  });
  afterAll(() => repository.remove());
  const against = async (files: Readonly<Record<string, string>>) => {
    repository.write({ 'chainwalk.config.yaml': ALL(), 'net/pod.rules': POD, 'deploy/web.yaml': WEB, ...files });
    const result = await repository.chainwalk(['ci', '--json', '--base', 'base']);
    const { report, open } = read(result.out);
    const compared = report.subjects.filter(({ kind }) => kind === 'comparison');
    return { ...result, open, compared: compared.map(({ name, checks }) => `${name}: ${checks[0]?.verdict}`) };
  };

  it('are listed class by class, with the packet on both sides, and fail where one goes past the proxy', async () => {
    const { code, open, compared } = await against({
      'net/pod.rules': POD.replace('-A ISTIO_OUTPUT -d 127.0.0.1/32', `${RULE}\n-A ISTIO_OUTPUT -d 127.0.0.1/32`),
    });
    expect(code).toBe(1);
    expect(compared).toEqual(['base:net/pod.rules -> net/pod.rules: failed']);
    expect(open[0]).toMatchObject({
      id: 'behaviour-changed',
      level: 'error',
      message: expect.stringMatching(/^captured-out becomes direct for out tcp -> 10\.96\.0\.0\/16/),
      before: { outcome: 'captured-out' },
      witness: { outcome: 'direct' },
      blame: [{ chain: 'ISTIO_OUTPUT', text: RULE }],
    });
  });

  it('fail as the configuration of both sides says', async () => {
    const files = { 'net/pod.rules': POD.replace('-A ISTIO_OUTPUT -d 127.0.0.1/32', `${RULE}\n-A ISTIO_OUTPUT -d 127.0.0.1/32`) };
    const code = async (level: string) => {
      const config = { 'chainwalk.config.yaml': ALL(`, levels: { behaviour-changed: ${level} }`) };
      repository.write({ 'net/pod.rules': POD, 'deploy/web.yaml': WEB });
      repository.commit(config, level);
      repository.write(files);
      return (await repository.chainwalk(['ci', '--base', level])).code;
    };
    expect([await code('warning'), await code('error')]).toEqual([0, 1]);
  });

  it('are none when rules change places that decide nothing, which is proved', async () => {
    const [first, second] = [
      '-A ISTIO_INBOUND -p tcp -m tcp --dport 15090 -j RETURN',
      '-A ISTIO_INBOUND -p tcp -m tcp --dport 15021 -j RETURN',
    ];
    expect(POD).toContain(`${first}\n${second}`);
    const { code, open, compared } = await against({ 'net/pod.rules': POD.replace(`${first}\n${second}`, `${second}\n${first}`) });
    expect([code, open, compared]).toEqual([0, [], ['base:net/pod.rules -> net/pod.rules: passed']]);
  });

  it('are those of a pod when an annotation changes, at its place', async () => {
    const annotated = WEB.replace(/^( *)annotations:\n/m, '$&$1  traffic.sidecar.istio.io/excludeOutboundPorts: "5432"\n');
    const web =
      annotated === WEB
        ? WEB.replace(
            /^( *)template:\n( *)metadata:\n/m,
            '$&$2  annotations:\n$2    traffic.sidecar.istio.io/excludeOutboundPorts: "5432"\n',
          )
        : annotated;
    expect(web).not.toBe(WEB);
    const { open, compared } = await against({ 'deploy/web.yaml': web });
    expect(compared).toEqual(['base:Deployment shop/web -> Deployment shop/web: failed']);
    const line = web.split('\n').findIndex((one) => one.includes('excludeOutboundPorts')) + 1;
    expect(open.find(({ message }) => /^captured-out becomes direct for .*5432/.test(message))).toMatchObject({
      message: expect.stringMatching(/; annotation traffic\.sidecar\.istio\.io\/excludeOutboundPorts added, deploy\/web\.yaml:\d+$/),
      place: { file: 'deploy/web.yaml', line },
    });
  });

  it('are those of settings, when a setting changes', async () => {
    const settings = (ports: string) =>
      `{ "istio-service-cidr": "*", "istio-inbound-ports": "*", "proxy-uid": "1337", "proxy-gid": "1337", "istio-local-outbound-ports-exclude": "${ports}" }`;
    repository.commit({ 'net/pod.rules': undefined, 'deploy/web.yaml': undefined, 'net/pod.json': settings('5432') }, 'settings');
    repository.write({
      'chainwalk.config.yaml': 'groups: [{ files: "net/*.json" }]\nclaims: { only: [behaviour-changed] }\n',
      'net/pod.json': settings('5433'),
    });
    const result = await repository.chainwalk(['ci', '--json', '--base', 'settings']);
    const { open, report } = read(result.out);
    expect(report.subjects.map(({ name }) => name)).toContain('settings:net/pod.json -> net/pod.json');
    expect(open.map(({ message }) => message)).toContainEqual(expect.stringMatching(/^captured-out becomes direct for .*5433/));
    expect(open.every(({ place }) => place === null)).toBe(true);
  });
});
