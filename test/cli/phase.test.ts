/** `chainwalk verify --phase init`: the claims for the time in which init containers run. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { VerifyFinding, VerifyReport } from '../../src/report/json/verify.ts';
import { chainwalk } from './memoryIo.ts';

vi.setConfig({ testTimeout: 60_000 });

const vault = readFileSync(new URL('../../fixtures/pods/vault.yaml', import.meta.url), 'utf8');
const metadata = (text: string) => vault.replace('      annotations:\n', `      annotations:\n        ${text}\n`);
const secrets = (id: number) => vault.replace('runAsUser: 100\n', `runAsUser: ${id}\n`);

const FILES = {
  'vault.yaml': vault,
  'native.yaml': metadata('sidecar.istio.io/nativeSidecar: "true"'),
  'spared.yaml': secrets(1337),
  'nothing.yaml': metadata('traffic.sidecar.istio.io/includeOutboundIPRanges: ""'),
  'web.yaml': readFileSync(new URL('../../fixtures/pods/web.yaml', import.meta.url), 'utf8'),
  'dns.yaml': 'meshConfig: {defaultConfig: {proxyMetadata: {ISTIO_META_DNS_CAPTURE: "true"}}}\n',
  'pod.rules': readFileSync(new URL('../../fixtures/istio-sidecar.rules', import.meta.url), 'utf8'),
};

async function verify(...argv: readonly string[]): Promise<VerifyReport> {
  // before Kubernetes 1.33 the proxy is an ordinary container
  const { out } = await chainwalk(['verify', ...argv, '--phase', 'init', '--kubernetes', '1.32', '--json'], { files: FILES });
  return JSON.parse(out) as VerifyReport;
}

const of = ({ findings }: VerifyReport, claim: string): VerifyFinding | undefined => findings.find((one) => one.claim === claim);

describe('while init containers run', () => {
  it.each([
    ['the rules are there, and no process listens', ['vault.yaml', '--mode', 'cni'], 'violated'],
    ['through Multus too', ['vault.yaml', '--mode', 'multus'], 'violated'],
    ['a pod without init containers, as if it had one', ['web.yaml', '--mode', 'cni'], 'violated'],
    ['istio-init comes last', ['vault.yaml', '--mode', 'init'], 'holds'],
    ['a native sidecar listens', ['native.yaml', '--mode', 'cni'], 'holds'],
    ['ztunnel listens', ['vault.yaml', '--mode', 'ambient'], 'holds'],
    ["the init container runs as the proxy's user", ['spared.yaml', '--mode', 'cni'], 'holds'],
    ['nothing outbound is captured', ['nothing.yaml', '--mode', 'cni'], 'holds'],
    ['and with DNS capture questions are', ['nothing.yaml', '--mode', 'cni', '--values', 'dns.yaml'], 'violated'],
  ] as const)('init-phase-reachable: %s', async (_, argv, verdict) => {
    expect(of(await verify(...argv), 'init-phase-reachable')?.verdict).toBe(verdict);
  });

  it('the packets are those of the init container, but for what is excluded', async () => {
    const { witness, packets } = of(await verify('vault.yaml', '--mode', 'cni'), 'init-phase-reachable') ?? {};
    expect(witness?.outcome).toBe('refused');
    expect(witness?.packet.uid).toBe(100);
    expect(witness?.legs[0]?.sender).toBe('init container secrets');
    expect(packets).toContain('-> !local:!8200 uid=100 ');
  });

  it.each([
    ['cni', 'outbound-captured', 'not-applicable', 'the proxy does not run yet'],
    ['cni', 'loopback-preserved', 'not-applicable', 'the application does not run yet'],
    ['cni', 'excluded-bypass', 'holds', undefined],
    ['cni', 'no-stale-chain', 'holds', undefined],
    ['ambient', 'outbound-captured', 'holds', undefined],
    ['ambient', 'invalid-not-to-app', 'not-applicable', 'the application does not run yet'],
    ['init', 'outbound-captured', 'not-applicable', 'the rules are written after the init containers have run'],
    ['init', 'no-stale-chain', 'not-applicable', 'the rules are written after the init containers have run'],
  ] as const)('%s, %s: %s', async (mode, claim, verdict, reason) => {
    expect(of(await verify('vault.yaml', '--mode', mode), claim)).toMatchObject({ verdict, ...(reason === undefined ? {} : { reason }) });
  });

  it('a setting can be the cause: the included ranges', async () => {
    const { cause } =
      of(await verify('vault.yaml', '--mode', 'cni', '--values', 'dns.yaml', '--where', 'out udp'), 'init-phase-reachable') ?? {};
    expect(cause).toMatchObject({ setting: 'meshConfig.defaultConfig.proxyMetadata.ISTIO_META_DNS_CAPTURE', file: 'dns.yaml', line: 1 });
  });

  it('the phase is said; --phase running is what holds without it', async () => {
    expect((await verify('vault.yaml', '--mode', 'cni')).notes.join()).toContain('checked while init containers run: the rules are there');
    const plain = await chainwalk(['verify', 'vault.yaml'], { files: FILES });
    const running = await chainwalk(['verify', 'vault.yaml', '--phase', 'running'], { files: FILES });
    expect(running).toEqual(plain);
    expect(plain.out).not.toContain('init-phase-reachable (IPv4)');
  });

  it('rules do not say who runs', async () => {
    const { code, err } = await chainwalk(['verify', 'pod.rules', '--phase', 'init'], { files: FILES });
    expect(code).toBe(2);
    expect(err).toContain('--phase is for manifests');
    const traced = await chainwalk(['trace', 'pod.rules', 'out tcp -> 10.0.0.9:80', '--phase', 'init'], { files: FILES });
    expect([traced.code, traced.err]).toEqual([2, err]);
  });
});
