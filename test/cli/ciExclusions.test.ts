/** `ci` and exclusions: what is new and excludes something is a warning with packets; what a mesh had already is compared instead. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CiReport } from '../../src/report/ci/json.ts';
import { readFixture } from '../support/fixtures.ts';
import { type Repository, temporaryGit } from './temporaryGit.ts';

const POD = readFixture('istio-sidecar').text;
const excluding = (rule: string) => POD.replace('-A ISTIO_OUTPUT -j ISTIO_REDIRECT', `${rule}\n$&`);
const PORT = POD.replace('-A ISTIO_OUTPUT -s 127.0.0.6', '-A ISTIO_OUTPUT -p tcp -m tcp --dport 3306 -j RETURN\n$&');
const CONFIG = 'groups:\n  - files: ["net/*.rules"]\n  - { files: ["deploy/*.yaml"], mode: cni }\n';
const pod = (name: string, annotations = '') => `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: shop
  labels: { sidecar.istio.io/inject: "true" }
  annotations: { ${annotations} }
spec:
  containers: [{ name: app, image: app, securityContext: { runAsUser: 1000, runAsGroup: 1000 } }]
`;
const EXCLUDES = 'traffic.sidecar.istio.io/excludeOutboundPorts: "3306"';

let repository: Repository;
beforeAll(() => {
  repository = temporaryGit();
  const base = { 'chainwalk.config.yaml': CONFIG, 'net/pod.rules': POD, 'net/port.rules': PORT, 'deploy/a.yaml': pod('a', EXCLUDES) };
  repository.commit({ ...base, 'net/plain.rules': '*nat\nCOMMIT\n' }, 'base');
});
afterAll(() => repository.remove());

async function ci(files: Readonly<Record<string, string>>, ...argv: readonly string[]) {
  repository.git('checkout', '-q', '-f', 'base');
  repository.git('clean', '-qfd');
  repository.write(files);
  const { code, out } = await repository.chainwalk(['ci', '--base', 'base', '--json', ...argv]);
  const { subjects } = JSON.parse(out) as CiReport;
  const checks = subjects.flatMap(({ name, checks: own }) => own.map((check) => ({ name, ...check })));
  return { code, checks, problems: checks.flatMap(({ name, problems }) => problems.map((one) => ({ name, ...one }))) };
}

describe('what is new and excludes', { timeout: 60_000 }, () => {
  it.each([
    ['a port, in rules', { 'net/new.rules': PORT }, 'net/new.rules', 'direct'],
    ['a range, in rules', { 'net/new.rules': excluding('-A ISTIO_OUTPUT -d 10.9.0.0/16 -j RETURN') }, 'net/new.rules', 'direct'],
    ['a port, in a pod', { 'deploy/b.yaml': pod('b', EXCLUDES) }, 'Pod shop/b', 'direct'],
    [
      'a port that arrives, in a pod',
      { 'deploy/b.yaml': pod('b', 'traffic.sidecar.istio.io/excludeInboundPorts: "9090"') },
      'Pod shop/b',
      'to-app',
    ],
    ['a port, in a file that had no mesh', { 'net/plain.rules': PORT }, 'net/plain.rules', 'direct'],
  ])('%s: a warning with packets', async (_, files, subject, outcome) => {
    const { problems } = await ci(files);
    const [found] = problems.filter(({ id }) => id === 'no-exclusion');
    expect([found?.name, found?.level, found?.witness?.outcome, found?.muted]).toEqual([subject, 'warning', outcome, null]);
    expect(found?.packets).toMatch(/3306|10\.9\.0\.0\/16|9090/);
    expect(problems.filter(({ id }) => id === 'no-exclusion')).toHaveLength(1);
    expect((await ci(files, '--strict')).code).toBe(1);
  });

  it.each([
    ['rules', 'net/new.rules', POD, 'net/new.rules'],
    ['a pod', 'deploy/b.yaml', pod('b'), 'Pod shop/b'],
  ])('nothing passes: %s', async (_, file, text, subject) => {
    const { checks } = await ci({ [file]: text });
    const asked = checks.filter(({ id, name }) => id === 'no-exclusion' && name === subject);
    expect(asked.flatMap(({ problems }) => problems)).toEqual([]);
    expect(asked).toHaveLength(1);
  });

  it('was there: it is not asked again', async () => {
    const { checks } = await ci({ 'net/port.rules': `${PORT}# a comment\n` });
    expect(checks.filter(({ id, name }) => id === 'no-exclusion' && name !== 'net/plain.rules')).toEqual([]);
  });
});

describe('what is not new and excludes more', { timeout: 60_000 }, () => {
  it.each([
    [
      'half of all addresses',
      excluding('-A ISTIO_OUTPUT -d 0.0.0.0/1 -j RETURN'),
      ['behaviour-changed error', 'exclusion-not-overbroad warning'],
    ],
    ['a port', PORT, ['behaviour-changed error']],
  ])('%s: an error, by what becomes of packets', async (_, rules, expected) => {
    const { code, problems } = await ci({ 'net/pod.rules': rules });
    const open = problems.filter(({ level, muted }) => level !== 'info' && muted === null);
    expect([code, [...new Set(open.map(({ id, level }) => `${id} ${level}`))].toSorted()]).toEqual([1, expected]);
  });
});
