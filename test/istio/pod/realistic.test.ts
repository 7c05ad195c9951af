/** Claims on settings, on manifests as they are found: what injection leaves behind, native sidecars, OpenShift, several networks.
 *  A claim that alarms on any of these without need is switched off by everybody. */

import { describe, expect, it } from 'vitest';
import type { Approach } from '../../../src/injection/facts/approach.ts';
import { checkPod } from '../../../src/injection/podChecks/checks.ts';
import { podRules } from '../../../src/injection/podRules/podRules.ts';
import { positionOf } from '../../../src/report/text/positions.ts';
import { enrolAll } from './read.ts';

const T = 'traffic.sidecar.istio.io';

interface Parts {
  readonly annotations?: readonly string[];
  /** of istio-init or istio-validation */
  readonly args?: readonly string[];
  readonly init?: string;
  readonly app?: string;
  readonly proxy?: string;
  readonly spec?: string;
  readonly status?: string;
  readonly namespace?: string;
  readonly more?: string;
}

const USUAL = ['-p', '15001', '-z', '15006', '-u', '1337', '-m', 'REDIRECT', '-i', '*', '-x', '', '-b', '*', '-d', '15090,15021,15020'];

/** As `istioctl kube-inject` and `kubectl get pod -o yaml` print it, less what nobody reads here. */
function injected(by: 'istio-init' | 'istio-validation' | 'native', parts: Parts): string {
  const { annotations = [], args = USUAL, init = '', app = '{runAsUser: 1000}', proxy = '{runAsUser: 1337, runAsGroup: 1337}' } = parts;
  const { spec = '', status = '', namespace = '', more = '' } = parts;
  const name = by === 'istio-init' ? by : 'istio-validation';
  const own = by === 'istio-init' ? '{runAsUser: 0, runAsGroup: 0, capabilities: {add: [NET_ADMIN, NET_RAW]}}' : '{runAsUser: 1337}';
  const flags = by === 'istio-init' ? [] : ['--run-validation', '--skip-rule-apply'];
  const sidecar = (extra: string) => `    - name: istio-proxy
      ${extra}
      args: [proxy, sidecar, --domain, $(POD_NAMESPACE).svc.cluster.local, --proxyLogLevel=warning]
      env:
        - {name: PILOT_CERT_PROVIDER, value: istiod}
        - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: ISTIO_META_APP_CONTAINERS, value: app}
        - {name: ISTIO_META_INTERCEPTION_MODE, value: REDIRECT}
      readinessProbe: {httpGet: {path: /healthz/ready, port: 15021}}
      securityContext: ${proxy}
`;
  const writes = `    - name: ${name}
      args: ${JSON.stringify(['istio-iptables', ...args, '--log_output_level=default:info', ...flags])}
      securityContext: ${own}
`;
  const first =
    by === 'istio-init' ? `${init}${writes}` : by === 'native' ? `${writes}${sidecar('restartPolicy: Always')}${init}` : `${writes}${init}`;
  return `${more}apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}, annotations: {${namespace}}}
---
apiVersion: v1
kind: Pod
metadata:
  name: app-6d5f
  namespace: shop
  labels: {app: app, security.istio.io/tlsMode: istio, service.istio.io/canonical-name: app}
  annotations:
    kubectl.kubernetes.io/default-container: app
    prometheus.io/scrape: "true"
    sidecar.istio.io/status: '{"initContainers":["${name}"],"containers":["istio-proxy"],"revision":"default"}'
${annotations.map((line) => `    ${line}`).join('\n')}
spec:
  initContainers:
${first}
  containers:
    - name: app
      securityContext: ${app}
${by === 'native' ? '' : sidecar('image: proxyv2')}
${spec}
${status}
`;
}

const call = (user: string) => `    - name: migrate\n      securityContext: ${user}\n`;
/** What the CNI plugin's injection writes on every pod. */
const WRITTEN = [
  'sidecar.istio.io/interceptionMode: REDIRECT',
  `${T}/includeOutboundIPRanges: "*"`,
  `${T}/excludeInboundPorts: "15020"`,
  `${T}/includeInboundPorts: "*"`,
];

const SHIFT = 'openshift.io/sa.scc.uid-range: 1000680000/10000, openshift.io/sa.scc.supplemental-groups: 1000680000/10000';
const SHIFT_PROXY = '{runAsUser: 1000689999, runAsGroup: 1000689999}';

const attachment = (config: string) => `kind: NetworkAttachmentDefinition
metadata: {name: storage, namespace: shop}
spec: {config: '${config}'}
---
`;

interface Case {
  readonly title: string;
  readonly approach: Approach;
  readonly pod: string;
  /** `claim level at the text of its line` */
  readonly found?: readonly (readonly [claim: string, message: string, line: string])[];
}

const CASES: readonly Case[] = [
  { title: 'injected with istio-init', approach: 'init', pod: injected('istio-init', {}) },
  { title: 'injected for the CNI plugin', approach: 'cni', pod: injected('istio-validation', { annotations: WRITTEN }) },
  { title: 'injected with a native sidecar', approach: 'cni', pod: injected('native', { annotations: WRITTEN }) },
  {
    title: 'istio-init with the annotation that it was injected with',
    approach: 'init',
    pod: injected('istio-init', { annotations: [`${T}/excludeOutboundPorts: "8200, 9000"`], args: [...USUAL, '-o', '8200,9000'] }),
  },
  {
    title: 'an annotation that came after injection',
    approach: 'init',
    pod: injected('istio-init', { annotations: [`${T}/excludeOutboundPorts: "8200"`] }),
    found: [['setting-has-effect warning', 'the arguments of istio-init say otherwise', 'excludeOutboundPorts']],
  },
  {
    title: 'a list of ports, beside the exclusion that injection writes',
    approach: 'cni',
    pod: injected('istio-validation', {
      annotations: [...WRITTEN.slice(0, 3), `${T}/includeInboundPorts: "8080"`],
    }),
  },
  {
    title: 'and beside one that was written by hand',
    approach: 'cni',
    pod: injected('istio-validation', {
      annotations: [...WRITTEN.slice(0, 2), `${T}/excludeInboundPorts: "9000,15020"`, `${T}/includeInboundPorts: "8080"`],
    }),
    found: [['setting-has-effect warning', 'exclusions count only where', 'excludeInboundPorts']],
  },
  {
    title: 'init containers of the application, before istio-init',
    approach: 'init',
    pod: injected('istio-init', { init: call('{runAsUser: 1000}') }),
  },
  {
    title: 'after istio-validation, with the rules already there',
    approach: 'cni',
    pod: injected('istio-validation', { annotations: WRITTEN, init: call('{runAsUser: 1000}') }),
    found: [['init-phase-reachable warning', 'its TCP connections are refused', 'name: migrate']],
  },
  {
    title: 'after a native sidecar',
    approach: 'cni',
    pod: injected('native', { annotations: WRITTEN, init: call('{runAsUser: 1000}') }),
  },
  {
    title: 'nothing but names is captured, and they cannot be resolved',
    approach: 'cni',
    pod: injected('istio-validation', {
      annotations: [`${T}/includeOutboundIPRanges: ""`],
      init: call('{runAsUser: 1000}'),
    }).replace('PILOT_CERT_PROVIDER, value: istiod', 'ISTIO_META_DNS_CAPTURE, value: "true"'),
    found: [
      ['init-phase-reachable warning', 'no proxy yet: names cannot be resolved', 'name: migrate'],
      ['exclusion-not-overbroad warning', 'no outbound traffic is captured', 'includeOutboundIPRanges'],
    ],
  },
  {
    title: 'ranges alone are captured',
    approach: 'cni',
    pod: injected('istio-validation', {
      annotations: [`${T}/includeOutboundIPRanges: "10.0.0.0/8,172.16.0.0/12"`],
      init: call('{runAsUser: 1000}'),
    }),
    found: [['init-phase-reachable warning', 'its TCP connections to 10.0.0.0/8, 172.16.0.0/12 are refused', 'name: migrate']],
  },
  {
    title: 'OpenShift: ids from the range of the namespace',
    approach: 'init',
    pod: injected('istio-init', {
      namespace: SHIFT,
      app: '{runAsUser: 1000680000}',
      proxy: SHIFT_PROXY,
      args: USUAL.map((word) => word.replace('1337', '1000689999')),
      spec: '  securityContext: {fsGroup: 1000680000, seLinuxOptions: {level: "s0:c26,c15"}}',
    }),
  },
  {
    title: 'OpenShift: an init container with the user that is spared elsewhere',
    approach: 'cni',
    pod: injected('istio-validation', {
      annotations: WRITTEN,
      namespace: SHIFT,
      app: '{runAsUser: 1000680000}',
      proxy: SHIFT_PROXY,
      init: call('{runAsUser: 1337}'),
    }),
    found: [['init-phase-reachable warning', 'its TCP connections are refused', 'name: migrate']],
  },
  {
    title: 'OpenShift: and with the one that is spared here',
    approach: 'cni',
    pod: injected('istio-validation', {
      annotations: WRITTEN,
      namespace: SHIFT,
      app: '{runAsUser: 1000680000}',
      proxy: SHIFT_PROXY,
      init: call('{runAsUser: 1000689999}'),
    }),
    found: [['identity-collision info', "runs as the proxy's user 1000689999", 'runAsUser: 1000689999']],
  },
  {
    title: 'supplementary groups are no identity',
    approach: 'init',
    pod: injected('istio-init', { spec: '  securityContext: {fsGroup: 1337, supplementalGroups: [1337]}' }),
  },
  {
    title: 'a chart that gives every container one user',
    approach: 'cni',
    pod: injected('istio-validation', { annotations: WRITTEN, app: '{}', init: call('{}'), spec: '  securityContext: {runAsUser: 1337}' }),
    found: [
      ['identity-collision info', 'init container `migrate` runs as', 'runAsUser: 1337}'],
      ['identity-collision error', 'container `app` runs as', 'runAsUser: 1337}'],
    ],
  },
  {
    title: 'two networks, one of them named, and excluded by their names',
    approach: 'cni',
    pod: injected('istio-validation', {
      annotations: [
        ...WRITTEN,
        `k8s.v1.cni.cncf.io/networks: '[{"name": "storage", "interface": "stor0"}, {"name": "backup"}]'`,
        `${T}/excludeInterfaces: stor0,net2`,
      ],
    }),
  },
  {
    title: 'a network that is requested the default route',
    approach: 'cni',
    pod: injected('istio-validation', {
      annotations: [
        ...WRITTEN,
        `k8s.v1.cni.cncf.io/networks: '[{"name": "storage", "ips": ["192.168.50.7/24"], "default-route": ["192.168.50.1"]}]'`,
        `${T}/excludeInterfaces: net1`,
      ],
    }),
    found: [['iface-exclusion-routed warning', 'the default route leads through `net1`', 'excludeInterfaces']],
  },
  {
    title: 'a network whose definition asks for it',
    approach: 'cni',
    pod: injected('istio-validation', {
      annotations: [...WRITTEN, 'k8s.v1.cni.cncf.io/networks: storage', `${T}/excludeInterfaces: net1`],
      more: attachment(
        '{"plugins": [{"type": "macvlan", "ipam": {"type": "static", "routes": [{"dst": "0.0.0.0/0", "gw": "192.168.50.1"}]}}]}',
      ),
    }),
    found: [['iface-exclusion-routed warning', 'the default route leads through `net1`', 'excludeInterfaces']],
  },
  {
    title: 'a route to the cluster through it',
    approach: 'cni',
    pod: injected('istio-validation', {
      annotations: [...WRITTEN, 'k8s.v1.cni.cncf.io/networks: storage', `${T}/excludeInterfaces: net1`],
      more: attachment('{"type": "macvlan", "ipam": {"type": "static", "routes": [{"dst": "10.0.0.0/8"}]}}'),
      status: 'status: {podIPs: [{ip: 10.128.4.7}]}',
    }),
    found: [['iface-exclusion-routed warning', '`10.0.0.0/8`, where the cluster is', 'excludeInterfaces']],
  },
  {
    title: 'a route to the storage alone',
    approach: 'cni',
    pod: injected('istio-validation', {
      annotations: [...WRITTEN, 'k8s.v1.cni.cncf.io/networks: storage', `${T}/excludeInterfaces: net1`],
      more: attachment('{"type": "macvlan", "ipam": {"type": "static", "routes": [{"dst": "192.168.0.0/16"}]}}'),
      status: 'status: {podIPs: [{ip: 10.128.4.7}]}',
    }),
  },
  {
    title: 'a range that holds the cluster is excluded',
    approach: 'init',
    pod: injected('istio-init', {
      annotations: [`${T}/excludeOutboundIPRanges: "169.254.169.254/32,10.0.0.0/8"`],
      args: USUAL.map((word) => (word === '' ? '169.254.169.254/32,10.0.0.0/8' : word)),
      status: 'status: {podIPs: [{ip: 10.128.4.7}]}',
    }),
    found: [['exclusion-not-overbroad warning', 'the cluster is in the excluded ranges `10.0.0.0/8`', '"-x"']],
  },
  {
    title: 'a range of another owner is',
    approach: 'init',
    pod: injected('istio-init', {
      annotations: [`${T}/excludeOutboundIPRanges: "169.254.169.254/32,192.168.0.0/16"`],
      args: USUAL.map((word) => (word === '' ? '169.254.169.254/32,192.168.0.0/16' : word)),
      status: 'status: {podIPs: [{ip: 10.128.4.7}]}',
    }),
  },
  {
    title: 'Multus, as injection writes it',
    approach: 'multus',
    pod: injected('istio-validation', { annotations: [...WRITTEN, 'k8s.v1.cni.cncf.io/networks: default/istio-cni'] }),
  },
  {
    title: 'Multus and the runtime both call the plugin',
    approach: 'cni',
    pod: injected('istio-validation', { annotations: [...WRITTEN, 'k8s.v1.cni.cncf.io/networks: storage, default/istio-cni'] }),
    found: [['cni-plugin-once warning', 'Multus calls istio-cni for this pod, and the runtime', 'cncf.io/networks']],
  },
];

async function findings({ approach, pod }: Case): Promise<readonly (readonly [string, string, string])[]> {
  const [one] = await enrolAll({ pods: pod, approach });
  if (one === undefined) return [];
  expect(one.verdict).toBe('captured');
  return checkPod(one, podRules(one)).map(({ claim, level, message, place }) => {
    const line = place.source.text.split('\n')[positionOf(place).line - 1] ?? '';
    return [`${claim} ${level}`, message, line.trim()];
  });
}

describe('claims on settings of real manifests', () => {
  it.each(CASES.map((one) => [one.title, one] as const))('%s', async (_, one) => {
    const found = await findings(one);
    const { found: expected = [] } = one;
    expect(found.map(([claim]) => claim)).toEqual(expected.map(([claim]) => claim));
    for (const [index, [, message, line]] of expected.entries()) {
      expect(found[index]?.[1]).toContain(message);
      expect(found[index]?.[2]).toContain(line);
    }
  });
});
