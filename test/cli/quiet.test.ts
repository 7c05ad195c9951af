/** Answers that are read once: the verdict first, then causes, the worst first; the rest is one line with its numbers. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CiReport } from '../../src/report/ci/json.ts';
import { readFixture } from '../support/fixtures.ts';
import { chainwalk } from './memoryIo.ts';

const text = (name: string) => readFixture(name).text;
const CONFIG = 'groups: [{ files: "net/*" }]\n';
const ci = (files: Readonly<Record<string, string>>, ...argv: readonly string[]) =>
  chainwalk(['ci', ...argv], { files: { 'chainwalk.config.yaml': CONFIG, ...files } });
const HEALTHY = { 'net/a.rules': text('istio-sidecar'), 'net/b.rules': text('istio-cidrs'), 'net/c.rules': text('istio-dns') };

describe('healthy input', { timeout: 60_000 }, () => {
  it('three lines for a stock sidecar', async () => {
    const { code, out } = await chainwalk(['verify', 'pod.rules'], { files: { 'pod.rules': text('istio-sidecar') } });
    expect([code, out.split('\n').length - 1]).toEqual([0, 3]);
  });

  it('six lines at most for a run over three subjects', async () => {
    const { code, out } = await ci(HEALTHY);
    expect([code, out.split(':')[0]]).toEqual([0, 'OK']);
    expect(out.split('\n').length - 1).toBeLessThanOrEqual(6);
    expect(out).toMatch(/\n10 hints, 2 assumptions, 6 notes: -v shows them\n$/);
  });

  it('a comment on a pull request is short, with no table, and folds what does no harm', async () => {
    const { out } = await ci(HEALTHY, '-o', 'markdown');
    expect(out).toMatch(/^### chainwalk: OK: no errors or warnings\n\nScope: /);
    expect(out).not.toMatch(/^\|/m);
    expect(out.match(/<summary>.*<\/summary>/g)).toEqual(['<summary>10 hints</summary>', '<summary>2 assumptions, 6 notes</summary>']);
    expect(
      out
        .replaceAll(/<details>[\s\S]*?<\/details>/g, '')
        .trim()
        .split('\n').length,
    ).toBeLessThanOrEqual(3);
  });

  it('-v lists as many as were counted', async () => {
    const { out } = await ci(HEALTHY, '-v');
    const section = (from: RegExp) => out.split(/\n\n/).find((part) => from.test(part)) ?? '';
    const hints = section(/^10 hints:/)
      .split(/\n {2}(?! )/)
      .slice(1);
    const alike = hints.map((one) => Number(/the same for (\d+)\s+more/.exec(one.replaceAll(/\s+/g, ' '))?.[1] ?? 0) + 1);
    expect(alike.reduce((sum, count) => sum + count, 0)).toBe(10);
    expect(out.match(/^assumed /gm)).toHaveLength(2);
    expect(out.match(/^note: /gm)).toHaveLength(6);
    expect(out).not.toContain('-v shows them');
  });
});

describe('one cause', { timeout: 60_000 }, () => {
  it('is told once: the worst in full, what else its rules break in a line each', async () => {
    const { code, out } = await ci({ 'net/pod.rules': text('broken/catch-all-first') });
    expect(code).toBe(1);
    expect(out.match(/^(?:error|warning): .*/gm)).toEqual(['error: no-redirect-loop (IPv4)  net/pod.rules']);
    expect(out).toMatch(/^ {2}also {2}proxy-egress-direct: out tcp .*\n? *.*loop$/m);
    const { out: all } = await ci({ 'net/pod.rules': text('broken/catch-all-first') }, '-v');
    expect(all.match(/^(?:error|warning): /gm)?.length).toBeGreaterThan(4);
  });

  it('of several files is told once, with their names', async () => {
    const broken = text('broken/no-uid-return');
    const { out } = await ci({ 'net/a.rules': broken, 'net/b.rules': broken, 'net/c.rules': broken });
    expect(out).toMatch(/ {2}same {5}for net\/b\.rules, net\/c\.rules\n/);
    expect(out.match(/^error: /gm)).toHaveLength((await ci({ 'net/a.rules': broken })).out.match(/^error: /gm)?.length ?? 0);
  });

  it('errors come before warnings, loops before what is dropped, and that before what goes past the proxy', async () => {
    const { out } = await ci(
      {
        'net/a.rules': text('broken/no-output-jump'),
        'net/b.rules': text('broken/dns-proxy-dropped'),
        'net/c.rules': text('broken/no-uid-return'),
      },
      '-v',
    );
    const levels = (out.match(/^(?:error|warning|undecided): /gm) ?? []).join('');
    expect(levels).toMatch(/^(?:error: )+(?:warning: )*$/);
    const errors = out.split(/\n(?=warning: )/)[0]?.split(/\n(?=error: )/) ?? [];
    const harms = errors.flatMap((one) => /: (LOOP|DROPPED|LOST|REFUSED|DIRECT|TO APP)/.exec(one.replaceAll(/\s+/g, ' '))?.[1] ?? []);
    const rank = ['LOOP', 'DROPPED', 'LOST', 'REFUSED', 'DIRECT', 'TO APP'];
    const group = (word: string) => [0, 1, 1, 1, 2, 2][rank.indexOf(word)] ?? 3;
    expect(harms.map(group)).toEqual(harms.map(group).toSorted());
    expect(new Set(harms.map(group)).size).toBeGreaterThan(1);
  });
});

describe('one claim', { timeout: 60_000 }, () => {
  const host = JSON.parse(readFileSync(new URL('../../fixtures/hosts/pod-docker0.json', import.meta.url), 'utf8'));
  host.interfaces.push({ name: 'br0', addresses: ['192.168.100.1/24', 'fd00:192::1/64'] });
  host.interfaces.find(({ name }: { name: string }) => name === 'docker0').addresses.push('fd00:172::1/64');
  const verify = async (rules: string) =>
    (await chainwalk(['verify', 'pod.rules', '--host', 'vm.json'], { files: { 'pod.rules': rules, 'vm.json': JSON.stringify(host) } })).out;

  it('on several interfaces of both families is told once', async () => {
    const out = await verify(text('istio-dual-stack'));
    expect(out.match(/guest-not-inbound.*/g)).toEqual(['guest-not-inbound (IPv4, IPv6)']);
    expect(out).toMatch(/\n {2}rules {4}nat ISTIO_IN_REDIRECT#1, ISTIO_INBOUND#5 at pod\.rules:21,\s+and\s+pod\.rules:51\n/);
    expect(out).toMatch(/\n {2}also {2}for packets that arrive on br0\n/);
    expect(out.split('\n').length - 1).toBeLessThanOrEqual(30);
  });

  it('in the block of another is one line', async () => {
    const out = await verify(text('broken/health-captured'));
    expect(out).toMatch(/ {2}also {2}guest-not-inbound: in tcp .*\n.*iif=docker0: captured-in; also for packets/);
    expect(out.match(/^error: /gm)).toHaveLength(1);
  });
});

/** The file with each comment pasted where it was said to go. */
function pasted(out: string, rules: string): string {
  const lines = rules.split('\n');
  const known: { line: number; comments: readonly string[] }[] = [];
  for (const [, comments = '', place = ''] of out
    .replaceAll('REASON', 'an example')
    .matchAll(/^ {2}accept {3}((?:# .*\n +)+)on (.*\n?.*)$/gm)) {
    const at = /before net\/pod\.rules:(\d+)/.exec(place.replaceAll(/\s+/g, ' '))?.[1];
    known.push({ line: at === undefined ? 1 : Number(at), comments: comments.trim().split(/\n */) });
  }
  for (const { line, comments } of known.toSorted((a, b) => b.line - a.line)) lines.splice(line - 1, 0, ...comments);
  return lines.join('\n');
}

describe('how a finding is accepted', { timeout: 120_000 }, () => {
  it.each(['catch-all-first', 'no-output-jump', 'dns-udp-only', 'uid-mismatch', 'health-captured', 'accept-first', 'no-uid-return'])(
    '%s: what is pasted accepts it',
    async (name) => {
      const rules = text(`broken/${name}`);
      const { code, out } = await ci({ 'net/pod.rules': rules });
      expect([code, out]).toEqual([1, expect.stringContaining('  accept   # chainwalk-disable-')]);
      const known = await ci({ 'net/pod.rules': pasted(out, rules) }, '--json');
      const open = (JSON.parse(known.out) as CiReport).subjects.flatMap(({ checks }) =>
        checks.flatMap((check) => check.problems.filter(({ muted, level }) => muted === null && level !== 'info')),
      );
      expect(open.map(({ id, message }) => `${id}: ${message}`)).toEqual([]);
      expect([known.code, known.err]).toEqual([0, '']);
    },
  );

  it('in a manifest, above what was written there', async () => {
    const manifest = `apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: { sidecar.istio.io/inject: "true" }
  annotations:
    team: shop
    traffic.sidecar.istio.io/excludeOutboundPorts: "15001"
spec:
  containers:
    - name: a
      securityContext:
        runAsUser: 1337
`;
    const files = (text: string) => ({ 'net/pod.yaml': text });
    const { code, out } = await ci(files(manifest));
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(
        /accept {3}# chainwalk-disable-next-line identity-collision -- REASON\n +on the line\s+before\s+net\/pod\.yaml:13/,
      ),
    ]);
    const comment = '        # chainwalk-disable-next-line identity-collision -- meant\n';
    expect((await ci(files(manifest.replace('        runAsUser', `${comment}$&`)))).out).not.toContain('error: identity-collision');
  });

  it('in the configuration, where no comment is read: JSON has none', async () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', labels: { 'sidecar.istio.io/inject': 'true' } } };
    const spec = { containers: [{ name: 'a', securityContext: { runAsUser: 1337 } }] };
    const json = JSON.stringify({ ...pod, spec });
    const { out } = await ci({ 'net/pod.json': json });
    const entry = /accept {3}(- \{ "claim": "identity-collision", "files": "net\/pod\.json", "reason": "REASON" \})\n/
      .exec(out)?.[1]
      ?.replace('REASON', 'an example');
    expect(entry).toBeDefined();
    const known = await ci({ 'net/pod.json': json, 'chainwalk.config.yaml': `${CONFIG}suppressions:\n${entry}\n` });
    expect(known.out).not.toContain('error: identity-collision');
  });
});

describe('a rule that can never match', { timeout: 60_000 }, () => {
  const verify = async (rules: string) =>
    (await chainwalk(['verify', 'x.rules', '--only', 'no-dead-rule', '-v'], { files: { 'x.rules': rules } })).out.replaceAll(/\s+/g, ' ');

  it('is a warning where people wrote it, with the rule that takes its packets and one of them', async () => {
    const rules = '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -j ACCEPT\n-A INPUT -p tcp --dport 22 -j DROP\nCOMMIT\n';
    expect(await verify(rules)).toMatch(
      /^OK: 1 warning .* warning: no-dead-rule .* never matches: earlier rules match first \(shadowed\): INPUT#1, such as in tcp \S+ -> \S+:22 /,
    );
  });

  it('is a hint where a mesh or another program writes it', async () => {
    expect(await verify(text('istio-sidecar'))).toMatch(/^OK: hints only .* 2 hints: /);
    expect(await verify(text('docker'))).not.toContain('warning');
    expect(await verify(text('kube-proxy'))).not.toContain('warning');
  });
});
