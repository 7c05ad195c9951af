/** `-o sarif=out.sarif,github`: several formats at once, each where it was asked for. */
import { describe, expect, it } from 'vitest';
import type { VerifyReport } from '../../src/report/json/verify.ts';
import { MOST_OF_SUMMARY } from '../../src/report/markdown/markdown.ts';
import { readFixture } from '../support/fixtures.ts';
import { chainwalk, type Setting } from './memoryIo.ts';

const FILES = { 'net/pod.rules': readFixture('article').text, 'good.rules': readFixture('istio-sidecar').text };

const verify = (argv: readonly string[], setting: Setting = {}) =>
  chainwalk(['verify', '--quiet', '--only', 'no-redirect-loop', ...argv], { ...setting, files: { ...FILES, ...setting.files } });

describe('outputs', { timeout: 30_000 }, () => {
  it('one goes to standard output, the others to files', async () => {
    const { code, out, err, written } = await verify(['net/pod.rules', '-o', 'sarif=out.sarif,github,junit=report/junit.xml']);
    expect([code, err]).toEqual([1, '']);
    expect(out).toMatch(/^::error file=net\/pod\.rules,line=\d+,col=26,endColumn=37,title=no-redirect-loop \(IPv4\)::/);
    expect(out.endsWith('\n')).toBe(true);
    expect(Object.keys(written)).toEqual(['out.sarif', 'report/junit.xml']);
    expect(JSON.parse(written['out.sarif'] ?? '')).toMatchObject({ version: '2.1.0', runs: [{ tool: { driver: { version: '1.2.3' } } }] });
    expect(written['report/junit.xml']).toMatch(/^<\?xml /);
  });

  it('all may go to files', async () => {
    const { code, out, written } = await verify(['good.rules', '-o', 'markdown=comment.md', '-o', 'human=plain.txt']);
    expect([code, out]).toEqual([0, '']);
    expect(written['comment.md']).toMatch(/^### chainwalk: OK: no errors or warnings\n/);
    expect(written['plain.txt']).toMatch(
      /^OK: the claim holds for first packets of connections over IPv4, an assumed\s+pod\s+at\s+10\.244\.0\.5; IPv6 is not checked\s+good\.rules/,
    );
  });

  it('without findings annotations are empty', async () => {
    expect(await verify(['good.rules', '-o', 'github'])).toMatchObject({ code: 0, out: '', err: '' });
  });

  it('json is what it was, and --json goes beside files', async () => {
    const { out, written } = await verify(['net/pod.rules', '--json', '-o', 'sarif=out.sarif']);
    expect((JSON.parse(out) as VerifyReport).schema).toBe('chainwalk/verify/v1');
    expect(Object.keys(written)).toEqual(['out.sarif']);
    expect((await verify(['net/pod.rules', '-o', 'json'])).out).toBe(out);
  });

  it('pods go the same way', async () => {
    const pod = `apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {sidecar.istio.io/inject: "true"}}
spec: {containers: [{name: a, securityContext: {runAsUser: 1337}}]}
`;
    const { code, out, written } = await chainwalk(['verify', '--quiet', 'web.yaml', '-o', 'github,json=web.json'], {
      files: { 'web.yaml': pod },
    });
    expect(code).toBe(1);
    expect(out).toMatch(/^::error file=web\.yaml,line=4,col=\d+,endColumn=\d+,title=identity-collision::/);
    expect(JSON.parse(written['web.json'] ?? '')).toMatchObject({ schema: 'chainwalk/verify/v1' });
  });

  it.each([
    [['sarf'], 'unknown format `sarf`', 'did you mean `sarif`?'],
    [['nonsense'], 'unknown format `nonsense`', 'the formats are human, json, github, sarif, junit, markdown, html'],
    [['github,sarif'], '`github` and `sarif` cannot both go to standard output', 'write one of them to another file: github=FILE'],
    [['github', 'human'], '`github` and `human` cannot both go to standard output', 'write one of them to another file: github=FILE'],
    [['sarif=x,junit=x'], '`sarif` and `junit` cannot both go into `x`', 'write one of them to another file: sarif=FILE'],
    [['sarif='], '`sarif=` needs a file name', '`sarif` alone writes to standard output'],
  ])('-o %j is refused', async (words, message, help) => {
    const result = await verify(['net/pod.rules', ...words.flatMap((word) => ['-o', word])]);
    expect(result).toMatchObject({ code: 2, out: '', err: `chainwalk: error: ${message}\nhelp: ${help}\n`, written: {} });
  });

  it('a file that cannot be written is said, and exits 2', async () => {
    const { code, err } = await verify(['good.rules', '-o', 'sarif=no/such/folder.sarif'], { unwritable: ['no/such/folder.sarif'] });
    expect([code, err]).toEqual([2, 'chainwalk: error: cannot write `no/such/folder.sarif`: no such file\n']);
  });
});

describe('the summary of a step', { timeout: 30_000 }, () => {
  const env = { GITHUB_STEP_SUMMARY: '/summary.md' };

  it('is written with annotations, behind what is there', async () => {
    const { written } = await verify(['net/pod.rules', '-o', 'github'], { env, files: { '/summary.md': '# before\n' } });
    expect(written['/summary.md']).toMatch(/^# before\n\n### chainwalk: FAIL: 1 error\n/);
    expect(written['/summary.md']).toContain('```mermaid\nflowchart TB\n');
  });

  it('stays within a mebibyte with what is there', async () => {
    const before = `${'x'.repeat(MOST_OF_SUMMARY - 1_500)}\n`;
    const { written } = await verify(['net/pod.rules', '-o', 'github'], { env, files: { '/summary.md': before } });
    const text = written['/summary.md'] ?? '';
    expect(text.length).toBeLessThanOrEqual(MOST_OF_SUMMARY);
    expect(text).toContain('Left out, for the length of this text: ');
  });

  it('is left alone where it is full', async () => {
    const { code, err, written } = await verify(['net/pod.rules', '-o', 'github'], {
      env,
      files: { '/summary.md': 'x'.repeat(MOST_OF_SUMMARY) },
    });
    expect([code, written]).toEqual([1, {}]);
    expect(err).toBe('chainwalk: the summary of the step, `/summary.md`, has no room left: nothing is added\n');
  });

  it('is not touched by other formats, or outside a workflow', async () => {
    expect((await verify(['net/pod.rules', '-o', 'junit'], { env })).written).toEqual({});
    expect((await verify(['net/pod.rules', '-o', 'github'])).written).toEqual({});
  });
});
