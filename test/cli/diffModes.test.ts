/** What changes when a pod without settings of its own moves between versions, modes and interception modes: the whole list. */
import { describe, expect, it } from 'vitest';
import type { ResultsReport } from '../../src/report/json/diffResults.ts';
import { chainwalk } from './memoryIo.ts';

const diff = (...args: readonly string[]) => chainwalk(['diff', ...args]);

describe('the default pod', { timeout: 60_000 }, () => {
  it('Istio 1.22 and 1.25 treat every packet alike', async () => {
    expect(await diff('--base-istio', '1.22', '--head-istio', '1.25')).toMatchObject({
      code: 0,
      out: [
        'EQUAL: no change in behaviour (proved for whole connections over IPv4, the pod',
        '  of the manifest; IPv6 is not compared)',
        '  rule 1 of nat OUTPUT was edited: no packet is decided differently',
        '    - -A OUTPUT -p tcp -j ISTIO_OUTPUT',
        '    + -A OUTPUT -j ISTIO_OUTPUT',
        '',
      ].join('\n'),
      err: '',
    });
  });

  it('the CNI plugin leaves port 15020 alone, istio-init captures it', async () => {
    const { code, out, err } = await diff('--base-mode', 'init', '--head-mode', 'cni');
    expect([code, err]).toEqual([1, '']);
    await expect(out).toMatchFileSnapshot('snapshots/diff-init-cni.txt');
  });

  it('iptables and nftables differ for what has no socket', async () => {
    const { code, out, err } = await diff('--base-backend', 'iptables', '--head-backend', 'nftables');
    expect([code, err]).toEqual([1, '']);
    expect(out.match(/^ {2}example .*/gm)?.every((line) => line.includes('socket=no'))).toBe(true);
    await expect(out).toMatchFileSnapshot('snapshots/diff-iptables-nftables.txt');
  });

  it('TPROXY captures 15008 and what the group of the proxy sends to its own pod, and keeps addresses', async () => {
    const { code, out, err } = await diff('--head-annotation', 'sidecar.istio.io/interceptionMode=TPROXY');
    expect([code, err]).toEqual([1, '']);
    await expect(out).toMatchFileSnapshot('snapshots/diff-redirect-tproxy.txt');
  });

  it("to ambient mode the application's packets are compared, and that is said", async () => {
    const { code, out } = await diff('--base-mode', 'init', '--head-mode', 'ambient');
    expect([code, out.replaceAll(/\s+/g, ' ')]).toEqual([
      1,
      expect.stringContaining(
        'no other packet changes (proved for whole connections (of those that conntrack knows one way only, whether they open) of the application over IPv4, the pod of the manifest',
      ),
    ]);
    expect(out).toContain('CAPTURED outbound -> DIRECT\n  out tcp -> 169.254.7.127 uid=!1337 gid=!1337 ');
    expect(JSON.parse((await diff('--base-mode', 'init', '--head-mode', 'ambient', '--json')).out)).toMatchObject({ firstLegOnly: true });
  });

  it.each([
    ['--base-mode', 'init', '--head-mode', 'cni'],
    ['--head-annotation', 'sidecar.istio.io/interceptionMode=TPROXY'],
  ])('%s: no line is wider than 100 columns, and the most serious change is first', async (...args) => {
    const { out } = await diff(...args);
    expect(out.split('\n').filter((line) => line.length > 100)).toEqual([]);
    const { changes } = JSON.parse((await diff(...args, '--json')).out) as ResultsReport;
    const rank = changes.map(({ usual, severity }) => `${['ordinary', 'through', 'odd'].indexOf(usual)}${ORDER.indexOf(severity)}`);
    expect(rank).toEqual(rank.toSorted());
    expect(changes.every(({ cause }) => cause === undefined || cause.length > 0)).toBe(true);
  });
});

const ORDER = ['loop', 'stopped', 'bypass', 'opened', 'captured', 'moved', 'stopped-otherwise', 'another-way'];
