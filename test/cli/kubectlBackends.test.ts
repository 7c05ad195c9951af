/** Pods whose kernel has rules of several backends: which are asked, and what an answer without one of them is worth. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answers, cluster, GET, LEGACY_RULES, NO_PROGRAM, NO_RULES, OUT, SIDECAR } from './kubectlCluster.ts';

const ROOT = resolve(import.meta.dirname, '../..');

describe('backends of a pod', { timeout: 60_000 }, () => {
  it('rules that nftables has beside those of iptables are walked too', async () => {
    const native = readFileSync(join(ROOT, 'fixtures/nft/istio-sidecar.nft'), 'utf8');
    const none = answers().map((reply) => (reply.out === SIDECAR ? { ...reply, out: NO_RULES, err: '' } : reply));
    const kubectl = cluster(GET, { when: '*"-- nft list ruleset"', out: native }, ...none);
    const { out, err } = await kubectl.plugin(['web-0', 'trace', OUT]);
    expect(out).toMatch(/^CAPTURED outbound/);
    expect(out).toContain('inet istio-proxy-nat output 1 > istio-output 9 > istio-redirect 1');
    expect(`${out}${err}`).toContain('nftables has tables of its own, which are walked too: inet istio-proxy-nat');
  });

  it('tables that iptables-nft manages are read from its own save', async () => {
    const kubectl = cluster(GET, { when: '*"-- nft list ruleset"', out: 'table ip nat {\n\tchain x {\n\t}\n}\n' }, ...answers());
    const { err } = await kubectl.plugin(['web-0', 'trace', OUT, '--brief']);
    expect(err).not.toContain('tables of its own');
  });

  it('two backends: both are asked, and both decide', async () => {
    const kubectl = cluster(GET, ...answers(LEGACY_RULES));
    const { code, out, err } = await kubectl.plugin(['web-0', 'print']);
    expect([code, err]).toEqual([0, expect.stringContaining('nft and legacy both hold rules, and both are walked')]);
    for (const rule of ['-A OUTPUT -p udp -j DROP\n', '-A OUTPUT -j ISTIO_OUTPUT\n']) expect(out).toContain(rule);
    const outcome = async (packet: string, ...options: readonly string[]) =>
      (await kubectl.plugin(['web-0', ...options, 'trace', packet])).out.split('\n')[0];
    expect(await outcome('out udp -> 203.0.113.9:53')).toMatch(/^DROPPED/);
    expect(await outcome(OUT)).toMatch(/^CAPTURED outbound/);
    expect(await outcome('out udp -> 203.0.113.9:53', '--backend', 'nft')).toMatch(/^DIRECT/);
    const legacy = await kubectl.plugin(['web-0', '--backend', 'legacy', 'print']);
    expect(legacy.out).toContain('-A OUTPUT -p udp -j DROP\n');
    expect(legacy.err).toContain('the legacy backend holds the rules, nft holds rules too, which are left out');
    expect((await kubectl.plugin(['web-0', '--backend=nft', 'print'])).out).toContain('ISTIO_REDIRECT');
  });

  it.each(['nft', 'legacy'])('only the %s backend of two is half of the rules, and says so', async (backend) => {
    const kubectl = cluster(GET, ...answers(LEGACY_RULES));
    const words = ['web-0', '--backend', backend, 'verify', '--only', 'single-backend'];
    const { code, out, err } = await kubectl.plugin(words);
    expect([code, out, err]).toEqual([
      0,
      expect.stringContaining('warning: single-backend'),
      expect.stringContaining('this is only half of the rules'),
    ]);
    expect((await kubectl.plugin([...words, '--strict'])).code).toBe(1);
    expect((await kubectl.plugin(['web-0', 'verify', '--only', 'single-backend', '--strict'])).out).not.toContain('violated');
  });

  it('two backends whose order matters: undecided, and never green when strict', async () => {
    const nat = LEGACY_RULES.replace(
      /\*filter[\s\S]*COMMIT/,
      '*nat\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp -j REDIRECT --to-ports 9999\nCOMMIT',
    );
    const kubectl = cluster(GET, ...answers(nat));
    expect((await kubectl.plugin(['web-0', 'trace', OUT])).out).toMatch(/^UNDECIDED/);
    const { code, out } = await kubectl.plugin(['web-0', 'verify', '--only', 'outbound-captured', '--strict']);
    expect([code, out.split('\n')[0]]).toEqual([1, expect.stringMatching(/^(?:UNDECIDED: 1 undecided|FAIL: 1 error)/)]);
  });

  it('a backend that could not be queried is not assumed to be empty', async () => {
    const kubectl = cluster(GET, { when: '*legacy*', ...NO_PROGRAM }, ...answers());
    const { code, err } = await kubectl.plugin(['web-0', '--backend', 'legacy', 'print']);
    expect([code, err]).toEqual([2, expect.stringContaining('no container could list the rules of the legacy backend')]);
    expect((await kubectl.plugin(['web-0', 'print'])).err).toContain('the nft backend holds the rules, legacy was not queried');
  });
});
