/** A finding on a pod points at the line that causes it: the claim holds again when that line is taken out of the file. */
import { describe, expect, it, vi } from 'vitest';
import { causesOf } from '../../src/injection/podRules/causes.ts';
import type { VerifyFinding, VerifyReport } from '../../src/report/json/verify.ts';
import { chainwalk } from '../cli/memoryIo.ts';

vi.setConfig({ testTimeout: 60_000 });

describe('causes by experiment', () => {
  const broken = (isBroken: (left: readonly string[]) => boolean) => (without: readonly string[]) =>
    !isBroken(['a', 'b', 'c'].filter((one) => !without.includes(one)));
  it('what has to be there is a cause, each by itself', () => {
    expect(
      causesOf(
        ['a', 'b', 'c'],
        broken((left) => left.includes('a') && left.includes('b')),
      ),
    ).toEqual({ settings: ['a', 'b'], enough: 'one' });
  });
  it('of what would do by itself all have to go', () => {
    expect(
      causesOf(
        ['a', 'b', 'c'],
        broken((left) => left.includes('a') || left.includes('c')),
      ),
    ).toEqual({ settings: ['a', 'c'], enough: 'all' });
  });
  it('what is so anyway has no cause', () => {
    expect(
      causesOf(
        ['a', 'b', 'c'],
        broken(() => true),
      ),
    ).toBeUndefined();
    expect(causesOf([], () => true)).toBeUndefined();
  });
});

const T = 'traffic.sidecar.istio.io';

interface Case {
  readonly title: string;
  readonly pod: string;
  readonly values?: string;
  readonly options?: readonly string[];
  readonly claim: string;
  /** what is said of each cause, and the text of its line */
  readonly causes: readonly (readonly [said: string, line: string])[];
  /** the first cause's lines taken out; absent: a fixed text in their place */
  readonly mended?: (text: string) => string;
}

/** Without the line of the text. */
const cut = (line: string) => (text: string) =>
  text
    .split('\n')
    .filter((one) => !one.includes(line))
    .join('\n');

const annotated = (...lines: readonly string[]) => `kind: Pod
metadata:
  name: a
  namespace: s
  annotations:
    example.com/owner: shop
${lines.map((line) => `    ${line}`).join('\n')}
spec:
  containers:
    - name: a
      securityContext:
        runAsUser: 1000
`;

const injected = (args: readonly string[], proxy = 1337) => `kind: Pod
metadata:
  name: a
  namespace: s
  annotations:
    sidecar.istio.io/status: "{}"
spec:
  initContainers:
    - name: istio-init
      args:
        - istio-iptables
${args.map((arg) => `        - ${arg}`).join('\n')}
  containers:
    - name: a
      securityContext:
        runAsUser: 1000
    - name: istio-proxy
      args: [proxy, sidecar]
      securityContext:
        runAsUser: ${proxy}
        runAsGroup: ${proxy}
`;

const USUAL = ['-p', '"15001"', '-z', '"15006"', '-u', '"1337"', '-m', 'REDIRECT'];

const CASES: readonly Case[] = [
  {
    title: 'an annotation',
    pod: annotated(`${T}/includeInboundPorts: ""`, `${T}/excludeOutboundPorts: "8200"`),
    claim: 'inbound-captured',
    causes: [[`annotation ${T}/includeInboundPorts`, 'includeInboundPorts: ""']],
    mended: cut('includeInboundPorts'),
  },
  {
    title: 'a value of the mesh',
    pod: annotated(),
    values: 'global:\n  proxy:\n    includeInboundPorts: ""\n    excludeOutboundPorts: "80"\n',
    claim: 'inbound-captured',
    causes: [['mesh configuration global.proxy.includeInboundPorts', 'includeInboundPorts: ""']],
    mended: cut('includeInboundPorts'),
  },
  {
    title: 'the annotation that comes before the value of the mesh',
    pod: annotated(`${T}/includeInboundPorts: ""`),
    values: 'global:\n  proxy:\n    includeInboundPorts: "*"\n',
    options: ['--mode', 'cni'],
    claim: 'inbound-captured',
    causes: [[`annotation ${T}/includeInboundPorts`, 'includeInboundPorts: ""']],
    mended: cut('Ports: ""'),
  },
  {
    title: 'ProxyConfig in an annotation, by its line',
    pod: annotated('proxy.istio.io/config: |', '  concurrency: 2', '  interceptionMode: TPROXY'),
    claim: 'tunnel-port-open',
    causes: [['annotation proxy.istio.io/config interceptionMode', 'interceptionMode: TPROXY']],
    mended: cut('interceptionMode'),
  },
  {
    title: 'a resource of kind ProxyConfig',
    pod: `${annotated()}---
kind: ProxyConfig
apiVersion: networking.istio.io/v1beta1
metadata: {name: all, namespace: s}
spec:
  environmentVariables:
    ISTIO_OUTBOUND_OWNER_GROUPS: "0"
    INBOUND_TUNNEL_PORT: "15009"
`,
    claim: 'tunnel-port-open',
    causes: [['ProxyConfig environmentVariables.INBOUND_TUNNEL_PORT', 'INBOUND_TUNNEL_PORT: "15009"']],
    mended: cut('INBOUND_TUNNEL_PORT'),
  },
  {
    title: 'MeshConfig',
    pod: annotated(),
    values: 'meshConfig:\n  accessLogFile: /dev/stdout\n  defaultConfig:\n    interceptionMode: TPROXY\n',
    claim: 'tunnel-port-open',
    causes: [['mesh configuration meshConfig.defaultConfig.interceptionMode', 'interceptionMode: TPROXY']],
    mended: cut('interceptionMode'),
  },
  {
    title: 'two settings that do it together',
    pod: `${annotated('sidecar.istio.io/interceptionMode: TPROXY', `${T}/excludeOutboundPorts: "8200"`)}  dnsConfig: {nameservers: [127.0.0.53]}\n  dnsPolicy: None\n`,
    values: 'meshConfig:\n  defaultConfig:\n    proxyMetadata:\n      ISTIO_META_DNS_CAPTURE: "true"\n',
    claim: 'no-redirect-loop',
    causes: [
      ['annotation sidecar.istio.io/interceptionMode', 'interceptionMode: TPROXY'],
      ['mesh configuration meshConfig.defaultConfig.proxyMetadata.ISTIO_META_DNS_CAPTURE', 'ISTIO_META_DNS_CAPTURE: "true"'],
    ],
    mended: cut('interceptionMode'),
  },
  {
    title: 'an argument of istio-init that says another user than the proxy',
    pod: injected([...USUAL.map((word) => word.replace('1337', '1500')), '-i', '"*"', '-b', '"*"', '-d', '"15090,15021,15020"']),
    claim: 'no-redirect-loop',
    causes: [['argument of istio-init --proxy-uid', '- -u']],
    mended: (text) => text.replace('"1500"', '"1337"'),
  },
  {
    title: 'ports that an argument forgets',
    pod: injected([...USUAL, '-i', '"*"', '-b', '"*"', '-d', '"9000"']),
    claim: 'health-ports-open',
    causes: [['argument of istio-init --istio-local-exclude-ports', '- -d']],
    mended: (text) => text.replace('"9000"', '"9000,15090,15021,15020"'),
  },
  {
    title: 'an argument that is not there',
    pod: injected([...USUAL, '-i', '"*"', '-d', '"15090,15021,15020"']),
    claim: 'inbound-captured',
    causes: [['argument of istio-init --istio-inbound-ports', '- name: istio-init']],
    mended: (text) => text.replace('- REDIRECT', '- REDIRECT\n        - -b\n        - "*"'),
  },
  {
    title: 'a variable that is not given: both families, IPv4 first',
    pod: `${annotated()}status:\n  podIPs: [{ip: 10.1.0.7}, {ip: "fd00::7"}]\n`,
    claim: 'ipv6-parity',
    causes: [['variable ISTIO_DUAL_STACK', 'name: a']],
    mended: (text) => text.replace('    example.com/owner: shop', `    proxy.istio.io/config: 'proxyMetadata: {ISTIO_DUAL_STACK: "true"}'`),
  },
  {
    title: 'and in a pod that was injected',
    pod: `${injected([...USUAL, '-i', '"*"', '-b', '"*"', '-d', '"15090,15021,15020"'])}status:\n  podIPs: [{ip: 10.1.0.7}, {ip: "fd00::7"}]\n`,
    claim: 'ipv6-parity',
    causes: [['variable ISTIO_DUAL_STACK', 'name: a']],
    mended: (text) =>
      text.replace('    - name: istio-init', '    - name: istio-init\n      env: [{name: ISTIO_DUAL_STACK, value: "true"}]'),
  },
  {
    title: 'an argument that took the next one for its value',
    pod: injected([...USUAL, '-i', '"*"', '-x', '-b', '"*"', '-d', '"15090,15021,15020"']),
    options: ['--istio', '1.27'],
    claim: 'inbound-captured',
    causes: [
      ['argument of istio-init --istio-service-exclude-cidr', '- -x'],
      ['argument of istio-init --istio-inbound-ports', '- name: istio-init'],
    ],
    mended: cut('- -x'),
  },
  {
    title: 'a rule that stands there for an annotation',
    pod: annotated(`${T}/excludeOutboundPorts: "9000,9000"`, `${T}/excludeInboundPorts: "22"`),
    claim: 'no-duplicate-rule',
    causes: [[`annotation ${T}/excludeOutboundPorts`, '"9000,9000"']],
    mended: cut('9000'),
  },
  {
    title: 'an argument that is the default is none',
    pod: injected([...USUAL, '-i', '"*"', '-b', '"*"', '-d', '"15090,15021,15020"']),
    claim: 'invalid-not-to-app',
    causes: [],
  },
  {
    title: 'a hint names the setting that writes its rule, not one whose rules come before it',
    pod: annotated(`${T}/excludeOutboundIPRanges: "0.0.0.0/0"`),
    claim: 'no-dead-rule',
    causes: [],
  },
  {
    title: 'what holds by default has no cause',
    pod: annotated(`${T}/excludeOutboundPorts: "8200"`),
    claim: 'invalid-not-to-app',
    causes: [],
  },
  {
    title: 'no rules are written: the step that decided so',
    pod: annotated('k8s.v1.cni.cncf.io/networks: default/istio-cni').replace('default/istio-cni', 'storage'),
    values: 'pilot:\n  cni:\n    provider: default\n',
    options: ['--mode', 'multus'],
    claim: 'outbound-captured',
    causes: [['multus network-named', 'cncf.io/networks: storage']],
    mended: (text) => text.replace('networks: storage', 'networks: default/istio-cni'),
  },
];

async function violated(texts: Pick<Case, 'pod' | 'values'>, { claim, options = [] }: Case): Promise<readonly VerifyFinding[]> {
  const { pod, values } = texts;
  const files = { 'pod.yaml': pod, ...(values === undefined ? {} : { 'values.yaml': values }) };
  const all = [...options, ...(values === undefined ? [] : ['--values', 'values.yaml'])];
  const { out } = await chainwalk(['verify', 'pod.yaml', '--json', '--only', claim, ...all], { files });
  return (JSON.parse(out) as VerifyReport).findings.filter(({ verdict }) => verdict === 'violated');
}

describe('the cause of a finding', () => {
  it.each(CASES.map((one) => [one.title, one] as const))('%s', async (_, one) => {
    const { pod, values, causes, mended } = one;
    const [finding] = await violated(one, one);
    expect(finding).toBeDefined();
    const found = (finding?.causes ?? []).map(({ setting, from, file, line }) => {
      const text = (file === 'pod.yaml' ? pod : (values ?? '')).split('\n')[line - 1] ?? '';
      return [`${from} ${setting}`, text.trim()];
    });
    expect(found).toHaveLength(causes.length);
    for (const [index, [said, line]] of causes.entries()) {
      expect(found[index]?.[0]).toBe(said);
      expect(found[index]?.[1]).toContain(line);
    }
    expect(finding?.cause).toEqual(finding?.causes?.[0]);
    if (mended === undefined) return;
    expect(mended(pod) + (values === undefined ? '' : mended(values))).not.toBe(pod + (values ?? ''));
    expect(await violated({ pod: mended(pod), ...(values === undefined ? {} : { values: mended(values) }) }, one)).toEqual([]);
  });

  it('is shown with its line, and pods with other causes stand apart', async () => {
    const files = {
      'two.yaml': `${annotated(`${T}/includeInboundPorts: ""`)}---\n${annotated().replace('name: a', 'name: b')}`,
      'values.yaml': 'global: {proxy: {includeInboundPorts: ""}}\n',
    };
    const { out } = await chainwalk(['verify', 'two.yaml', '--values', 'values.yaml', '--only', 'inbound-captured'], { files });
    expect(out).toContain(`cause    annotation ${T}/includeInboundPorts, two.yaml:7
      7 |     ${T}/includeInboundPorts: ""
        |                                                   ^^`);
    expect(out).toContain('and      mesh configuration global.proxy.includeInboundPorts, values.yaml:1');
    expect(out).toContain('cause    mesh configuration global.proxy.includeInboundPorts, values.yaml:1');
    expect(out).not.toContain('the same for');
  });
});
