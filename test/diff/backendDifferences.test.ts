/** Istio's two backends for one pod: the differences that have a name are told by it, once each, and what has none as any other change. */
import { describe, expect, it } from 'vitest';
import { PAGES } from '../../src/report/generated/pages.ts';
import type { ResultsReport } from '../../src/report/json/diffResults.ts';
import { chainwalk } from '../cli/memoryIo.ts';

const pod = (annotations = '') =>
  `kind: Pod\nmetadata: {name: a, annotations: {${annotations}}}\nspec: {containers: [{name: app}]}\nstatus: {podIPs: [{ip: 10.244.0.5}]}\n`;
const MIGRATE = ['--base-backend', 'iptables', '--head-backend', 'nftables'];

async function ask(text: string, ...options: readonly string[]) {
  return chainwalk(['diff', ...options, 'pod.yaml'], { files: { 'pod.yaml': text } });
}

async function changesOf(text: string, ...options: readonly string[]): Promise<ResultsReport> {
  return JSON.parse((await ask(text, ...options, '--json')).out) as ResultsReport;
}

describe('from iptables to nftables', () => {
  it('every class of a pod of one family is packets without a process', async () => {
    const { changes, undecided } = await changesOf(pod(), ...MIGRATE);
    expect(new Set(changes.map(({ difference }) => difference))).toEqual(new Set(['nft-no-user']));
    expect(undecided).toEqual([]);
  });

  it('is told in one screen: each difference with a packet, the settings and what to do', async () => {
    const { code, out } = await ask(pod(), ...MIGRATE);
    expect(code).toBe(1);
    expect(out.match(/^info: nft-\S+$/gm)).toEqual(['info: nft-no-user']);
    expect(out).toMatch(/no other packet\s+changes\s+\(proved\s+for/);
    expect(out).toMatch(/^ {2}example .*socket=no/m);
    expect(out).toMatch(/^ {2}when /m);
    expect(out).toMatch(/^ {2}remedy /m);
    expect(out.split('\n').length).toBeLessThanOrEqual(24);
  });

  it('names what depends on the proxy`s socket, which no packet shows while it listens', async () => {
    const tproxy = pod('sidecar.istio.io/interceptionMode: TPROXY');
    const { unseen } = await changesOf(tproxy, ...MIGRATE);
    expect(unseen).toEqual(['nft-tproxy']);
    expect((await ask(tproxy, ...MIGRATE)).out).toMatch(/^error: nft-tproxy\n {2}while the proxy does not listen/m);
  });

  it('INVALID_DROP with DNS capture: errors about questions, whose zone is another one', async () => {
    const both = pod(`proxy.istio.io/config: 'proxyMetadata: {INVALID_DROP: "true", ISTIO_META_DNS_CAPTURE: "true"}'`);
    const { changes, undecided } = await changesOf(both, ...MIGRATE, '--mode', 'cni');
    expect(new Set(changes.map(({ difference }) => difference))).toEqual(new Set(['nft-invalid-of-tcp', 'nft-no-user']));
    expect(undecided).toEqual([]);
  });

  it('is the same the other way round', async () => {
    const { changes } = await changesOf(pod(), '--base-backend', 'nftables', '--head-backend', 'iptables');
    expect(new Set(changes.map(({ difference }) => difference))).toEqual(new Set(['nft-no-user']));
  });

  it('a setting that changes with the backend has no name, and is shown as ever', async () => {
    const options = [...MIGRATE, '--head-annotation', 'traffic.sidecar.istio.io/excludeOutboundPorts=5432'];
    const { changes } = await changesOf(pod(), ...options);
    const own = changes.filter(({ difference }) => difference === undefined);
    expect(own.length).toBeGreaterThan(0);
    expect((await ask(pod(), ...options)).out).toMatch(/CAPTURED outbound -> DIRECT/);
  });

  it('within one backend nothing has such a name', async () => {
    const { changes } = await changesOf(pod(), '--head-annotation', 'traffic.sidecar.istio.io/excludeOutboundPorts=5432');
    expect(changes.flatMap(({ difference }) => difference ?? [])).toEqual([]);
  });

  it('--pod-ip says which families the pod has', async () => {
    const { families, changes } = await changesOf(pod(), ...MIGRATE, '--pod-ip', '10.244.0.5', '--pod-ip', 'fd00::5');
    expect(families).toEqual([4, 6]);
    expect(changes.filter(({ family }) => family === 'ipv6').flatMap(({ difference }) => difference ?? [])).toContain('nft-ipv6-unwritten');
  });

  it('each name has a page', () => {
    const names = ['nft-ipv6-unwritten', 'nft-ipv6-tracked', 'nft-invalid-of-tcp', 'nft-no-user', 'nft-tproxy', 'nft-kubelet-user'];
    expect(names.filter((name) => !PAGES.some(({ id }) => id === name))).toEqual([]);
  });
});
