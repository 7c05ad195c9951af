/** Pod and mesh configuration to settings of istio-iptables, each with what it follows from, and to rules. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Approach } from '../../../src/injection/facts/approach.ts';
import { podRules, settingsOf } from '../../../src/injection/podRules/podRules.ts';
import { withStatusPort } from '../../../src/injection/podRules/podSetting.ts';
import { refusals } from '../../../src/injection/world/refusals.ts';
import { renderRequest } from '../../../src/istio/render/request.ts';
import { positionOf } from '../../../src/report/text/positions.ts';
import { enrolAll, saying } from './read.ts';

interface Case {
  readonly istio?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly values?: string;
  readonly containers?: string;
  readonly namespace?: string;
  readonly spec?: string;
  readonly status?: string;
}

const T = 'traffic.sidecar.istio.io';
const INJECTED = { 'sidecar.istio.io/status': '{}' };

async function enrolOne(
  approach: Approach,
  { istio = '1.31', annotations = {}, values = '', containers = '[{name: a}]', namespace = '', spec = '', status = '' }: Case,
) {
  const pods = `kind: Namespace
metadata: {name: s, labels: {istio-injection: enabled}, annotations: {${namespace}}}
---
kind: Pod
metadata:
  name: a
  namespace: s
  annotations: ${JSON.stringify(annotations)}
spec: {containers: ${containers}${spec}}
${status}`;
  const [one] = await enrolAll({ pods, approach, values, istio });
  if (one === undefined) throw new Error('no pod');
  return one;
}

async function settings(approach: Approach, one: Case): Promise<Readonly<Record<string, string>>> {
  const enrolment = await enrolOne(approach, one);
  return Object.fromEntries(settingsOf(enrolment.facts).settings.map(({ name, value }) => [name, value]));
}

const text = (name: string) => readFileSync(new URL(`../../../fixtures/pods/${name}`, import.meta.url), 'utf8');

describe('a pod without settings of its own', () => {
  it.each(['init', 'cni', 'ambient'] as const)('%s: the rules are those of `render --mode`', async (approach) => {
    const [one] = await enrolAll({ pods: text('web.yaml'), approach });
    const rendering = one && podRules(one);
    expect(rendering?.diagnostics).toEqual([]);
    expect(rendering?.rendered?.v4).toBe(renderRequest({ mode: approach }).rendered?.v4);
    expect(rendering?.rendered?.v6).toBe('');
  });

  it('multus: those of the plugin', async () => {
    const [one] = await enrolAll({ pods: text('net1.yaml'), approach: 'multus' });
    expect(one && podRules(one).rendered?.v4).toBe(renderRequest({ mode: 'cni' }).rendered?.v4);
  });

  it('a pod that is not captured has no rules', async () => {
    const [one] = await enrolAll({
      pods: text('web.yaml').replace('    spec:\n', '    spec:\n      hostNetwork: true\n'),
      approach: 'cni',
    });
    expect(one && podRules(one)).toMatchObject({ settings: [], rendered: { v4: '', v6: '' } });
  });
});

type Row = readonly [title: string, one: Case, expected: Readonly<Record<string, string | undefined>>];

const BOTH: readonly Row[] = [
  ['captured ranges', { annotations: { [`${T}/includeOutboundIPRanges`]: '10.0.0.0/8' } }, { 'istio-service-cidr': '10.0.0.0/8' }],
  ['captured ranges of the mesh', { values: 'global: {proxy: {includeIPRanges: "10.0.0.0/8"}}' }, { 'istio-service-cidr': '10.0.0.0/8' }],
  [
    'the annotation beats the mesh',
    { annotations: { [`${T}/includeOutboundIPRanges`]: '11.0.0.0/8' }, values: 'global: {proxy: {includeIPRanges: "10.0.0.0/8"}}' },
    { 'istio-service-cidr': '11.0.0.0/8' },
  ],
  ['an empty annotation counts', { annotations: { [`${T}/includeOutboundIPRanges`]: '' } }, { 'istio-service-cidr': '' }],
  [
    'ranges that are left alone',
    { annotations: { [`${T}/excludeOutboundIPRanges`]: '1.1.0.0/16' } },
    { 'istio-service-exclude-cidr': '1.1.0.0/16' },
  ],
  ['inbound ports', { annotations: { [`${T}/includeInboundPorts`]: '80,443' } }, { 'istio-inbound-ports': '80,443' }],
  ['no inbound ports', { annotations: { [`${T}/includeInboundPorts`]: '' } }, { 'istio-inbound-ports': '' }],
  ['no inbound ports in the mesh', { values: 'global: {proxy: {includeInboundPorts: ""}}' }, { 'istio-inbound-ports': '' }],
  ['outbound ports', { annotations: { [`${T}/includeOutboundPorts`]: '9000' } }, { 'istio-outbound-ports': '9000' }],
  [
    'outbound ports that are left alone',
    { annotations: { [`${T}/excludeOutboundPorts`]: '8200' } },
    { 'istio-local-outbound-ports-exclude': '8200' },
  ],
  ['interfaces', { annotations: { [`${T}/excludeInterfaces`]: 'net1' } }, { 'istio-exclude-interfaces': 'net1' }],
  [
    'of both names the new one, even when it is empty',
    { annotations: { [`${T}/kubevirtInterfaces`]: 'k6t-eth0', 'istio.io/reroute-virtual-interfaces': '' } },
    { 'kube-virt-interfaces': '' },
  ],
  ['virtual interfaces', { annotations: { 'istio.io/reroute-virtual-interfaces': 'docker0' } }, { 'kube-virt-interfaces': 'docker0' }],
  ['the old name', { annotations: { [`${T}/kubevirtInterfaces`]: 'k6t-eth0' } }, { 'kube-virt-interfaces': 'k6t-eth0' }],
  [
    'the new name beats the old one',
    { annotations: { [`${T}/kubevirtInterfaces`]: 'k6t-eth0', 'istio.io/reroute-virtual-interfaces': 'docker0' } },
    { 'kube-virt-interfaces': 'docker0' },
  ],
  [
    'TPROXY, by annotation',
    { annotations: { 'sidecar.istio.io/interceptionMode': 'TPROXY' } },
    { 'istio-inbound-interception-mode': 'TPROXY', 'proxy-uid': '1337' },
  ],
  [
    'TPROXY, by the mesh',
    { values: 'meshConfig: {defaultConfig: {interceptionMode: TPROXY}}' },
    { 'istio-inbound-interception-mode': 'TPROXY' },
  ],
  ['a bare MeshConfig', { values: 'defaultConfig: {interceptionMode: TPROXY}' }, { 'istio-inbound-interception-mode': 'TPROXY' }],
  [
    'an IstioOperator: its meshConfig beats that of its values',
    {
      values:
        'kind: IstioOperator\nspec: {meshConfig: {defaultConfig: {interceptionMode: TPROXY}}, values: {meshConfig: {defaultConfig: {interceptionMode: REDIRECT}}}}',
    },
    { 'istio-inbound-interception-mode': 'TPROXY' },
  ],
  ['ranges of OpenShift: the last id', { namespace: 'openshift.io/sa.scc.uid-range: 1000650000/10000' }, { 'proxy-uid': '1000659999' }],
  ['from first to last', { namespace: 'openshift.io/sa.scc.uid-range: 1000-1999' }, { 'proxy-uid': '1999' }],
  [
    'but not with TPROXY',
    { namespace: 'openshift.io/sa.scc.uid-range: 1000/10', annotations: { 'sidecar.istio.io/interceptionMode': 'TPROXY' } },
    { 'proxy-uid': '1337' },
  ],
  [
    'a user of istio-proxy',
    { containers: '[{name: a}, {name: istio-proxy, securityContext: {runAsUser: 2000}}]' },
    { 'proxy-uid': '2000' },
  ],
  [
    'the new name is not known before 1.25',
    {
      istio: '1.24',
      annotations: { [`${T}/kubevirtInterfaces`]: 'k6t-eth0', 'istio.io/reroute-virtual-interfaces': 'docker0' },
    },
    { 'kube-virt-interfaces': 'k6t-eth0' },
  ],
  ['that is root', { containers: '[{name: a}, {name: istio-proxy, securityContext: {runAsUser: 0}}]' }, { 'proxy-uid': '1337' }],
];

describe.each(['init', 'cni'] as const)('settings with %s', (approach) => {
  it.each(BOTH)('%s', async (_, one, expected) => {
    expect(await settings(approach, one)).toMatchObject(expected);
  });
});

const OUT = 'istio-local-outbound-ports-exclude';
const IN = 'istio-local-exclude-ports';

const OWN_USER = { containers: '[{name: a}, {name: istio-proxy, securityContext: {runAsUser: 2000}}]' };
const TPROXY = { annotations: { 'sidecar.istio.io/interceptionMode': 'TPROXY' } };

const INIT: readonly Row[] = [
  ['TPROXY with a user of its own: passed on, though the proxy is root', { ...OWN_USER, ...TPROXY }, { 'proxy-uid': '2000' }],
  ['force-apply', { values: 'global: {proxy_init: {forceApplyIptables: true}}' }, { 'force-apply': 'true' }],
  ['which 1.23 does not know', { istio: '1.23', values: 'global: {proxy_init: {forceApplyIptables: true}}' }, { 'force-apply': undefined }],
  ['nothing said: no outbound port is left alone', {}, { [OUT]: undefined, 'istio-outbound-ports': undefined, [IN]: '15090,15021,15020' }],
  ['inbound ports before the status port', { annotations: { [`${T}/excludeInboundPorts`]: '4,5,6' } }, { [IN]: '15090,15021,4,5,6,15020' }],
  ['another status port', { annotations: { 'status.sidecar.istio.io/port': '15999' } }, { [IN]: '15090,15021,15999' }],
  ['no status port', { annotations: { 'status.sidecar.istio.io/port': '0' } }, { [IN]: '15090,15021' }],
  ['the status port of the mesh', { values: 'global: {proxy: {statusPort: 15999}}' }, { [IN]: '15090,15021,15999' }],
  [
    'ports of the mesh',
    { values: 'meshConfig: {proxyListenPort: 15101, proxyInboundListenPort: 15106}' },
    { 'envoy-port': '15101', 'inbound-capture-port': '15106' },
  ],
  ['an empty range of the mesh is what it says', { values: 'global: {proxy: {includeIPRanges: ""}}' }, { 'istio-service-cidr': '' }],
  [
    'the group of istio-proxy does not count',
    { containers: '[{name: istio-proxy, securityContext: {runAsUser: 5, runAsGroup: 6}}]' },
    { 'proxy-uid': '5', 'proxy-gid': undefined },
  ],
  [
    'variables of the mesh',
    { values: 'meshConfig: {defaultConfig: {proxyMetadata: {ISTIO_META_DNS_CAPTURE: "true", OTHER: x}}}' },
    { ISTIO_META_DNS_CAPTURE: 'true', OTHER: undefined },
  ],
  [
    'variables of the pod beat them, name by name',
    {
      values: 'meshConfig: {defaultConfig: {proxyMetadata: {ISTIO_META_DNS_CAPTURE: "true", INVALID_DROP: "true"}}}',
      annotations: { 'proxy.istio.io/config': 'proxyMetadata: {INVALID_DROP: "false"}' },
    },
    { ISTIO_META_DNS_CAPTURE: 'true', INVALID_DROP: 'false' },
  ],
  [
    'owner groups',
    { annotations: { 'proxy.istio.io/config': 'proxyMetadata: {ISTIO_OUTBOUND_OWNER_GROUPS: java}' } },
    { ISTIO_OUTBOUND_OWNER_GROUPS: 'java' },
  ],
  ['native nftables', { values: 'global: {nativeNftables: true}' }, { 'native-nftables': 'true' }],
];

const CNI: readonly Row[] = [
  ['every port excluded', { annotations: { [`${T}/excludeInboundPorts`]: '*' } }, { [IN]: '*,15020,15021,15090' }],
  ['no inbound port excluded by name', { annotations: { [`${T}/excludeInboundPorts`]: '' } }, { [IN]: '15020,15021,15090' }],
  ['no outbound port excluded: not even 15020', { annotations: { [`${T}/excludeOutboundPorts`]: '' } }, { [OUT]: '' }],
  [
    'TPROXY with a user of its own: the proxy is root all the same',
    { ...OWN_USER, ...TPROXY },
    { 'proxy-uid': '1337', 'proxy-gid': '1337' },
  ],
  ['dual stack', { annotations: { 'proxy.istio.io/config': 'proxyMetadata: {ISTIO_DUAL_STACK: "true"}' } }, { 'dual-stack': 'true' }],
  [
    'dual stack is not read before 1.20',
    { istio: '1.19', annotations: { 'proxy.istio.io/config': 'proxyMetadata: {ISTIO_DUAL_STACK: "true"}' } },
    { 'dual-stack': undefined },
  ],
  ['native nftables before 1.27', { istio: '1.26', values: 'global: {nativeNftables: true}' }, { 'native-nftables': undefined }],
  ['nothing said: the plugin leaves 15020 alone', {}, { [OUT]: '15020', [IN]: '15020,15021,15090', 'proxy-gid': '1337' }],
  [
    'inbound ports, each once, in their order',
    { annotations: { [`${T}/excludeInboundPorts`]: '3333,15021' } },
    { [IN]: '3333,15021,15020,15090' },
  ],
  ['no status port', { annotations: { 'status.sidecar.istio.io/port': '0' } }, { [IN]: '15020,15021,15090' }],
  ['ports of the mesh do not count', { values: 'meshConfig: {proxyListenPort: 15101}' }, { 'envoy-port': '15001' }],
  ['an empty range of the mesh becomes all', { values: 'global: {proxy: {includeIPRanges: ""}}' }, { 'istio-service-cidr': '*' }],
  [
    'the group of istio-proxy counts',
    { containers: '[{name: istio-proxy, securityContext: {runAsUser: 5, runAsGroup: 6}}]' },
    { 'proxy-uid': '5', 'proxy-gid': '6' },
  ],
  [
    'DNS is captured to any server',
    { values: 'meshConfig: {defaultConfig: {proxyMetadata: {ISTIO_META_DNS_CAPTURE: "true"}}}' },
    { 'redirect-dns': 'true', 'capture-all-dns': 'true' },
  ],
  [
    'a word that is no boolean is false',
    { annotations: { 'proxy.istio.io/config': 'proxyMetadata: {INVALID_DROP: "yes"}' } },
    { 'drop-invalid': undefined },
  ],
  [
    'owner groups are not read',
    { annotations: { 'proxy.istio.io/config': 'proxyMetadata: {ISTIO_OUTBOUND_OWNER_GROUPS: java}' } },
    { ISTIO_OUTBOUND_OWNER_GROUPS: undefined },
  ],
  [
    'an injected pod has its own environment and not the mesh`s',
    {
      annotations: INJECTED,
      values: 'meshConfig: {defaultConfig: {proxyMetadata: {INVALID_DROP: "true"}}}',
      containers: '[{name: istio-proxy, env: [{name: ISTIO_DUAL_STACK, value: "true"}]}]',
    },
    { 'dual-stack': 'true', 'drop-invalid': undefined },
  ],
  [
    'and its own annotations',
    { annotations: INJECTED, values: 'global: {proxy: {includeIPRanges: "10.0.0.0/8"}}', containers: '[{name: istio-proxy}]' },
    { 'istio-service-cidr': '*' },
  ],
];

describe.each([
  ['init', INIT],
  ['cni', CNI],
] as const)('settings of %s alone', (approach, rows) => {
  it.each(rows)('%s', async (_, one, expected) => {
    const found = await settings(approach, one);
    for (const [name, value] of Object.entries(expected)) expect([name, found[name]]).toEqual([name, value]);
  });
});

describe('provenance', () => {
  it('a setting stands where its text stands', async () => {
    const { facts } = await enrolOne('init', {
      annotations: { [`${T}/includeInboundPorts`]: '80' },
      values: 'global:\n  proxy:\n    excludeIPRanges: 1.0.0.0/8\n',
    });
    const found = new Map(settingsOf(facts).settings.map((one) => [one.name, one]));
    const place = (name: string) => {
      const one = found.get(name);
      return one && `${one.place.source.file}:${positionOf(one.place).line} ${one.from} ${one.byDefault}`;
    };
    expect(place('istio-inbound-ports')).toBe(`deploy.yaml:8 annotation ${T}/includeInboundPorts false`);
    expect(place('istio-service-exclude-cidr')).toBe('values.yaml:3 global.proxy.excludeIPRanges false');
    expect(place('istio-service-cidr')).toBe('deploy.yaml:6 chart default true');
  });

  it('arguments of an injected pod are read as istio-init reads them: the empty string that got lost', async () => {
    const args = '[istio-iptables, -p, "15001", -i, "*", -x, -b, "*"]';
    const one = await enrolOne('init', {
      annotations: INJECTED,
      containers: '[{name: istio-proxy}]',
      spec: `, initContainers: [{name: istio-init, args: ${args}}]`,
    });
    const [first] = refusals(one);
    expect(first?.message).toBe('`--istio-service-exclude-cidr` of istio-init: `-b` is not an address range such as 10.0.0.0/8');
    expect(first?.help).toContain('`-x` takes `-b` as its value; istio-iptables ignores the argument `*`');
  });

  it('what Istio refuses is said at the annotation', async () => {
    const one = await enrolOne('init', {
      annotations: { 'proxy.istio.io/config': 'proxyMetadata: {ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR: 10.0.0.0/8}' },
    });
    expect(saying(podRules(one).diagnostics)[0]).toMatch(/^deploy\.yaml:8:\d+: .*`10\.0\.0\.0\/8` is not a range of IPv4 loopback/);
  });
});

describe('addresses', () => {
  const dual = 'status: {podIPs: [{ip: 10.0.0.1}, {ip: "fd00::1"}]}';
  // scenarios.ts, number 17
  it('IPv6 behind IPv4 is not captured unless ISTIO_DUAL_STACK says so', async () => {
    expect(podRules(await enrolOne('cni', { status: dual })).rendered?.v6).toBe('');
    const values = 'meshConfig: {defaultConfig: {proxyMetadata: {ISTIO_DUAL_STACK: "true"}}}';
    expect(podRules(await enrolOne('cni', { status: dual, values })).rendered?.v6).toContain('ISTIO_OUTPUT');
  });

  it('what is assumed is said', async () => {
    expect(podRules(await enrolOne('cni', {})).assumptions.map(({ says }) => says)).toEqual([
      'the pod is assumed to have IPv4 addresses only',
    ]);
    expect(podRules(await enrolOne('cni', { status: dual })).assumptions).toEqual([]);
    const dns = { values: 'meshConfig: {defaultConfig: {proxyMetadata: {ISTIO_META_DNS_CAPTURE: "true"}}}', status: dual };
    expect(podRules(await enrolOne('init', dns)).assumptions).toHaveLength(1);
    const servers = async (spec: string) =>
      podRules(await enrolOne('init', { ...dns, spec })).rendered?.v4.match(/(?<=-p tcp --dport 53 -d )\S+/g);
    expect(await servers(', dnsConfig: {nameservers: [10.0.0.2]}')).toEqual(['10.96.0.10/32', '10.0.0.2/32']);
    expect(await servers(', dnsPolicy: None, dnsConfig: {nameservers: [10.0.0.2]}')).toEqual(['10.0.0.2/32']);
    // as Go prints them, without those that are none
    const dual6 = {
      ...dns,
      status: 'status: {podIPs: [{ip: "fd00::1"}]}',
      spec: ', dnsPolicy: None, dnsConfig: {nameservers: [x, "FD00:0::0A"]}',
    };
    expect(podRules(await enrolOne('init', dual6)).rendered?.v6).toContain('--dport 53 -d fd00::a/128 -j REDIRECT');
  });
});

describe('ambient', () => {
  it.each([
    ['DNS off for the mesh', {}, 'ambient: {dnsCapture: false}', '15053', false],
    ['and on for the pod', { 'ambient.istio.io/dns-capture': 'true' }, 'ambient: {dnsCapture: false}', '15053', true],
    ['off for the pod', { 'ambient.istio.io/dns-capture': 'false' }, '', '15053', false],
    ['a word that is no boolean counts for nothing', { 'ambient.istio.io/dns-capture': 'no!' }, '', '15053', true],
    ['inbound is not captured', { 'ambient.istio.io/bypass-inbound-capture': 'true' }, '', '15006', false],
    ['virtual interfaces', { 'istio.io/reroute-virtual-interfaces': ' docker0 ,' }, '', '-i docker0', true],
  ])('%s', async (_, annotations, values, needle, there) => {
    const pods = `kind: Pod\nmetadata: {name: a, annotations: ${JSON.stringify(annotations)}}\nspec: {containers: [{name: a}]}\n`;
    const [one] = await enrolAll({ pods, approach: 'ambient', values });
    const rendering = one && podRules(one);
    expect(rendering?.diagnostics).toEqual([]);
    expect(rendering?.rendered?.v4.includes(needle)).toBe(there);
  });

  it('ambient.ipv6 turns the rules of IPv6 off', async () => {
    const status = 'status: {podIPs: [{ip: 10.0.0.1}, {ip: "fd00::1"}]}';
    const pods = `kind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a}]}\n${status}\n`;
    const v6 = async (values: string) => {
      const [one] = await enrolAll({ pods, approach: 'ambient', values });
      return one && podRules(one).rendered?.v6;
    };
    expect(await v6('')).toContain('fd16:9254:7127:1337:ffff:ffff:ffff:ffff');
    expect(await v6('ambient: {ipv6: false}')).toBe('');
  });
});

describe('the status port among the excluded ports', () => {
  it.each([
    ['15020', '', '15020'],
    ['15020', '80', '80,15020'],
    ['15020', '80,15020', '80,15020'],
    ['15020', ' 80 ,, 81', '80,81,15020'],
    ['0', '80', '80'],
    ['', '80', '80'],
  ])('%j and %j are %j', (port, excluded, expected) => {
    expect(withStatusPort(port, excluded)).toBe(expected);
  });
});
