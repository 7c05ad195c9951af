/** Expectation files: what is met is silent, what is not is shown with its way, and what is wrong is named with its place. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PAGES } from '../../src/report/generated/pages.ts';
import { readFixture } from '../support/fixtures.ts';
import { chainwalk } from './memoryIo.ts';

const POD = readFixture('istio-sidecar').text;

async function run(text: string, files: Readonly<Record<string, string>> = {}, ...argv: readonly string[]) {
  return chainwalk(['expect', 'net/pod.expect.yaml', ...argv], { files: { 'net/pod.rules': POD, 'net/pod.expect.yaml': text, ...files } });
}

const file = (...packets: readonly string[]) => ['rules: pod.rules', 'packets:', ...packets.map((one) => `  - ${one}`), ''].join('\n');

describe('chainwalk expect', { timeout: 30_000 }, () => {
  it('is quiet about what is met', async () => {
    const { code, out, err } = await run(
      file(
        '{ packet: out tcp -> 203.0.113.9:443 uid=1000, outcome: captured-out, to: 15001, by: -j ISTIO_REDIRECT }',
        '{ packet: "-p tcp -d 203.0.113.9 --dport 443 --uid-owner 1337", outcome: direct }',
        '{ packet: { dir: in, proto: tcp, dst: 10.244.0.5, dport: 8080 }, outcome: captured-in, to: 15006 }',
        '{ packets: "in tcp -> 10.244.0.5:{15020,15021,15090}", outcome: to-proxy }',
      ),
    );
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(
      'OK: no errors or warnings  4 checks of net/pod.expect.yaml\n  scope: connections with their data over IPv4, an assumed pod at 10.244.0.5\n',
    );
  });

  it('shows where a packet went in place of where it should, and which rule decided', async () => {
    const { code, out } = await run(
      file('{ packet: out tcp -> 203.0.113.9:443 uid=1000 gid=1337, outcome: captured-out, because: no group is spared }'),
    );
    expect(code).toBe(1);
    expect(out).toContain('error: out tcp -> 203.0.113.9:443 uid=1000 gid=1337 (IPv4)  net/pod.expect.yaml\n');
    expect(out).toContain('ends as\n  captured-out: no group is spared.');
    expect(out).toContain('reason   expected captured-out, got direct\n');
    expect(out).toContain('place    net/pod.expect.yaml:3');
    expect(out).toContain('rules    nat ISTIO_OUTPUT#7, OUTPUT#1 at net/pod.rules:28');
  });

  it('proves a set, or shows a packet of it', async () => {
    const { code, out } = await run(file('{ packets: "out tcp -> 203.0.113.0/24:!15001 uid=!1337", outcome: captured-out }'), {}, '--json');
    const [check] = JSON.parse(out).subjects[0].checks;
    expect(code).toBe(1);
    expect(check).toMatchObject({
      verdict: 'failed',
      problems: [{ packets: expect.stringContaining('gid=1337'), witness: { outcome: 'direct', packet: { gid: 1337 } } }],
    });
  });

  it('does not take an open outcome for the expected one', async () => {
    const rules = '*filter\n-A INPUT -p tcp -m string --string foo --algo bm -j DROP\nCOMMIT\n';
    const files = { 'net/pod.rules': rules };
    const packet = await run(file('{ packet: "in tcp -> 10.244.0.5:80", outcome: to-app }'), files);
    const set = await run(file('{ packets: "in tcp -> 10.244.0.5:80", outcome: to-app }'), files);
    expect([packet.code, set.code]).toEqual([1, 1]);
    expect(packet.out).toContain('expected to-app, got undecided');
    expect(set.out).toContain('undecided: in tcp -> 10.244.0.5:80');
  });

  it('asks a pod of a manifest, in the phase that is named', async () => {
    const files = { 'net/vault.yaml': readFileSync(new URL('../../fixtures/pods/vault.yaml', import.meta.url), 'utf8') };
    const text = (phase: string, outcome: string) =>
      `manifest: vault.yaml\npod: shop/ledger\nmode: cni\nkubernetes: "1.32"\nphase: ${phase}\npackets: [{ packet: "out tcp -> 203.0.113.9:443 uid=1000", outcome: ${outcome} }]\n`;
    expect((await run(text('running', 'captured-out'), files)).code).toBe(0);
    expect((await run(text('init', 'refused'), files)).code).toBe(0);
  });

  it('says all that is wrong, each at its place', async () => {
    const text = [
      'rules: pod.rules',
      'mode: cni',
      'packets:',
      '  - { packet: out tcp -> 203.0.113.9:99999, outcome: direct }',
      '  - { packet: out tcp -> 203.0.113.9:443, outcome: captured }',
      '  - { packets: out tcp -> 10.0.0.0/33, outcome: direct }',
      '  - { packet: out tcp -> 203.0.113.9:443, outcome: direct, too: 1 }',
      '  - { outcome: direct }',
      '  - { packets: out tcp, outcome: direct, by: RETURN }',
      '',
    ].join('\n');
    const { code, out, err } = await run(text);
    expect([code, out]).toEqual([2, '']);
    const places = [...err.matchAll(/^net\/pod\.expect\.yaml:(\d+:\d+): error: (.*)$/gm)].map(
      ([, place, message]) => `${place} ${message}`,
    );
    expect(places).toEqual([
      '2:1 `mode` does not apply to rules',
      expect.stringMatching(/^4:\d+ packets\[0\]\.packet: .*99999/),
      '5:52 packets[1].outcome: unknown value `captured`',
      expect.stringMatching(/^6:\d+ packets\[2\]\.packets: /),
      '7:60 packets[3]: unknown key `too`',
      '8:5 packets[4]: either `packet` or a set of `packets` is expected',
      '9:5 packets[5]: `by` is for one packet',
    ]);
  });

  it.each([
    ['packets: [{ packet: "out tcp -> 203.0.113.9:443", outcome: direct }]', 'give either `rules` or `manifest`, the file to check'],
    ['rules: pod.rules\npackets: []', 'packets: the list is empty'],
    ['rules: pod.rules', '`packets` is missing'],
    [
      'rules: gone.rules\npackets: [{ packet: "out tcp -> 203.0.113.9:443", outcome: direct }]',
      'cannot read `net/gone.rules`: no such file',
    ],
  ])('%j is refused', async (text, message) => {
    const { code, err } = await run(text);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it('runs the example that `chainwalk explain expectations` prints', async () => {
    const text = PAGES.find(({ id }) => id === 'expectations')?.example?.join('\n') ?? '';
    expect(await run(text)).toMatchObject({ code: 0, err: '' });
  });
});
