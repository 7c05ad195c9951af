/** Claims about pods and settings: which of them a pod breaks, and where the finding stands. */

import { describe, expect, it } from 'vitest';
import type { Approach } from '../../../src/injection/facts/approach.ts';
import { initPhase } from '../../../src/injection/facts/initPhase.ts';
import { checkPod, POD_CHECKS } from '../../../src/injection/podChecks/checks.ts';
import { podRules } from '../../../src/injection/podRules/podRules.ts';
import { PAGES } from '../../../src/report/generated/pages.ts';
import { positionOf } from '../../../src/report/text/positions.ts';
import { enrolAll } from './read.ts';

interface Fields {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly containers?: string;
  readonly init?: string;
  readonly spec?: string;
  readonly namespace?: string;
  readonly more?: string;
  readonly values?: string;
  readonly istio?: string;
}

const T = 'traffic.sidecar.istio.io';
const METADATA = (text: string) => ({ 'proxy.istio.io/config': `proxyMetadata: {${text}}` });
const INJECTED = { 'sidecar.istio.io/status': '{}' };

async function found(approach: Approach, fields: Fields): Promise<readonly string[]> {
  const {
    annotations = {},
    containers = '[{name: a, securityContext: {runAsUser: 1000, runAsGroup: 1000}}]',
    init = '[]',
    spec = '',
    namespace = '',
    more = '',
    values,
    istio,
  } = fields;
  const labels = approach === 'ambient' ? 'istio.io/dataplane-mode: ambient' : 'istio-injection: enabled';
  const pods = `${more}kind: Namespace
metadata: {name: s, labels: {${labels}}, annotations: {${namespace}}}
---
kind: Pod
metadata: {name: a, namespace: s, annotations: ${JSON.stringify(annotations)}}
spec:
  containers: ${containers}
  initContainers: ${init}
  ${spec}
`;
  const [one] = await enrolAll({ pods, approach, ...(values === undefined ? {} : { values }), ...(istio === undefined ? {} : { istio }) });
  if (one === undefined) return [];
  return checkPod(one, podRules(one)).map(({ claim, level }) =>
    level === POD_CHECKS.find(({ id }) => id === claim)?.level ? claim : `${claim} ${level}`,
  );
}

type Row = readonly [title: string, approach: Approach, fields: Fields, expected: readonly string[]];

const COLLISIONS: readonly Row[] = [
  ['nobody', 'cni', {}, []],
  // scenarios.ts, numbers 1 and 2
  ['the user of the proxy', 'cni', { containers: '[{name: a, securityContext: {runAsUser: 1337}}]' }, ['identity-collision']],
  ['the group of the proxy', 'init', { containers: '[{name: a, securityContext: {runAsGroup: 1337}}]' }, ['identity-collision']],
  [
    'by the security context of the pod',
    'cni',
    { spec: 'securityContext: {runAsUser: 1337}', containers: '[{name: a}]' },
    ['identity-collision'],
  ],
  ['the container`s own comes first', 'cni', { spec: 'securityContext: {runAsUser: 1337}' }, []],
  ['the proxy itself is no collision', 'cni', { containers: '[{name: a}, {name: istio-proxy, securityContext: {runAsUser: 1337}}]' }, []],
  [
    'a proxy with another user',
    'cni',
    { containers: '[{name: a, securityContext: {runAsUser: 2000}}, {name: istio-proxy, securityContext: {runAsUser: 2000}}]' },
    ['identity-collision'],
  ],
  [
    'with istio-init the group is the number of the user',
    'init',
    { containers: '[{name: a, securityContext: {runAsGroup: 2000}}, {name: istio-proxy, securityContext: {runAsUser: 2000}}]' },
    ['identity-collision'],
  ],
  [
    'with the plugin it is not',
    'cni',
    { containers: '[{name: a, securityContext: {runAsGroup: 2000}}, {name: istio-proxy, securityContext: {runAsUser: 2000}}]' },
    [],
  ],
  ['an init container does it on purpose', 'cni', { init: '[{name: i, securityContext: {runAsUser: 1337}}]' }, ['identity-collision info']],
  [
    'a native sidecar does not',
    'cni',
    { init: '[{name: i, restartPolicy: Always, securityContext: {runAsUser: 1337}}]' },
    ['identity-collision'],
  ],
  [
    'the last id of OpenShift',
    'init',
    { namespace: 'openshift.io/sa.scc.uid-range: 1000/10', containers: '[{name: a, securityContext: {runAsUser: 1009}}]' },
    ['identity-collision'],
  ],
  [
    '1337 is no user`s there',
    'init',
    { namespace: 'openshift.io/sa.scc.uid-range: 1000/10', containers: '[{name: a, securityContext: {runAsUser: 1337}}]' },
    [],
  ],
  [
    'a range of one id is both',
    'init',
    { namespace: 'openshift.io/sa.scc.uid-range: 1000/1', containers: '[{name: a}]' },
    ['identity-collision'],
  ],
  ['ambient knows no process by user', 'ambient', { containers: '[{name: a, securityContext: {runAsUser: 1337}}]' }, []],
  [
    'arguments of an injected pod',
    'init',
    { annotations: INJECTED, init: '[{name: istio-init, args: [-u, "7,8"]}]', containers: '[{name: a, securityContext: {runAsUser: 8}}]' },
    ['identity-collision'],
  ],
];

const INIT_PHASE: readonly Row[] = [
  ['istio-init comes last', 'init', { init: '[{name: i}]' }, []],
  ['the plugin comes first', 'cni', { init: '[{name: i}]' }, ['init-phase-reachable']],
  ['through Multus too', 'multus', { init: '[{name: i}]' }, ['init-phase-reachable']],
  ['a native sidecar listens', 'cni', { init: '[{name: i}]', annotations: { 'sidecar.istio.io/nativeSidecar': 'true' } }, []],
  [
    'nothing outbound is captured',
    'cni',
    { init: '[{name: i}]', annotations: { [`${T}/includeOutboundIPRanges`]: '' } },
    ['exclusion-not-overbroad'],
  ],
  [
    'injected: after istio-init',
    'init',
    { annotations: INJECTED, init: '[{name: istio-init, args: [-i, "*"]}, {name: i}]' },
    ['init-phase-reachable'],
  ],
  ['injected: before istio-init', 'init', { annotations: INJECTED, init: '[{name: i}, {name: istio-init, args: [-i, "*"]}]' }, []],
  [
    'injected: after a native sidecar',
    'cni',
    {
      annotations: INJECTED,
      init: '[{name: istio-validation}, {name: istio-proxy, restartPolicy: Always, args: [proxy, sidecar]}, {name: i}]',
    },
    [],
  ],
  [
    'injected: before it',
    'cni',
    { annotations: INJECTED, init: '[{name: i}, {name: istio-proxy, restartPolicy: Always, args: [proxy, sidecar]}]' },
    ['init-phase-reachable'],
  ],
  ['ambient listens from the start', 'ambient', { init: '[{name: i}]' }, []],
];

const SCOPE: readonly Row[] = [
  ['everything is excluded', 'cni', { annotations: { [`${T}/excludeOutboundIPRanges`]: '0.0.0.0/0' } }, ['exclusion-not-overbroad']],
  ['in two halves', 'init', { annotations: { [`${T}/excludeOutboundIPRanges`]: '0.0.0.0/1,128.0.0.0/1' } }, ['exclusion-not-overbroad']],
  ['the same range twice is not twice as much', 'init', { annotations: { [`${T}/excludeOutboundIPRanges`]: '9.0.0.0/8,9.0.0.0/8' } }, []],
  [
    'wider than any network of one`s own',
    'init',
    { annotations: { [`${T}/excludeOutboundIPRanges`]: '8.0.0.0/7' } },
    ['exclusion-not-overbroad'],
  ],
  [
    'of IPv6, which the pod has not',
    'init',
    { annotations: { [`${T}/excludeOutboundIPRanges`]: '2000::/3' } },
    ['exclusion-not-overbroad', 'setting-has-effect'],
  ],
  // scenarios.ts, number 25
  ['the pod`s own interface', 'cni', { annotations: { [`${T}/excludeInterfaces`]: 'eth0' } }, ['exclusion-not-overbroad']],
  ['an interface that is not there', 'cni', { annotations: { [`${T}/excludeInterfaces`]: 'net9' } }, ['iface-exclusion-routed']],
  ['a bridge that may be there', 'cni', { annotations: { [`${T}/excludeInterfaces`]: 'docker0' } }, ['iface-exclusion-routed info']],
  ['a tunnel that may be there', 'cni', { annotations: { [`${T}/excludeInterfaces`]: 'wg0' } }, ['iface-exclusion-routed info']],
  [
    'guests and nothing to capture',
    'cni',
    { annotations: { [`${T}/includeOutboundIPRanges`]: '', 'istio.io/reroute-virtual-interfaces': 'docker0' } },
    ['exclusion-not-overbroad'],
  ],
  ['nothing but a port', 'cni', { annotations: { [`${T}/includeOutboundIPRanges`]: '', [`${T}/includeOutboundPorts`]: '80' } }, []],
  ['groups that no process has', 'init', { annotations: METADATA("ISTIO_OUTBOUND_OWNER_GROUPS: ''") }, ['exclusion-not-overbroad']],
  // scenarios.ts, number 23
  [
    'loopback is included',
    'cni',
    { annotations: { [`${T}/includeOutboundIPRanges`]: '127.0.0.0/8,10.0.0.0/8' } },
    ['loopback-not-included'],
  ],
  [
    'the default route through an excluded interface',
    'cni',
    {
      annotations: {
        [`${T}/excludeInterfaces`]: 'net1',
        'k8s.v1.cni.cncf.io/networks': '[{"name": "n", "default-route": ["192.168.0.1"]}]',
      },
    },
    ['iface-exclusion-routed'],
  ],
  ['without a default route', 'cni', { annotations: { [`${T}/excludeInterfaces`]: 'net1', 'k8s.v1.cni.cncf.io/networks': 'n' } }, []],
  ['istio-cni twice', 'multus', { annotations: { 'k8s.v1.cni.cncf.io/networks': 'default/istio-cni, istio-cni' } }, ['cni-plugin-once']],
];

const DNS = 'ISTIO_META_DNS_CAPTURE: "true"';
const ALLOCATING = METADATA(`${DNS}, ISTIO_META_DNS_AUTO_ALLOCATE: "true"`);
const INCLUDED = { [`${T}/includeOutboundIPRanges`]: '10.0.0.0/8' };
const OFF = { 'sidecar.istio.io/rewriteAppHTTPProbers': 'false' };
const probed = (probe: string) =>
  `[{name: a, securityContext: {runAsUser: 1000, runAsGroup: 1000}, ports: [{name: web, containerPort: 80}], livenessProbe: ${probe}}]`;

const ALLOCATED: readonly Row[] = [
  ['allocated addresses outside the ranges', 'cni', { annotations: { ...ALLOCATING, ...INCLUDED } }, ['auto-allocated-captured']],
  [
    'allocated addresses among them',
    'cni',
    { annotations: { ...ALLOCATING, [`${T}/includeOutboundIPRanges`]: '10.0.0.0/8,240.0.0.0/4' } },
    [],
  ],
  ['all is captured', 'cni', { annotations: ALLOCATING }, []],
  [
    'allocated addresses excluded, in part',
    'init',
    { annotations: { ...ALLOCATING, [`${T}/excludeOutboundIPRanges`]: '240.240.3.0/24' } },
    ['auto-allocated-captured'],
  ],
  ['allocated by istiod', 'cni', { annotations: { ...METADATA(DNS), ...INCLUDED } }, ['auto-allocated-captured info']],
  ['by nobody before that', 'cni', { istio: '1.24', annotations: { ...METADATA(DNS), ...INCLUDED } }, []],
  [
    'nor where it is off',
    'cni',
    { annotations: { ...METADATA(DNS), ...INCLUDED }, values: 'pilot: {env: {PILOT_ENABLE_IP_AUTOALLOCATE: "false"}}' },
    [],
  ],
  [
    'of another range',
    'cni',
    { annotations: { ...ALLOCATING, ...INCLUDED }, values: 'pilot: {env: {PILOT_IP_AUTOALLOCATE_IPV4_PREFIX: 10.250.0.0/16}}' },
    [],
  ],
  ['without DNS capture they are not handed out', 'cni', { annotations: INCLUDED }, []],
];

const PROBES: readonly Row[] = [
  ['probes are rewritten', 'init', { containers: probed('{tcpSocket: {port: 80}}') }, []],
  ['a tcpSocket probe of a captured port', 'init', { annotations: OFF, containers: probed('{tcpSocket: {port: 80}}') }, ['probe-answered']],
  ['by the name of the port', 'init', { annotations: OFF, containers: probed('{tcpSocket: {port: web}}') }, ['probe-answered']],
  ['by a name that is nowhere', 'init', { annotations: OFF, containers: probed('{tcpSocket: {port: other}}') }, []],
  ['httpGet', 'cni', { annotations: OFF, containers: probed('{httpGet: {port: 80}}') }, ['probe-answered info']],
  [
    'the mesh does not rewrite',
    'cni',
    { values: 'sidecarInjectorWebhook: {rewriteAppHTTPProbe: false}', containers: probed('{grpc: {port: 80}}') },
    ['probe-answered info'],
  ],
  ['exec', 'cni', { annotations: OFF, containers: probed('{exec: {command: [a]}}') }, []],
  [
    'of a port that is excluded',
    'init',
    { annotations: { ...OFF, [`${T}/excludeInboundPorts`]: '80' }, containers: probed('{tcpSocket: {port: 80}}') },
    [],
  ],
  ['ambient knows the kubelet', 'ambient', { containers: probed('{tcpSocket: {port: 80}}') }, []],
  [
    'the port of the agent is captured',
    'init',
    { annotations: { [`${T}/includeInboundPorts`]: '80,15020' }, containers: probed('{httpGet: {port: 80}}') },
    ['probe-answered'],
  ],
];

const EFFECT: readonly Row[] = [
  // scenarios.ts, number 9
  [
    'excluded ports of a list',
    'cni',
    { annotations: { [`${T}/includeInboundPorts`]: '80,443', [`${T}/excludeInboundPorts`]: '443' } },
    ['setting-has-effect'],
  ],
  ['excluded ports of all', 'cni', { annotations: { [`${T}/excludeInboundPorts`]: '443' } }, []],
  [
    'the old name beside the new one',
    'init',
    { annotations: { [`${T}/kubevirtInterfaces`]: 'a0', 'istio.io/reroute-virtual-interfaces': 'b0' } },
    ['setting-has-effect'],
  ],
  ['ports in ambient mode', 'ambient', { annotations: { [`${T}/excludeOutboundPorts`]: '80' } }, ['setting-has-effect']],
  ['ambient`s own', 'ambient', { annotations: { 'ambient.istio.io/dns-capture': 'false' } }, []],
  ['ambient`s with a sidecar', 'cni', { annotations: { 'ambient.istio.io/dns-capture': 'false' } }, ['setting-has-effect']],
  ['what holds anyway', 'init', { annotations: { [`${T}/includeInboundPorts`]: '*' } }, ['setting-has-effect info']],
  ['another status port with the plugin', 'cni', { annotations: { 'status.sidecar.istio.io/port': '15020' } }, ['setting-has-effect']],
  ['owner groups with the plugin', 'cni', { annotations: METADATA('ISTIO_OUTBOUND_OWNER_GROUPS: java') }, ['setting-has-effect']],
  ['and with istio-init', 'init', { annotations: METADATA('ISTIO_OUTBOUND_OWNER_GROUPS: java') }, []],
  [
    'variables of the mesh',
    'cni',
    { values: 'meshConfig: {defaultConfig: {proxyMetadata: {ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR: 127.0.0.0/8}}}' },
    ['setting-has-effect'],
  ],
  ['variables for another program', 'cni', { annotations: METADATA('ISTIO_META_IDLE_TIMEOUT: 5s') }, []],
  [
    'an annotation of an injected pod that has its arguments',
    'init',
    { annotations: { ...INJECTED, [`${T}/excludeInboundPorts`]: '80' }, init: '[{name: istio-init, args: [-b, "*"]}]' },
    ['setting-has-effect'],
  ],
];

const NODE: readonly Row[] = [
  ['the host network, where the agent does not ask', 'ambient', { spec: 'hostNetwork: true', istio: '1.28' }, ['hostnetwork-not-captured']],
  [
    'an injected pod of the host network',
    'init',
    { spec: 'hostNetwork: true', annotations: INJECTED, init: '[{name: istio-init, args: [-i, "*"]}]' },
    ['hostnetwork-not-captured'],
  ],
  ['where it asks', 'ambient', { spec: 'hostNetwork: true' }, []],
];

const CAPTURED: readonly Row[] = [
  [
    'a proxy where the pod is not to be injected',
    'init',
    { annotations: { 'sidecar.istio.io/inject': 'false' }, containers: '[{name: a}, {name: istio-proxy, args: [proxy, sidecar]}]' },
    ['pod-captured'],
  ],
  [
    'a gateway',
    'init',
    { annotations: { 'sidecar.istio.io/inject': 'false' }, containers: '[{name: istio-proxy, args: [proxy, router]}]' },
    [],
  ],
  [
    'where the pod wants none',
    'cni',
    {
      annotations: { 'sidecar.istio.io/status': '{}', 'sidecar.istio.io/interceptionMode': 'NONE' },
      containers: '[{name: a}, {name: istio-proxy}]',
    },
    [],
  ],
  ['a proxy of Linkerd', 'cni', { containers: '[{name: a}, {name: linkerd-proxy}]' }, ['pod-captured']],
  ['where Consul is requested one', 'init', { annotations: { 'consul.hashicorp.com/connect-inject': 'true' } }, ['pod-captured']],
  ['where Linkerd is requested none', 'init', { annotations: { 'linkerd.io/inject': 'disabled' } }, []],
];

const METADATA_WITH = (name: string) => ({ 'proxy.istio.io/config': `proxyMetadata: {${name}: 'true'}` });

const KEYS: readonly Row[] = [
  ['a misspelt name', 'init', { annotations: { [`${T}/excludeOutboundPort`]: '80' } }, ['known-key']],
  ['a name of another group', 'cni', { annotations: { 'sidecar.istio.io/excludeOutboundPorts': '80' } }, ['known-key']],
  ['a misspelt field of ProxyConfig', 'init', { annotations: { 'proxy.istio.io/config': 'proxyMetaData: {}' } }, ['known-key']],
  ['metadata like one that is read', 'init', { annotations: METADATA_WITH('ISTIO_META_DNS_CAPTUR') }, ['known-key']],
  ['metadata of one`s own', 'init', { annotations: METADATA_WITH('ISTIO_META_TEAM') }, []],
  ['a variable of istiod', 'init', { annotations: METADATA_WITH('PILOT_ENABLE_AMBIENT') }, ['known-key']],
  [
    'a variable of the proxy`s container',
    'init',
    { containers: '[{name: a}, {name: istio-proxy, env: [{name: ISTIO_OUTBOUND_OWNER_GROUP, value: x}, {name: MINE, value: x}]}]' },
    ['known-key'],
  ],
  ['before the version that reads it', 'cni', { annotations: { 'sidecar.istio.io/nativeSidecar': 'true' }, istio: '1.23' }, ['known-key']],
  [
    'a variable of the proxy on another container',
    'init',
    { containers: "[{name: a, env: [{name: ISTIO_META_DNS_CAPTURE, value: 'true'}]}]" },
    ['known-key'],
  ],
  ['another name of Istio`s on one', 'init', { containers: '[{name: a, env: [{name: ISTIO_QUIT_API, value: x}]}]' }, []],
  ['a dot for the slash', 'init', { annotations: { 'sidecar.istio.io.inject': 'x' } }, ['known-key']],
  ['no group', 'init', { annotations: { excludeOutboundPorts: '80' } }, ['known-key']],
  ['a template that the mesh has not', 'init', { annotations: { 'inject.istio.io/templates': 'sidecar,gatewai' } }, ['known-key']],
  [
    'a template of the mesh',
    'init',
    { annotations: { 'inject.istio.io/templates': 'sidecar,mine' }, values: 'sidecarInjectorWebhook: {templates: {mine: x}}' },
    [],
  ],
  ['a value that is none', 'init', { annotations: { 'sidecar.istio.io/rewriteAppHTTPProbers': 'no' } }, ['known-key']],
  [
    'a pod that is not captured',
    'init',
    { annotations: { 'sidecar.istio.io/inject': 'false', 'sidecar.istio.io/injekt': 'x' } },
    ['known-key'],
  ],
  ['another program`s', 'init', { annotations: { 'prometheus.io/scrape': 'true', 'example.com/inject': 'x' } }, []],
];

describe.each([
  ['names that nothing reads', KEYS],
  ['identities', COLLISIONS],
  ['capture', CAPTURED],
  ['init containers', INIT_PHASE],
  ['exclusions', SCOPE],
  ['allocated addresses', ALLOCATED],
  ['probes', PROBES],
  ['settings without effect', EFFECT],
  ['the node', NODE],
] as const)('%s', (_, rows) => {
  it.each(rows.map((row) => [`${row[0]} (${row[1]})`, row] as const))('%s', async (_title, [, approach, fields, expected]) => {
    expect(await found(approach, fields)).toEqual(expected);
  });
});

describe('claims about pods', () => {
  it('each is broken in some case above, and has a page', async () => {
    const broken = new Set(
      [COLLISIONS, CAPTURED, INIT_PHASE, SCOPE, ALLOCATED, PROBES, EFFECT, NODE, KEYS].flatMap((rows) =>
        rows.flatMap(([, , , expected]) => expected),
      ),
    );
    for (const { id } of POD_CHECKS) {
      expect([...broken]).toContain(id);
      expect(PAGES.map((page) => page.id)).toContain(id);
    }
  });

  it('a finding stands where the cause stands', async () => {
    const pods = `kind: Pod
metadata:
  name: a
  annotations:
    ${T}/includeInboundPorts: "80"
    ${T}/excludeInboundPorts: "80"
spec:
  containers:
    - name: a
      securityContext:
        runAsUser: 1337
`;
    const [one] = await enrolAll({ pods, approach: 'cni' });
    const findings = one === undefined ? [] : checkPod(one, podRules(one));
    expect(findings.map(({ claim, place }) => [claim, positionOf(place).line])).toEqual([
      ['identity-collision', 11],
      ['setting-has-effect', 6],
    ]);
  });

  it('a pod that is not captured breaks none', async () => {
    expect(
      await found('cni', {
        annotations: { 'sidecar.istio.io/inject': 'false' },
        containers: '[{name: a, securityContext: {runAsUser: 1337}}]',
      }),
    ).toEqual([]);
  });
});

describe('what init containers find', () => {
  it.each([
    ['init', undefined, 'before'],
    ['init', 'true', 'with-proxy'],
    ['cni', undefined, 'without-proxy'],
    ['cni', 'true', 'with-proxy'],
    ['ambient', undefined, 'with-proxy'],
  ] as const)('%s, native sidecar %s: %s', async (approach, native, phase) => {
    const annotation = native === undefined ? '' : `, annotations: {sidecar.istio.io/nativeSidecar: "${native}"}`;
    const [one] = await enrolAll({
      pods: `kind: Pod\nmetadata: {name: a${annotation}}\nspec: {containers: [{name: a}], initContainers: [{name: i}]}\n`,
      approach,
    });
    expect(one && initPhase(one.facts).containers.map((each) => each.phase)).toEqual([phase]);
  });
});
