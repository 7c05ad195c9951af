/** Comments that accept a finding: they hide what they name, and nothing else. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readFixture } from '../support/fixtures.ts';
import { chainwalk } from './memoryIo.ts';

const RETURNED = readFixture('broken/service-cidr-returned').text;
const RULE = '-A ISTIO_OUTPUT -d 10.96.0.0/16 -j RETURN';

async function verify(text: string, ...more: readonly string[]) {
  const { code, out, err } = await chainwalk(['verify', 'pod.rules', '--json', ...more], { files: { 'pod.rules': text } });
  const report = out === '' ? undefined : JSON.parse(out);
  return { code, err, report, findings: (report?.findings ?? []) as readonly Record<string, unknown>[] };
}

const above = (rule: string, ...lines: readonly string[]) => RETURNED.replace(rule, [...lines, rule].join('\n'));
const COMMENT = '# chainwalk-disable-next-line outbound-captured -- the cluster network is trusted';

describe('chainwalk-disable-next-line', { timeout: 30_000 }, () => {
  it('takes a finding out of the exit code and the summary, and shows who accepted it', async () => {
    const { code, report, findings } = await verify(above(RULE, COMMENT), '--only', 'outbound-captured');
    expect(code).toBe(0);
    expect(report.summary).toEqual({ holds: 0, violated: 0, undecided: 0, suppressed: 1 });
    expect(findings).toMatchObject([
      { claim: 'outbound-captured', verdict: 'violated', muted: { by: 'comment', reason: 'the cluster network is trusted' } },
    ]);
    const human = await chainwalk(['verify', 'pod.rules', '-v', '--only', 'outbound-captured'], {
      files: { 'pod.rules': above(RULE, COMMENT) },
    });
    expect(human.out).toContain('no violations besides suppressed ones');
    expect(human.out).toContain('1 suppressed:\n  outbound-captured pod.rules:23: the cluster network is trusted\n');
  });

  it('does not hide what another rule breaks, in the same direction of the same claim', async () => {
    const two = above(RULE, COMMENT).replace(RULE, `${RULE}\n-A ISTIO_OUTPUT -d 198.51.100.0/24 -j RETURN`);
    const { code, findings } = await verify(two, '--only', 'outbound-captured');
    expect(code).toBe(1);
    expect(findings.map(({ packets, muted }) => [packets, muted !== undefined])).toEqual([
      ['out tcp -> 198.51.100.0/24 uid=!1337 gid=!1337 (ordinary first packets)', false],
      ['out tcp -> 10.96.0.0/16 uid=!1337 gid=!1337 (ordinary first packets)', true],
    ]);
  });

  it('above a jump takes the packets that pass it, loops as well', async () => {
    const article = readFixture('article').text;
    const jump = '-A ISTIO_OUTPUT -p tcp -j ISTIO_REDIRECT';
    expect(article).toContain(jump);
    const known = article.replace(jump, `# chainwalk-disable-next-line no-redirect-loop -- an example\n${jump}`);
    const { code, findings } = await verify(known, '--only', 'no-redirect-loop');
    expect(findings).toMatchObject([{ verdict: 'violated', muted: { reason: 'an example' } }]);
    expect(code).toBe(0);
  });

  it('holds for a claim about a rule', async () => {
    const dead = '-A ISTIO_OUTPUT -o lo -m owner ! --gid-owner 1337 -j RETURN';
    const { findings } = await verify(
      above(dead, '# chainwalk-disable-next-line no-dead-rule -- as Istio writes it'),
      '--only',
      'no-dead-rule',
    );
    expect(findings.map(({ muted }) => muted !== undefined).sort()).toEqual([false, true]);
  });

  it('may be stacked, and may name several claims', async () => {
    const many = above(RULE, COMMENT, '', '# chainwalk-disable-next-line no-dead-rule,proxy-egress-direct -- nothing to see');
    const { code, err } = await verify(many);
    const human = await chainwalk(['verify', 'pod.rules'], { files: { 'pod.rules': many } });
    expect(human.out).toMatch(/^OK: 19 other claims hold for .*\n.*1 suppressed/);
    expect(code).toBe(0);
    expect(err).toContain('no finding of `no-dead-rule`, `proxy-egress-direct` at the next line: this comment suppresses nothing');
    expect(err).not.toContain('outbound-captured');
  });

  it('holds in shell lines', async () => {
    const shell = `${COMMENT}\niptables -t nat -A OUTPUT -d 10.96.0.0/16 -j RETURN\niptables -t nat -A OUTPUT -p tcp -m owner ! --uid-owner 1337 -j REDIRECT --to-ports 15001\n`;
    const { findings } = await verify(shell, '--only', 'outbound-captured', '--profile', 'istio-sidecar');
    expect(findings.some(({ packets, muted }) => muted !== undefined && String(packets).includes('10.96.0.0/16'))).toBe(true);
  });
});

describe('a comment in a manifest', { timeout: 30_000 }, () => {
  const VAULT = readFileSync(new URL('../../fixtures/pods/vault.yaml', import.meta.url), 'utf8');
  const COLLISION = '# chainwalk-disable-next-line identity-collision -- it only listens';
  const user = /^.*runAsUser: 1337$/m.exec(VAULT)?.[0] ?? '';
  const pods = async (text: string, ...more: readonly string[]) =>
    chainwalk(['verify', 'a.yaml', '--mode', 'cni', ...more], { files: { 'a.yaml': text } });

  it('stands above the field that breaks a claim', async () => {
    expect((await pods(VAULT)).code).toBe(1);
    const { code, out, err } = await pods(VAULT.replace(user, `${COLLISION}\n${user}`));
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('1 suppressed');
    expect((await pods(VAULT.replace(user, `${COLLISION}\n${user}`), '-v')).out).toContain(
      'suppressed: identity-collision a.yaml:33: it only listens',
    );
    expect(out).not.toContain('error: identity-collision');
    const json = JSON.parse((await pods(VAULT.replace(user, `${COLLISION}\n${user}`), '--json')).out);
    expect(json.pods[0].findings).toContainEqual(
      expect.objectContaining({ claim: 'identity-collision', muted: { by: 'comment', reason: 'it only listens' } }),
    );
  });

  it('stands above the annotation without which a finding on rules would not be', async () => {
    const empty = [
      'apiVersion: v1',
      'kind: Pod',
      'metadata:',
      '  name: till',
      '  annotations:',
      '    traffic.sidecar.istio.io/includeInboundPorts: ""',
      'spec:',
      '  containers: [{ name: till, image: till, securityContext: { runAsUser: 1000 } }]',
      '',
    ].join('\n');
    const comment = '# chainwalk-disable-next-line inbound-captured -- nobody calls it';
    const annotation = /^.*includeInboundPorts.*$/m.exec(empty)?.[0] ?? '';
    expect((await pods(empty, '--only', 'inbound-captured')).code).toBe(1);
    const known = await pods(empty.replace(annotation, `${comment}\n${annotation}`), '--only', 'inbound-captured', '--json');
    expect([known.code, known.err]).toEqual([0, '']);
    expect(JSON.parse(known.out).findings).toMatchObject([
      { claim: 'inbound-captured', verdict: 'violated', muted: { reason: 'nobody calls it' } },
    ]);
  });

  it('elsewhere is a warning, and for the file holds everywhere', async () => {
    const elsewhere = await pods(`${COLLISION}\n${VAULT}`);
    expect(elsewhere.code).toBe(1);
    expect(elsewhere.err).toContain('a.yaml:1:1: warning: no finding of `identity-collision` at the next line');
    expect((await pods(`# chainwalk-disable-file identity-collision -- it only listens\n${VAULT}`)).code).toBe(0);
  });
});

describe('chainwalk-disable-file', () => {
  it('takes every finding of the claim', async () => {
    const { code, findings } = await verify(`# chainwalk-disable-file outbound-captured,no-dead-rule -- a test bed\n${RETURNED}`);
    expect(code).toBe(0);
    const muted = findings.filter((one) => one.muted !== undefined).map(({ claim }) => claim);
    expect(new Set(muted)).toEqual(new Set(['outbound-captured', 'no-dead-rule']));
  });
});

describe('a comment that suppresses nothing', () => {
  it.each([
    ['# chainwalk-disable-next-line outbound-captured', 'a reason is missing'],
    ['# chainwalk-disable-next-line -- because', 'no claim is named'],
    ['# chainwalk-disable-next-line outbound-capture -- because', 'unknown claim `outbound-capture`'],
    ['# chainwalk-disable-nextline outbound-captured -- because', 'unknown directive `chainwalk-disable-nextline`'],
    ['# chainwalk-disable-next-line no-redirect-loop -- because', 'no finding of `no-redirect-loop` at the next line'],
  ])('is a warning with its place: %s', async (comment, message) => {
    const { code, err } = await verify(above(RULE, comment));
    expect(err).toContain(`pod.rules:22:1: warning: ${message}`);
    expect(code).toBe(1);
  });

  it('is no warning when its claim was not asked for', async () => {
    const { err } = await verify(above(RULE, COMMENT), '--only', 'no-redirect-loop');
    expect(err).toBe('');
  });

  it('is no warning while one of its claims was not asked for', async () => {
    const both = COMMENT.replace('outbound-captured', 'no-redirect-loop, outbound-captured');
    expect((await verify(above(RULE, both), '--only', 'no-redirect-loop')).err).toBe('');
    const idle = await verify(above(RULE, both.replace('outbound-captured', 'dns-captured')), '--only', 'no-redirect-loop,dns-captured');
    expect(idle.err).toContain('no finding of `no-redirect-loop`, `dns-captured` at the next line');
  });
});
