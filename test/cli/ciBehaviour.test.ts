/** `ci` by what a pull request does to packets: each kind of change has a level, and the exit code follows it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CiReport } from '../../src/report/ci/json.ts';
import { readFixture } from '../support/fixtures.ts';
import { type Repository, temporaryGit } from './temporaryGit.ts';

const POD = readFixture('istio-sidecar').text;
const CONFIG = 'groups: [{ files: "net/*.rules" }]\nclaims: { only: [behaviour-changed] }\n';
const FILTER = (rules: string) => `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules}COMMIT\n`;
const PLAIN = FILTER('');
const first = (rule: string) => POD.replace(/^-A OUTPUT -j ISTIO_OUTPUT$/m, `${rule}\n$&`);
const NODE = `interfaces:
  - { name: eth0, addresses: [192.0.2.1/24] }
  - { name: cni0, addresses: [10.1.0.1/16] }
routes: [default via 192.0.2.254 dev eth0]
sysctls: { net.ipv4.ip_forward: "1" }
`;

let repository: Repository;
beforeAll(() => {
  repository = temporaryGit();
  repository.commit({ 'chainwalk.config.yaml': CONFIG, 'net/pod.rules': POD, 'net/plain.rules': PLAIN, 'net/known.rules': POD }, 'base');
});
afterAll(() => repository.remove());

async function ci(files: Readonly<Record<string, string>>, ...argv: readonly string[]) {
  repository.git('checkout', '-q', '-f', 'base');
  repository.git('clean', '-qfd');
  repository.write(files);
  const result = await repository.chainwalk(['ci', '--base', 'base', ...argv]);
  return result;
}

describe('a change of behaviour', { timeout: 60_000 }, () => {
  const LOOPS = POD.replace(/^-A ISTIO_OUTPUT .*-j RETURN\n/gm, '');
  it.each([
    ['every call loops', { 'net/pod.rules': LOOPS }],
    ['calls are dropped', { 'net/plain.rules': FILTER('-A OUTPUT -p tcp --dport 443 -j DROP\n') }],
    [
      'calls are dropped by chance',
      { 'net/plain.rules': FILTER('-A OUTPUT -p tcp -m statistic --mode random --probability 0.1 -j DROP\n') },
    ],
    ['a policy drops', { 'net/plain.rules': PLAIN.replace(':INPUT ACCEPT', ':INPUT DROP') }],
    ['calls are rejected', { 'net/plain.rules': FILTER('-A OUTPUT -d 198.51.100.0/24 -j REJECT\n') }],
    ['a port of the proxy is dropped', { 'net/pod.rules': `${POD}*filter\n-A INPUT -p tcp --dport 15006 -j DROP\nCOMMIT\n` }],
    ['marked packets alone are dropped', { 'net/plain.rules': FILTER('-A OUTPUT -m mark --mark 0x539 -j DROP\n') }],
    ['a port goes past the proxy', { 'net/pod.rules': first('-A OUTPUT -p tcp --dport 5432 -j ACCEPT') }],
    ['what arrives goes past the proxy', { 'net/pod.rules': POD.replace(/^-A PREROUTING .*\n/m, '') }],
    ['it is not known what becomes of calls', { 'net/plain.rules': FILTER('-A OUTPUT -p tcp --dport 25 -j NFQUEUE --queue-num 1\n') }],
    ['it is not known which calls are dropped', { 'net/plain.rules': FILTER('-A OUTPUT -p tcp -m bpf --bytecode "1,6 0 0 1" -j DROP\n') }],
  ])('%s: exit 1', async (_, files) => {
    const { code, out } = await ci(files);
    expect([code, out.split('\n')[0]]).toEqual([1, expect.stringMatching(/^FAIL: /)]);
  });

  it('of packets that are forwarded counts as well', async () => {
    const config = CONFIG.replace('"net/*.rules" }', '"net/plain.rules", host: net/node.yaml }');
    repository.git('checkout', '-q', '-f', 'base');
    repository.commit({ 'chainwalk.config.yaml': config, 'net/node.yaml': NODE }, 'node');
    repository.write({ 'net/plain.rules': PLAIN.replace(':FORWARD ACCEPT', ':FORWARD DROP') });
    const { code, out } = await repository.chainwalk(['ci', '--base', 'node', '--json']);
    const problems = (JSON.parse(out) as CiReport).subjects.flatMap(({ checks }) => checks.flatMap((check) => check.problems));
    expect([code, problems[0]?.message]).toEqual([1, expect.stringMatching(/^forwarded becomes dropped/)]);
  });

  it.each([
    ['what was dropped arrives', ':INPUT DROP', ':INPUT ACCEPT'],
    ['a rule that decides nothing comes', 'COMMIT', '-A INPUT -p tcp -j ACCEPT\nCOMMIT'],
  ])('%s: exit 0, and said in the first line', async (_, before, after) => {
    repository.git('checkout', '-q', '-f', 'base');
    repository.commit({ 'net/plain.rules': PLAIN.replace(':INPUT ACCEPT', before.startsWith(':') ? before : ':INPUT ACCEPT') }, 'other');
    repository.write({ 'net/plain.rules': PLAIN.replace(before.startsWith(':') ? ':INPUT ACCEPT' : before, after) });
    const { code, out } = await repository.chainwalk(['ci', '--base', 'other']);
    const line = before.startsWith(':')
      ? /^OK: \d+ warnings?; \d+ class(?:es)? of packets changes?/
      : /^OK: no errors or warnings; IPv6 is not checked {2}/;
    expect([code, out]).toEqual([0, expect.stringMatching(line)]);
    if (before.startsWith(':')) expect((await repository.chainwalk(['ci', '--base', 'other', '--strict'])).code).toBe(1);
    repository.git('tag', '-d', 'other');
  });

  it('is not known by a baseline, and not by an expectation that is met', async () => {
    const files = {
      'net/pod.rules': LOOPS,
      'known.json': '{ "schema": "chainwalk/baseline/v1", "known": [] }\n',
    };
    expect((await ci(files, '--baseline', 'known.json', '--update-baseline')).code).toBe(1);
    expect((await ci(files, '--baseline', 'known.json')).code).toBe(1);
  });

  /** What the configuration of the base accepts of the change. */
  let accepted = 0;
  const accepting = async (entry: string, rules: string) => {
    accepted += 1;
    repository.git('checkout', '-q', '-f', 'base');
    repository.commit({ 'chainwalk.config.yaml': `${CONFIG}suppressions: [${entry}]\n` }, `accepting-${accepted}`);
    repository.write({ 'net/pod.rules': rules });
    return await repository.chainwalk(['ci', '--base', `accepting-${accepted}`, '--json']);
  };
  const packetsOf = (out: string): readonly string[] =>
    (JSON.parse(out) as CiReport).subjects.flatMap(({ checks }) =>
      checks.flatMap(({ problems }) => problems.flatMap(({ packets }) => packets ?? [])),
    );

  it('is accepted for the packets that are named, and for no others', async () => {
    const { out } = await accepting('', LOOPS);
    const all = packetsOf(out);
    expect(all.length).toBeGreaterThan(2);
    const entry = (packets: readonly string[]) => `{ claim: behaviour-changed, packets: ${JSON.stringify(packets)}, reason: meant }`;
    expect((await accepting(entry(all), LOOPS)).code).toBe(0);
    expect((await accepting(entry(all.slice(1)), LOOPS)).code).toBe(1);
  });

  it('is not accepted for whatever changes, under its former name neither, which is said', async () => {
    const { code, err } = await accepting('{ claim: unchanged-fate, reason: meant }', LOOPS);
    expect(code).toBe(1);
    expect(err).toContain('warning: suppressions[0].claim: `unchanged-fate` is called `behaviour-changed` now');
    expect(err).toContain('`packets` has to name them');
  });
});
