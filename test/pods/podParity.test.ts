/** A pod compared with itself, captured otherwise: where it is all the same, and where not. */
import { describe, expect, it, vi } from 'vitest';
import type { VerifyReport } from '../../src/report/json/verify.ts';
import { chainwalk } from '../cli/memoryIo.ts';

vi.setConfig({ testTimeout: 60_000 });

interface Pod {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly args?: string;
  readonly status?: string;
}

const T = 'traffic.sidecar.istio.io';
const METADATA = (text: string) => ({ 'proxy.istio.io/config': `proxyMetadata: {${text}}` });

function manifest({ annotations = {}, args, status = '' }: Pod): string {
  const all = { ...annotations, ...(args === undefined ? {} : { 'sidecar.istio.io/status': '{}' }) };
  return `kind: Pod
metadata: {name: a, namespace: s, annotations: ${JSON.stringify(all)}}
spec:
  containers: [{name: a, securityContext: {runAsUser: 1000}}${args === undefined ? '' : ', {name: istio-proxy, args: [proxy, sidecar]}'}]
  ${args === undefined ? '' : `initContainers: [{name: istio-init, args: [istio-iptables, ${args}]}]`}
${status}
`;
}

async function judged(claim: string, pod: Pod, options: readonly string[] = [], values?: string): Promise<VerifyReport['findings']> {
  const files = { 'pod.yaml': manifest(pod), ...(values === undefined ? {} : { 'values.yaml': values }) };
  const all = [...options, ...(values === undefined ? [] : ['--values', 'values.yaml'])];
  const { out } = await chainwalk(['verify', 'pod.yaml', '--only', claim, '--json', ...all], { files });
  return (JSON.parse(out) as VerifyReport).findings;
}

type Row = readonly [title: string, pod: Pod, options: readonly string[], verdict: string, reason?: string];

const APPROACHES: readonly Row[] = [
  ['a pod without settings of its own: 15020 aside', {}, [], 'holds'],
  ['the same from the other side', {}, ['--mode', 'cni'], 'holds'],
  ['through Multus', {}, ['--mode', 'multus'], 'holds'],
  ['TPROXY', { annotations: { 'sidecar.istio.io/interceptionMode': 'TPROXY' } }, [], 'holds'],
  ['excluded ports', { annotations: { [`${T}/excludeOutboundPorts`]: '8200', [`${T}/excludeInboundPorts`]: '9000' } }, [], 'holds'],
  [
    'groups, which the plugin does not read',
    { annotations: METADATA('ISTIO_OUTBOUND_OWNER_GROUPS: "4242"') },
    [],
    'violated',
    'direct with istio-init, captured-out with the CNI plugin',
  ],
  [
    'another tunnel port',
    { annotations: METADATA('INBOUND_TUNNEL_PORT: "15009"') },
    ['--mode', 'cni'],
    'violated',
    'to-proxy with the CNI plugin, captured-in with istio-init',
  ],
  [
    'arguments of an injected pod that are not what its annotations say',
    { annotations: { [`${T}/excludeOutboundPorts`]: '8200' }, args: '-u, "1337", -i, "*", -b, "*", -d, "15090,15021,15020"' },
    [],
    'violated',
    'captured-out with istio-init, direct with the CNI plugin',
  ],
  [
    'arguments that are',
    {
      annotations: { [`${T}/excludeOutboundPorts`]: '8200' },
      args: '-u, "1337", -i, "*", -b, "*", -d, "15090,15021,15020", -o, "8200"',
    },
    [],
    'holds',
  ],
  ['ambient', {}, ['--mode', 'ambient'], 'not-applicable', 'ambient mode writes other rules, and knows neither'],
  [
    'the plugin refuses the pod',
    { annotations: { 'sidecar.istio.io/interceptionMode': 'REDIRECT', [`${T}/includeOutboundPorts`]: 'x' } },
    [],
    'not-applicable',
  ],
];

const MODES: readonly Row[] = [
  ['the tunnel port, which TPROXY captures', {}, [], 'violated', 'to-proxy with REDIRECT, captured-in with TPROXY'],
  [
    'from the other side',
    { annotations: { 'sidecar.istio.io/interceptionMode': 'TPROXY' } },
    ['--mode', 'cni'],
    'violated',
    'captured-in with TPROXY, to-proxy with REDIRECT',
  ],
  ['a list of ports without it', { annotations: { [`${T}/includeInboundPorts`]: '80,443' } }, [], 'holds'],
  ['no port at all', { annotations: { [`${T}/includeInboundPorts`]: '' } }, ['--mode', 'cni'], 'holds'],
  ['an injected pod', { args: '-u, "1337", -i, "*", -b, "80", -m, REDIRECT' }, ['--where', 'in tcp -> 10.244.0.5:80'], 'holds'],
];

describe('init-cni-parity', () => {
  it.each(APPROACHES.map((row) => [row[0], row] as const))('%s', async (_, [, pod, options, verdict, reason]) => {
    const [finding] = await judged('init-cni-parity', pod, options);
    expect(finding).toMatchObject({ verdict, level: 'info', ...(reason === undefined ? {} : { reason }) });
  });

  it('each family is compared', async () => {
    const status = 'status: {podIPs: [{ip: 10.0.0.1}, {ip: "fd00::1"}]}';
    const dual = METADATA('ISTIO_DUAL_STACK: "true"');
    const both = await judged('init-cni-parity', { annotations: dual, status });
    expect(both.map(({ family, verdict }) => `${family} ${verdict}`)).toEqual(['ipv4 holds', 'ipv6 holds']);
    // https://istio.io release notes: before 1.20 the plugin wrote no IPv6 rules for a pod of both families
    const before = await judged('init-cni-parity', { annotations: dual, status }, ['--istio', '1.19']);
    expect(before.map(({ family, verdict }) => `${family} ${verdict}`)).toContain('ipv6 violated');
  });
});

describe('mode-parity', () => {
  it.each(MODES.map((row) => [row[0], row] as const))('%s', async (_, [, pod, options, verdict, reason]) => {
    const [finding] = await judged('mode-parity', pod, options);
    expect(finding).toMatchObject({ verdict, level: 'info', ...(reason === undefined ? {} : { reason }) });
  });

  it('the packet is treated so with either mode', async () => {
    const [finding] = await judged('mode-parity', {});
    const packet = `in tcp ${finding?.witness?.packet.src} -> ${finding?.witness?.packet.dst}:${finding?.witness?.packet.dport}`;
    const outcome = async (mode: string) => {
      const files = { 'pod.yaml': manifest({ annotations: { 'sidecar.istio.io/interceptionMode': mode } }) };
      const { out } = await chainwalk(['trace', 'pod.yaml', packet, '--json'], { files });
      return (JSON.parse(out) as { readonly outcome: string }).outcome;
    };
    expect([await outcome('REDIRECT'), await outcome('TPROXY')]).toEqual(['to-proxy', 'captured-in']);
  });
});

describe('both', () => {
  it('are asked by name alone', async () => {
    const { out } = await chainwalk(['verify', 'pod.yaml', '--json'], { files: { 'pod.yaml': manifest({}) } });
    const claims = (JSON.parse(out) as VerifyReport).findings.map(({ claim }) => claim);
    expect(claims.filter((claim) => ['init-cni-parity', 'mode-parity'].includes(claim))).toEqual([]);
  });

  it('rules do not say what they follow from', async () => {
    const files = {
      'pod.rules': '*nat\n:PREROUTING ACCEPT [0:0]\n:ISTIO_INBOUND - [0:0]\n-A PREROUTING -p tcp -j ISTIO_INBOUND\nCOMMIT\n',
    };
    const { out } = await chainwalk(['verify', 'pod.rules', '--only', 'mode-parity', '--json'], { files });
    expect((JSON.parse(out) as VerifyReport).findings[0]).toMatchObject({ verdict: 'not-applicable' });
  });

  it('pods of equal rules are distinguished by what else they would be', async () => {
    const args = '-u, "1337", -i, "*", -b, "*", -d, "15090,15021,15020"';
    const pods = [{ args }, { args, annotations: { [`${T}/excludeOutboundPorts`]: '8200' } }].map(manifest).join('---\n');
    const { out } = await chainwalk(['verify', 'pods.yaml', '--only', 'init-cni-parity', '--json'], { files: { 'pods.yaml': pods } });
    const verdicts = ((JSON.parse(out) as VerifyReport).results ?? []).map(({ findings }) => findings[0]?.verdict);
    expect(verdicts).toEqual(['holds', 'violated']);
  });
});
