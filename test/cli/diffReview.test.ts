/** `diff` in the formats of reviewers and machines, several at once. */
import { describe, expect, it } from 'vitest';
import type { ResultsReport } from '../../src/report/json/diffResults.ts';
import { readFixture } from '../support/fixtures.ts';
import { chainwalk } from './memoryIo.ts';

const GOOD = readFixture('istio-sidecar').text;
const POD = (annotation: string) => `kind: Pod
metadata:
  name: web
  annotations:
    team: shop
${annotation}spec:
  containers:
    - name: web
`;
const files = {
  'good.rules': GOOD,
  'bad.rules': GOOD.replace(/-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN\n/, ''),
  'lost.rules': GOOD.replace(/-A PREROUTING [^\n]*\n/, ''),
  'base.yaml': POD(''),
  'head.yaml': POD('    traffic.sidecar.istio.io/excludeOutboundPorts: "5432"\n'),
  'settings.json': '{"proxy-uid":"1337"}',
  'other.json': '{"proxy-uid":"1338"}',
};
const diff = (...args: readonly string[]) => chainwalk(['diff', ...args], { files });

describe('reports of diff', { timeout: 60_000 }, () => {
  it('captured packets that are captured no more are errors, at the line of the annotation', async () => {
    const { out } = await diff('base.yaml', 'head.yaml', '-o', 'github');
    expect(out).toContain('::error file=head.yaml,line=6,');
    expect(out).toContain('captured-out becomes direct for out tcp -> !local:5432 uid=!1337 gid=!1337');
  });

  it('packets that are captured anew are warnings, at the rule', async () => {
    const { out } = await diff('good.rules', 'bad.rules', '-o', 'github');
    expect(out).toMatch(/^::warning file=bad\.rules,line=\d+/);
    expect(out).not.toContain('::error');
  });

  it('several formats at once, files beside standard output', async () => {
    const { code, out, written } = await diff(
      'base.yaml',
      'head.yaml',
      '-o',
      'sarif=out.sarif,junit=out.xml,markdown=comment.md',
      '-o',
      'json',
    );
    expect(code).toBe(1);
    expect((JSON.parse(out) as ResultsReport).changes[0]).toMatchObject({
      severity: 'bypass',
      level: 'error',
      cause: [
        {
          what: 'annotation traffic.sidecar.istio.io/excludeOutboundPorts',
          base: null,
          head: { value: '5432', file: 'head.yaml', line: 6 },
        },
      ],
    });
    expect(Object.keys(written)).toEqual(['out.sarif', 'out.xml', 'comment.md']);
    expect(written['comment.md']).toContain('| captured-out | **direct** |');
    expect(written['out.xml']).toContain('type="behaviour-changed"');
  });

  it('the fingerprint of a change does not depend on lines', async () => {
    const prints = async (head: string) => {
      const { written } = await chainwalk(['diff', 'base.yaml', 'head.yaml', '-o', 'sarif=s,human'], {
        files: { ...files, 'head.yaml': head },
      });
      return [...(written.s ?? '').matchAll(/[0-9a-f]{32}/g)].map(([text]) => text);
    };
    const plain = await prints(files['head.yaml']);
    expect(plain.length).toBeGreaterThan(0);
    expect(await prints(`# a line\n\n${files['head.yaml']}`)).toEqual(plain);
  });

  it('settings are compared by the rules that they lead to', async () => {
    expect((await diff('settings.json', 'settings.json')).out).toBe(
      'EQUAL: no change in behaviour (proved for whole connections over IPv4, an\n  assumed pod at 10.244.0.5; IPv6 is not compared)\n1 assumption: -v shows them\n',
    );
    const { code, out } = await diff('settings.json', 'other.json');
    expect([code, out]).toEqual([1, expect.stringContaining('uid=1337')]);
  });

  it('a pod and a dump of its rules', async () => {
    expect(await diff('base.yaml', 'lost.rules')).toMatchObject({ code: 1, out: expect.stringContaining('CAPTURED inbound -> TO APP') });
  });

  it('what cannot be compared is said', async () => {
    expect(await diff('base.yaml', 'head.yaml', 'good.rules')).toMatchObject({
      code: 2,
      err: expect.stringContaining('diff compares two files'),
    });
    expect(await diff('base.yaml')).toMatchObject({ code: 2, err: expect.stringContaining('diff needs what was and what would be') });
    expect(await diff('base.yaml', '--head-annotation', 'nonsense')).toMatchObject({
      code: 2,
      err: expect.stringContaining('expects KEY=VALUE'),
    });
    const prose = await chainwalk(['diff', 'a.txt', 'a.txt'], { files: { 'a.txt': 'Dear all,\n' } });
    expect(prose).toMatchObject({ code: 2, err: expect.stringContaining('`a.txt` cannot be compared') });
  });
});
