/** `chainwalk approaches`: the same pod under istio-init, the CNI plugin, the plugin through Multus and ambient. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { ApproachesReport } from '../../src/report/json/approaches.ts';
import { chainwalk } from './memoryIo.ts';

// proofs, on a machine that does other things as well
vi.setConfig({ testTimeout: 60_000 });

const text = (name: string) => readFileSync(new URL(`../../fixtures/pods/${name}`, import.meta.url), 'utf8');
const FILES = {
  'web.yaml': text('web.yaml'),
  'net1.yaml': text('net1.yaml'),
  'vault.yaml': text('vault.yaml'),
  'excluded.yaml': text('net1.yaml').replace('  annotations:\n', '  annotations:\n    traffic.sidecar.istio.io/excludeInterfaces: net1\n'),
  'none.yaml': text('net1.yaml').replace('  annotations:\n', '  annotations:\n    sidecar.istio.io/interceptionMode: NONE\n'),
  'no-provider.yaml': 'pilot: {cni: {provider: default}}\n',
  'broken.yaml': 'kind: Pod\nmetadata: [\n',
};

const run = (...argv: readonly string[]) => chainwalk(['approaches', ...argv], { files: FILES });

async function only(...argv: readonly string[]): Promise<ApproachesReport['pods'][number]> {
  const { pods } = JSON.parse((await run('--json', ...argv)).out) as ApproachesReport;
  const [pod] = pods;
  if (pod === undefined) throw new Error('no pod');
  return pod;
}

const changesOf = (pod: ApproachesReport['pods'][number], from: string, to: string) =>
  pod.comparisons
    .find((one) => one.from === from && one.to === to)
    ?.changes.map(({ before, after, example }) => `${before} -> ${after}: ${example}`);

describe('approaches', () => {
  it('a plain web application: the plugin leaves 15020 alone, Multus changes nothing', async () => {
    const pod = await only('web.yaml');
    expect(pod.approaches.map(({ mode, verdict }) => [mode, verdict])).toEqual(
      ['init', 'cni', 'multus', 'ambient'].map((mode) => [mode, 'captured']),
    );
    const changes = changesOf(pod, 'init', 'cni') ?? [];
    // a sender without an address of the pod is not answered, before or after
    expect(changes.filter((one) => !one.startsWith('stalled -> '))).toEqual([
      'captured-out -> direct: out tcp 10.244.0.5:40000 -> 203.0.113.9:15020 uid=1000 gid=1000',
      'captured-in -> to-proxy: out tcp 10.244.0.5:40000 -> 10.244.0.5:15020 uid=1337 gid=1000',
    ]);
    expect(changesOf(pod, 'cni', 'multus')).toEqual([]);
    expect(pod.comparisons).toHaveLength(6);
  });

  it('to ambient: DNS is captured, and the health ports of the sidecar are ports like others', async () => {
    const changes = changesOf(await only('web.yaml'), 'cni', 'ambient') ?? [];
    expect(changes.some((one) => /^captured-out -> dns: .*:53 /.test(one))).toBe(true);
    expect(changes.some((one) => /^to-proxy -> captured-in: in .*:150(20|21|90)/.test(one))).toBe(true);
    expect(changes.some((one) => one.includes('loop'))).toBe(false);
  });

  it('capabilities are those of the pod, or of the node', async () => {
    const { approaches } = await only('web.yaml');
    expect(approaches.map(({ pod, node }) => [pod.length, node.length])).toEqual([
      [2, 0],
      [0, 5],
      [0, 5],
      [0, 5],
    ]);
  });

  it('init containers: not captured, refused, captured', async () => {
    const { approaches } = await only('vault.yaml', '--kubernetes', '1.32');
    expect(approaches.map(({ initContainers }) => initContainers[0]?.phase)).toEqual([
      'before',
      'without-proxy',
      'without-proxy',
      'with-proxy',
    ]);
    expect(approaches.map(({ findings }) => findings.map(({ claim }) => claim))).toEqual([
      ['identity-collision'],
      ['identity-collision', 'init-phase-reachable'],
      ['identity-collision', 'init-phase-reachable'],
      ['setting-has-effect'],
    ]);
  });

  it('an excluded interface is captured by ambient all the same', async () => {
    expect((await only('net1.yaml')).approaches.map(({ interfaces }) => interfaces[0]?.captured)).toEqual([true, true, true, true]);
    const pod = await only('excluded.yaml');
    expect(pod.approaches.map(({ interfaces }) => interfaces[0]?.captured)).toEqual([false, false, false, true]);
    expect(changesOf(pod, 'cni', 'ambient')?.some((one) => /^to-app -> captured-in: in .*iif=net1/.test(one))).toBe(true);
  });

  it('an approach that does not let the pod start is not compared', async () => {
    const pod = await only('none.yaml');
    expect(pod.approaches.map(({ verdict, decidedBy }) => [verdict, decidedBy])).toEqual([
      ['skipped', 'interception-none'],
      ['blocked', 'settings-valid'],
      ['blocked', 'settings-valid'],
      ['captured', 'namespace-label'],
    ]);
    expect(pod.comparisons.map(({ equivalent }) => equivalent)).toEqual([null, null, false, null, null, null]);
    expect((await run('none.yaml')).out).toContain('init -> cni: not compared');
  });

  it('without the provider in the values Multus does not call the plugin', async () => {
    const pod = await only('web.yaml', '--values', 'no-provider.yaml');
    expect(pod.approaches[2]).toMatchObject({ verdict: 'skipped', decidedBy: 'network-named' });
    expect(changesOf(pod, 'cni', 'multus')?.some((one) => one.startsWith('captured-out -> direct'))).toBe(true);
  });

  it.each(['web.yaml', 'net1.yaml', 'vault.yaml'])('%s fits a screen of 80 columns', async (file) => {
    const { code, out } = await run(file);
    expect(code).toBe(0);
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(out.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
    // what a change of Istio's backend does, by the pages that explain it
    expect(out).toMatch(
      /^iptables -> nftables \(init, .*\): CHANGED: nft-no-user \(hint\)\niptables -> nftables \(ambient\): EQUAL\n {2}proved for whole connections over IPv4; IPv6 is not compared$/m,
    );
  });

  it('what cannot be read is an error', async () => {
    expect((await run('broken.yaml')).code).toBe(2);
    expect((await run('nowhere.yaml')).code).toBe(2);
  });
});
