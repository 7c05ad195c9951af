/** First command lines, as somebody types them who has not read the help. */
import { describe, expect, it, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands/commands.ts';
import { chainwalk } from './memoryIo.ts';

const RULES = '*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n';
const POD = 'apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec: { containers: [{ name: web, image: web }] }\n';
const files = {
  'pod.rules': RULES,
  'deploy.yaml': POD,
  'deploy.json': JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web' },
    spec: { containers: [{ name: 'web', image: 'web' }] },
  }),
  'set.json': '{}',
};

describe('a command that is not one', () => {
  it.each([
    [['trcae'], 'did you mean `trace`?'],
    [['help', 'trce'], 'did you mean `chainwalk help trace`?'],
    [['help', 'lint'], 'did you mean `chainwalk help verify`?'],
    [['lint', 'pod.rules'], 'did you mean `verify`?'],
    [['VALIDATE'], 'did you mean `verify`?'],
    [['simulate'], 'did you mean `trace`?'],
    [['compare'], 'did you mean `diff`?'],
    [['-v'], 'did you mean `chainwalk --version`?'],
    [['pod.rules'], 'did you mean `chainwalk verify pod.rules`?'],
    [['pod.rules', 'out tcp -> 1.2.3.4:80'], 'did you mean `chainwalk trace pod.rules "out tcp -> 1.2.3.4:80"`?'],
    [['qqq'], '`chainwalk --help` lists the commands'],
  ])('%j', async (argv, help) => {
    const { err, out, code } = await chainwalk(argv, { files });
    expect([err.split('\n').slice(1).join(' ').trim(), out, code]).toEqual([`help: ${help}`, '', 2]);
  });

  test('every suggested command is one', async () => {
    for (const word of ['lint', 'fmt', 'scan', 'test', 'show', 'inject', 'search', 'describe', 'rener', 'enroll', 'complet']) {
      const meant = /mean `([^`]+)`/.exec((await chainwalk([word])).err)?.[1];
      expect(COMMANDS.map(({ name }) => name)).toContain(meant);
    }
  });
});

describe('without a command', () => {
  test('one screen, with every command', async () => {
    const { err, out, code } = await chainwalk([]);
    expect([out, code]).toEqual(['', 2]);
    const lines = err.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(20);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    for (const { name } of COMMANDS) expect(err).toMatch(new RegExp(`\\b${name}\\b`));
  });
});

describe('render of a file', () => {
  it.each(['deploy.yaml', 'deploy.json'])('%s is a pod', async (file) => {
    const [plain, named] = await Promise.all([chainwalk(['render', file], { files }), chainwalk(['render', '--pod', file], { files })]);
    expect(plain).toEqual(named);
    expect(plain.out).toContain('ISTIO_OUTPUT');
  });

  test('settings are settings, and a file that is not there is said to be missing', async () => {
    expect((await chainwalk(['render', 'set.json'], { files })).out).toEqual(
      (await chainwalk(['render', '--settings', 'set.json'], { files })).out,
    );
    const { err, out, code } = await chainwalk(['render', 'nope.yaml'], { files });
    expect([out, code]).toEqual(['', 2]);
    expect(err).toContain('`nope.yaml`');
  });
});

describe('options of manifests with rules', () => {
  it.each([
    ['trace', ['out tcp -> 1.2.3.4:80']],
    ['verify', []],
  ])('%s says that they are not used', async (command, more) => {
    const { err } = await chainwalk([command, 'pod.rules', ...more, '--mode', 'cni'], { files });
    expect(err).toContain('note: --mode is for manifests, and these are rules: not used');
    expect((await chainwalk([command, 'pod.rules', ...more], { files })).err).not.toContain('--mode');
  });
});

describe('several kinds of files', () => {
  test('rules and manifests in one go are answered each', async () => {
    const both = await chainwalk(['verify', 'pod.rules', 'deploy.yaml'], { files });
    const rules = await chainwalk(['verify', 'pod.rules'], { files });
    const pods = await chainwalk(['verify', 'deploy.yaml'], { files });
    expect(both.out).toBe(pods.out + rules.out);
    expect(both.code).toBe(Math.max(rules.code, pods.code));
  });

  test('a report for programs has one kind, and the two commands are said', async () => {
    const { err, out, code } = await chainwalk(['verify', 'pod.rules', 'deploy.yaml', '--json'], { files });
    expect([out, code]).toEqual(['', 2]);
    expect(err.replaceAll(/\s+/g, ' ')).toContain('`chainwalk verify pod.rules --json` and `chainwalk verify deploy.yaml --json`');
  });

  test('they have the options of the question, each those that it takes', async () => {
    const given = ['--pod-ip', '10.12.3.4', '--proxy-uid', '1400', '--mode', 'cni', '--where', 'out tcp -> :80', '-o', 'sarif'];
    const { err } = await chainwalk(['verify', 'pod.rules', 'deploy.yaml', ...given], { files });
    const place = "--where 'out tcp -> :80' --pod-ip 10.12.3.4 --proxy-uid 1400";
    expect(err.replaceAll(/\s+/g, ' ')).toContain(
      `\`chainwalk verify pod.rules ${place} --output sarif\` and \`chainwalk verify deploy.yaml ${place} --mode cni --output sarif\``,
    );
  });

  test('a directory stands for its rules and manifests, under the name that was given', async () => {
    const there = { 'net/a.rules': RULES, 'net/README.md': '*nat', 'net/values.yaml': 'a: 1', 'web/pod.yaml': POD };
    const folder = await chainwalk(['verify', 'net', 'web'], { files: there });
    const named = await chainwalk(['verify', 'net/a.rules', 'web/pod.yaml'], { files: there });
    expect([folder.out, folder.code]).toEqual([named.out, named.code]);
    const { err, code } = await chainwalk(['verify', 'net'], { files: { 'net/README.md': 'x' } });
    expect([code, err.includes('`net` is a directory without rules and manifests')]).toEqual([2, true]);
  });
});
