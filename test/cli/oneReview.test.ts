/** One change has one sentence and one fingerprint, whether `diff` or `ci` tells of it, in every format of a review. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFixture } from '../support/fixtures.ts';
import { type Repository, temporaryGit } from './temporaryGit.ts';

const POD = readFixture('istio-sidecar').text;
const CONFIG = 'groups: [{ files: [net/*.rules, deploy/*.yaml] }]\nclaims: { only: [behaviour-changed] }\n';
const OUTPUT = /^-A OUTPUT -j ISTIO_OUTPUT$/m;
const WEB = (annotation: string) =>
  `kind: Pod
metadata:
  name: web
  annotations:
    team: shop
${annotation}spec:
  containers:
    - name: web
`;

let repository: Repository;
beforeAll(() => {
  repository = temporaryGit();
  repository.commit({ 'chainwalk.config.yaml': CONFIG, 'net/pod.rules': POD, 'deploy/web.yaml': WEB('') }, 'base');
});
afterAll(() => repository.remove());

async function written(command: readonly string[]) {
  const { out, written: files } = await repository.chainwalk([...command, '-o', 'github,sarif=s,junit=j,markdown=m']);
  const suites = (files.j ?? '').match(/<testsuite .*?<\/testsuite>/gs) ?? [];
  const rows = (files.m ?? '').split('\n').filter((line) => line.startsWith('| <') || line.startsWith('| `'));
  return {
    github: out,
    sarif: JSON.parse(files.s ?? '{}').runs[0].results as readonly object[],
    junit: suites.filter((suite) => suite.includes('behaviour-changed')),
    markdown: rows,
  };
}

describe('a change as diff and ci tell of it', { timeout: 60_000 }, () => {
  it.each([
    ['a port goes past the proxy', 'net/pod.rules', POD.replace(OUTPUT, '-A OUTPUT -p tcp --dport 5432 -j ACCEPT\n$&')],
    ['the proxy loops', 'net/pod.rules', POD.replace(/^-A ISTIO_OUTPUT .*1337.*\n/gm, '')],
    ['a queue decides', 'net/pod.rules', POD.replace(OUTPUT, '-A OUTPUT -p udp -j NFQUEUE --queue-num 3\n$&')],
    ['a match that is not modelled drops', 'net/pod.rules', `${POD}*filter\n-A INPUT -m bpf --bytecode "1,6 0 0 1" -j DROP\nCOMMIT\n`],
    ['a limit is another', 'net/pod.rules', `${POD}*filter\n-A INPUT -m limit --limit 5/sec -j ACCEPT\n-A INPUT -j DROP\nCOMMIT\n`],
    ['rules capture no more', 'net/pod.rules', POD.replace(/^-A PREROUTING .*\n/m, '')],
  ])('%s', async (_, file, text) => {
    repository.write({ 'net/pod.rules': POD, [file]: text });
    const ci = await written(['ci', '--base', 'base']);
    const diff = await written(['diff', `base:${file}`, file]);
    expect(ci.sarif.length).toBeGreaterThan(0);
    expect(ci).toEqual(diff);
  });

  it('a pod, by an annotation', async () => {
    repository.write({ 'net/pod.rules': POD, 'deploy/web.yaml': WEB('    traffic.sidecar.istio.io/excludeOutboundPorts: "5432"\n') });
    const [ci, diff] = [await written(['ci', '--base', 'base']), await written(['diff', 'base:deploy/web.yaml', 'deploy/web.yaml'])];
    expect(ci.github).toContain('::error file=deploy/web.yaml,line=');
    expect(ci.github).toBe(diff.github);
    const prints = (results: readonly object[]) => results.map((one) => (one as { partialFingerprints: object }).partialFingerprints);
    expect(prints(ci.sarif)).toEqual(prints(diff.sarif));
  });
});
