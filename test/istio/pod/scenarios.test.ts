/** Ways in which capture fails and that a pod's fields or its mesh's settings decide: the packet, what becomes of it, and the claim that catches it.
 *  Numbers are those of the list of failure scenarios that Istio's users meet most; what no manifest shows is not here. */
import { describe, expect, it, vi } from 'vitest';
import type { VerifyReport } from '../../../src/report/verifyJson.ts';
import { chainwalk } from '../../cli/memoryIo.ts';

vi.setConfig({ testTimeout: 60_000 });

interface Pod {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly app?: string;
  /** arguments of istio-init, in a pod that was injected */
  readonly args?: string;
  /** user and group of istio-proxy */
  readonly proxy?: readonly [uid: number, gid: number];
  readonly spec?: string;
  readonly status?: string;
}

interface Scenario {
  readonly number: number;
  readonly title: string;
  readonly pod: Pod;
  readonly values?: string;
  readonly options: readonly string[];
  readonly packet: string;
  readonly outcome: string;
  /** that is violated; of level error, warning or info */
  readonly claim?: string;
}

const T = 'traffic.sidecar.istio.io';
const DNS = 'meshConfig: {defaultConfig: {proxyMetadata: {ISTIO_META_DNS_CAPTURE: "true"}}}';
const ARGS = '-p, "15001", -z, "15006", -i, "*", -b, "*"';

function manifest({ annotations = {}, app = '{runAsUser: 1000}', args, proxy, spec = '', status = '' }: Pod): string {
  const injected = args === undefined ? {} : { 'sidecar.istio.io/status': '{}' };
  const ids = proxy === undefined ? '' : `, securityContext: {runAsUser: ${proxy[0]}, runAsGroup: ${proxy[1]}}`;
  const sidecar = args === undefined && proxy === undefined ? '' : `, {name: istio-proxy, args: [proxy, sidecar]${ids}}`;
  return `kind: Pod
metadata: {name: a, namespace: s, annotations: ${JSON.stringify({ ...annotations, ...injected })}}
spec:
  containers: [{name: a, securityContext: ${app}}${sidecar}]
  ${args === undefined ? '' : `initContainers: [{name: istio-init, args: [istio-iptables, ${args}]}]`}
  ${spec}
${status}
`;
}

const SCENARIOS: readonly Scenario[] = [
  {
    number: 1,
    title: "the application runs as the proxy's user",
    pod: { app: '{runAsUser: 1337}' },
    options: ['--mode', 'cni'],
    packet: 'out tcp -> 203.0.113.9:443 uid=1337',
    outcome: 'direct',
    claim: 'identity-collision',
  },
  {
    number: 2,
    title: "the application runs as the proxy's group",
    pod: { app: '{runAsUser: 1000, runAsGroup: 1337}' },
    options: [],
    packet: 'out tcp -> 203.0.113.9:443 uid=1000 gid=1337',
    outcome: 'direct',
    claim: 'identity-collision',
  },
  {
    number: 3,
    title: 'the proxy runs as somebody else than the rules say',
    pod: { args: `${ARGS}, -u, "1337"`, proxy: [2000, 2000] },
    options: [],
    packet: 'out tcp -> 203.0.113.9:443 uid=2000 gid=2000',
    outcome: 'loop',
    claim: 'no-redirect-loop',
  },
  {
    number: 4,
    title: 'TPROXY runs the proxy as root, and the rules name another group',
    pod: { args: `${ARGS}, -m, TPROXY, -u, "1337", -g, "999"`, proxy: [0, 1337] },
    options: [],
    packet: 'out tcp -> 203.0.113.9:443 uid=0 gid=1337',
    outcome: 'loop',
    claim: 'no-redirect-loop',
  },
  {
    number: 8,
    title: 'the tunnel port with TPROXY',
    pod: { annotations: { 'sidecar.istio.io/interceptionMode': 'TPROXY' } },
    options: [],
    packet: 'in tcp -> 10.244.0.5:15008',
    outcome: 'captured-in',
    claim: 'tunnel-port-open',
  },
  {
    number: 9,
    title: 'an excluded port of an included list',
    pod: { annotations: { [`${T}/includeInboundPorts`]: '80,443', [`${T}/excludeInboundPorts`]: '443' } },
    options: ['--mode', 'cni'],
    packet: 'in tcp -> 10.244.0.5:443',
    outcome: 'captured-in',
    claim: 'setting-has-effect',
  },
  {
    number: 10,
    title: 'no inbound port is included',
    pod: { annotations: { [`${T}/includeInboundPorts`]: '' } },
    options: ['--mode', 'cni'],
    packet: 'in tcp -> 10.244.0.5:8080',
    outcome: 'to-app',
    claim: 'inbound-captured',
  },
  {
    number: 11,
    title: 'the ports of the probes are not excluded',
    pod: { args: `${ARGS}, -u, "1337", -d, "9000"`, proxy: [1337, 1337] },
    options: [],
    packet: 'in tcp -> 10.244.0.5:15021',
    outcome: 'captured-in',
    claim: 'health-ports-open',
  },
  {
    number: 12,
    title: 'the plugin excludes 15020, and istio-init does not',
    pod: {},
    options: ['--mode', 'cni'],
    packet: 'out tcp -> 10.0.0.9:15020',
    outcome: 'direct',
  },
  {
    number: 15,
    title: 'TPROXY, DNS capture and a resolver on localhost: the agent asks by TCP',
    pod: { annotations: { 'sidecar.istio.io/interceptionMode': 'TPROXY' }, spec: 'dnsConfig: {nameservers: [127.0.0.53]}' },
    values: DNS,
    options: [],
    packet: 'out tcp -> 127.0.0.53:53 uid=0 gid=1337',
    // back to 15006, whose connection onward keeps the group, the port and, in TPROXY mode, the source
    outcome: 'loop',
    claim: 'no-redirect-loop',
  },
  {
    number: 16,
    title: 'the zone of the answers asks for the wrong field, until 1.19',
    pod: { spec: 'dnsConfig: {nameservers: [10.96.0.10]}' },
    values: DNS,
    options: ['--istio', '1.19'],
    packet: 'out udp -> 10.96.0.10:53 uid=1000',
    outcome: 'dns',
    claim: 'conntrack-zone-symmetry',
  },
  {
    number: 17,
    title: 'only IPv4 rules for a pod with both families',
    pod: { status: 'status: {podIPs: [{ip: 10.244.0.5}, {ip: "fd00:10:244::5"}]}' },
    options: ['--mode', 'cni'],
    packet: 'out tcp -> 10.0.0.9:443',
    outcome: 'captured-out',
    claim: 'ipv6-parity',
  },
  {
    number: 22,
    title: 'a second user of the proxy calls its own pod',
    pod: { args: `${ARGS}, -u, "3,4"`, proxy: [3, 3] },
    options: [],
    packet: 'out tcp -> 10.244.0.5:8080 uid=4 gid=4',
    outcome: 'to-app',
  },
  {
    number: 23,
    title: 'loopback is an included range',
    pod: { annotations: { [`${T}/includeOutboundIPRanges`]: '127.0.0.0/8' } },
    options: ['--mode', 'cni'],
    packet: 'out tcp -> 127.0.0.2:8080',
    outcome: 'captured-out',
    claim: 'loopback-not-included',
  },
  {
    number: 25,
    title: "the pod's own interface is excluded",
    pod: { annotations: { [`${T}/excludeInterfaces`]: 'eth0' } },
    options: ['--mode', 'cni'],
    packet: 'in tcp -> 10.244.0.5:8080',
    outcome: 'to-app',
    claim: 'exclusion-not-overbroad',
  },
];

describe('ways in which capture fails', () => {
  it.each(SCENARIOS.map((one) => [`${one.number}. ${one.title}`, one] as const))(
    '%s',
    async (_, { pod, values, options, packet, outcome, claim }) => {
      const files = { 'pod.yaml': manifest(pod), ...(values === undefined ? {} : { 'values.yaml': values }) };
      const all = [...options, ...(values === undefined ? [] : ['--values', 'values.yaml'])];
      const traced = await chainwalk(['trace', 'pod.yaml', packet, '--json', ...all], { files });
      expect((JSON.parse(traced.out) as { readonly outcome: string }).outcome).toBe(outcome);
      if (claim === undefined) return;
      const verified = await chainwalk(['verify', 'pod.yaml', '--json', '--only', claim, ...all], { files });
      const report = JSON.parse(verified.out) as VerifyReport & {
        readonly pods: readonly { readonly findings: readonly { readonly claim: string }[] }[];
      };
      const broken = [
        ...report.findings.filter(({ verdict }) => verdict === 'violated'),
        ...report.pods.flatMap(({ findings }) => findings),
      ];
      expect(broken.map((one) => one.claim)).toContain(claim);
    },
  );

  // 18: nobody wrote rules; 19: the plugin refuses NONE; 20: the pod is not ambient, and gets no sidecar either
  it.each([
    [
      18,
      'injected for the plugin, which did not run',
      { annotations: { 'sidecar.istio.io/status': '{}' }, proxy: [1337, 1337] },
      'init',
      'no-istio-init',
    ],
    [19, 'mode NONE', { annotations: { 'sidecar.istio.io/interceptionMode': 'NONE' } }, 'cni', 'settings-valid'],
    [20, 'opted out of ambient', { annotations: { 'sidecar.istio.io/status': '{}' } }, 'ambient', 'has-sidecar'],
  ] as const)('%i. %s: %j', async (_number, _title, pod, mode, step) => {
    const { out } = await chainwalk(['enrol', 'pod.yaml', '--mode', mode, '--json'], { files: { 'pod.yaml': manifest(pod) } });
    const { pods } = JSON.parse(out) as { readonly pods: readonly { readonly decidedBy: string; readonly verdict: string }[] };
    expect(pods[0]?.decidedBy).toBe(step);
    expect(pods[0]?.verdict).not.toBe('captured');
  });
});
